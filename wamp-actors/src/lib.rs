//! WAMP components as supervised actors, with an embedded router.

#[wamp_actors::main]
fn main() {}

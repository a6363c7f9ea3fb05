//! Masking (RFC 6455, 5.3).

/// A masking key.
pub(super) type Mask = [u8; 4];

/// Masks or unmasks in place, by words: the octets of a large message are otherwise the dearest part of receiving it.
pub(super) fn apply_mask(payload: &mut [u8], mask: Option<Mask>) {
    let Some(mask) = mask else { return };
    let [a, b, c, d] = mask;
    let key = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    let (words, last) = payload.as_chunks_mut::<8>();
    for word in words {
        *word = (u64::from_ne_bytes(*word) ^ key).to_ne_bytes();
    }
    for (octet, key) in last.iter_mut().zip(mask.into_iter().cycle()) {
        *octet ^= key;
    }
}

//! What NAL units are for (ITU-T H.265, 7.3.1 and table 7-1).

#[derive(PartialEq, Eq)]
pub(super) enum Use {
    /// A slice of a picture that is decoded without others (types 16 to 21), and
    /// whether a picture begins with it (7.3.6.1).
    Slice { kind: u8, is_first: bool },
    /// Parameter sets.
    Set(u8),
    /// SEI: user data, time codes, and so on.
    Message,
    /// Filler, delimiters, reserved types, pictures that need others, and layers that no still picture has.
    None,
}

/// What a NAL unit is for, by its header.
pub(super) fn use_of(unit: &[u8]) -> Result<Use, &'static str> {
    let [first, second, rest @ ..] = unit else { return Ok(Use::None) };
    if first & 0x80 != 0 {
        return Err("a NAL unit with the forbidden bit");
    }
    let kind = first >> 1 & 0x3F;
    // Layer 0, temporal layer 0.
    let is_base = first & 1 == 0 && *second == 1;
    Ok(match kind {
        39 | 40 => Use::Message,
        16..=21 if is_base && !rest.is_empty() => Use::Slice { kind, is_first: rest[0] & 0x80 != 0 },
        32..=34 if is_base && !rest.is_empty() => Use::Set(kind),
        _ => Use::None,
    })
}

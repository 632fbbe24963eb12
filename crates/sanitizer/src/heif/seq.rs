//! The sequence header of AV1, read to its last field so that nothing can
//! follow it (AV1 specification, 5.5).

use super::bits::{Bits, Parsed};

/// What the rest needs of a sequence header.
pub(super) struct Sequence {
    /// Its pictures have no flags: each is a key frame, and shown (5.9.2).
    pub(super) has_plain_frames: bool,
    /// The most that its pictures may be wide and high (`max_frame_width_minus_1` and so on).
    pub(super) size: (u32, u32),
    /// Which layers the first operating point decodes (`operating_point_idc`): 0 for all of them.
    pub(super) operating_point: u32,
}

/// Reads a sequence header of which `payload` is all.
pub(super) fn sequence(payload: &[u8]) -> Parsed<Sequence> {
    let mut bits = Bits::new(payload);
    let sequence = fields(&mut bits)?;
    if bits.is_at_trailing_bits() {
        Ok(sequence)
    } else {
        Err("an AV1 sequence header with more than its fields")
    }
}

fn fields(bits: &mut Bits<'_>) -> Parsed<Sequence> {
    let profile = bits.number(3)?;
    bits.skip(1)?;
    let is_reduced = bits.flag()?;
    let mut operating_point = 0;
    if is_reduced {
        bits.skip(5)?;
    } else {
        operating_point = operating_points(bits)?;
    }
    let (width_bits, height_bits) = (bits.number(4)? + 1, bits.number(4)? + 1);
    let size = (bits.number(width_bits)? + 1, bits.number(height_bits)? + 1);
    if !is_reduced && bits.flag()? {
        bits.skip(4 + 3)?;
    }
    bits.skip(3)?;
    if !is_reduced {
        bits.skip(4)?;
        let has_order_hint = bits.flag()?;
        bits.skip(if has_order_hint { 2 } else { 0 })?;
        // Whether pictures choose their tools for screen content, or which all use.
        let uses_screen_tools = bits.flag()? || bits.flag()?;
        if uses_screen_tools && !bits.flag()? {
            bits.skip(1)?;
        }
        bits.skip(if has_order_hint { 3 } else { 0 })?;
    }
    bits.skip(3)?;
    colour(bits, profile)?;
    bits.skip(1)?;
    Ok(Sequence { has_plain_frames: is_reduced, size, operating_point })
}

/// Timing, and which layers there are; those of the first operating point.
fn operating_points(bits: &mut Bits<'_>) -> Parsed<u32> {
    let mut delay_bits = None;
    if bits.flag()? {
        bits.skip(64)?;
        if bits.flag()? {
            bits.golomb(u32::MAX)?;
        }
        if bits.flag()? {
            delay_bits = Some(bits.number(5)? + 1);
            bits.skip(32 + 5 + 5)?;
        }
    }
    let has_delays = bits.flag()?;
    let mut first = None;
    for _ in 0..=bits.number(5)? {
        let layers = bits.number(12)?;
        first.get_or_insert(layers);
        if bits.number(5)? > 7 {
            bits.skip(1)?;
        }
        if let Some(delay_bits) = delay_bits
            && bits.flag()?
        {
            bits.skip(2 * delay_bits + 1)?;
        }
        if has_delays && bits.flag()? {
            bits.skip(4)?;
        }
    }
    Ok(first.unwrap_or(0))
}

/// Depth and colours (5.5.2).
fn colour(bits: &mut Bits<'_>, profile: u32) -> Parsed<()> {
    let is_deep = bits.flag()?;
    let has_12_bits = profile == 2 && is_deep && bits.flag()?;
    let is_grey = profile != 1 && bits.flag()?;
    // Primaries, transfer, matrix; 2 means not stated.
    let code = if bits.flag()? { bits.number(24)? } else { 0x02_0202 };
    if is_grey {
        return bits.skip(1);
    }
    // sRGB, without a matrix.
    if code == 0x01_0D00 {
        return bits.skip(1);
    }
    bits.skip(1)?;
    let is_subsampled = match profile {
        0 => true,
        1 => false,
        _ if has_12_bits => bits.flag()? && bits.flag()?,
        _ => false,
    };
    bits.skip(if is_subsampled { 2 } else { 0 } + 1)
}

//! Parameter sets of HEVC, read to their last field so that nothing can follow
//! it (ITU-T H.265, 7.3.2, 7.3.4, 7.3.7 and annex E.2).

use super::bits::{Bits, Parsed, rebuilt};

/// Real ones have less than a hundred bytes; scaling lists make some hundred more.
const SET_LIMIT: usize = 1024;

const ANY: u32 = u32::MAX;

/// The payload of a parameter set of type `kind` (32: VPS, 33: SPS, 34: PPS) as it
/// is to stand in the clean file, and its id.
pub(super) fn clean_set(kind: u8, payload: &[u8]) -> Parsed<(Vec<u8>, u32)> {
    if payload.len() > SET_LIMIT {
        return Err("a parameter set is larger than a picture needs");
    }
    let data = unescaped(payload);
    let mut bits = Bits::new(&data);
    let bits = &mut bits;
    let (id, tail) = match kind {
        32 => (vps(bits)?, VPS_TAIL),
        33 => (sps(bits)?, &[][..]),
        _ => (pps(bits)?, &[][..]),
    };
    Ok((escaped(&rebuilt(&data, bits.position(), tail)), id))
}

/// Takes the bytes out that keep start codes from appearing (7.3.1.1).
fn unescaped(payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(payload.len());
    let mut zeros = 0;
    for &byte in payload {
        if zeros >= 2 && byte == 3 {
            zeros = 0;
            continue;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        out.push(byte);
    }
    out
}

fn escaped(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len());
    let mut zeros = 0;
    for &byte in data {
        if zeros >= 2 && byte <= 3 {
            out.push(3);
            zeros = 0;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        out.push(byte);
    }
    out
}

/// What follows the sizes of the picture buffer: layer 0 is the last, there is
/// one set of layers, no timing, no extension. Still pictures need no other.
const VPS_TAIL: &[bool] = &[false, false, false, false, false, false, true, false, false];

fn vps(bits: &mut Bits<'_>) -> Parsed<u32> {
    let id = bits.number(4)?;
    bits.skip(2 + 6)?;
    let sub_layers = bits.number(3)?;
    bits.skip(1)?;
    if bits.number(16)? != 0xFFFF {
        return Err("a parameter set with reserved bits");
    }
    profile_tier_level(bits, sub_layers)?;
    buffer_sizes(bits, sub_layers)?;
    Ok(id)
}

fn buffer_sizes(bits: &mut Bits<'_>, sub_layers: u32) -> Parsed<()> {
    let for_all = bits.flag()?;
    for _ in (if for_all { 0 } else { sub_layers })..=sub_layers {
        for _ in 0..3 {
            bits.golomb(ANY)?;
        }
    }
    Ok(())
}

fn profile_tier_level(bits: &mut Bits<'_>, sub_layers: u32) -> Parsed<()> {
    if sub_layers > 6 {
        return Err("more temporal layers than there may be");
    }
    bits.skip(88 + 8)?;
    let mut present = Vec::new();
    for _ in 0..sub_layers {
        present.push((bits.flag()?, bits.flag()?));
    }
    if sub_layers > 0 {
        bits.skip(2 * (8 - sub_layers))?;
    }
    for (profile, level) in present {
        bits.skip(if profile { 88 } else { 0 } + if level { 8 } else { 0 })?;
    }
    Ok(())
}

fn sps(bits: &mut Bits<'_>) -> Parsed<u32> {
    bits.skip(4)?;
    let sub_layers = bits.number(3)?;
    bits.skip(1)?;
    profile_tier_level(bits, sub_layers)?;
    let id = bits.golomb(15)?;
    let chroma_format = bits.golomb(3)?;
    if chroma_format == 3 {
        bits.skip(1)?;
    }
    bits.golomb(ANY)?;
    bits.golomb(ANY)?;
    if bits.flag()? {
        window(bits)?;
    }
    bits.golomb(8)?;
    bits.golomb(8)?;
    let order_bits = bits.golomb(12)? + 4;
    buffer_sizes(bits, sub_layers)?;
    // Sizes of coding and transform blocks, depths of their trees.
    for _ in 0..6 {
        bits.golomb(31)?;
    }
    if bits.flag()? && bits.flag()? {
        scaling_lists(bits)?;
    }
    bits.skip(2)?;
    if bits.flag()? {
        bits.skip(8)?;
        bits.golomb(31)?;
        bits.golomb(31)?;
        bits.skip(1)?;
    }
    reference_sets(bits)?;
    if bits.flag()? {
        for _ in 0..bits.golomb(32)? {
            bits.skip(order_bits + 1)?;
        }
    }
    bits.skip(2)?;
    if bits.flag()? {
        usability(bits, sub_layers)?;
    }
    if bits.flag()? {
        let (range, multilayer) = (bits.flag()?, bits.flag()?);
        if bits.number(6)? != 0 {
            return Err(EXTENSION);
        }
        bits.skip(if range { 9 } else { 0 } + u32::from(multilayer))?;
    }
    Ok(id)
}

const EXTENSION: &str = "a parameter set with an extension that cannot be checked";

/// Four numbers that cut a frame off a picture.
fn window(bits: &mut Bits<'_>) -> Parsed<()> {
    (0..4).try_for_each(|_| bits.golomb(ANY).map(drop))
}

fn scaling_lists(bits: &mut Bits<'_>) -> Parsed<()> {
    for size in 0..4 {
        for _ in (0..6).step_by(if size == 3 { 3 } else { 1 }) {
            if !bits.flag()? {
                bits.golomb(5)?;
                continue;
            }
            if size > 1 {
                bits.golomb(512)?;
            }
            for _ in 0..if size == 0 { 16 } else { 64 } {
                bits.golomb(256)?;
            }
        }
    }
    Ok(())
}

/// The short-term reference picture sets of an SPS (7.3.7).
fn reference_sets(bits: &mut Bits<'_>) -> Parsed<()> {
    let mut before = 0;
    for index in 0..bits.golomb(64)? {
        if index > 0 && bits.flag()? {
            bits.skip(1)?;
            bits.golomb(0x7FFF)?;
            let mut count = 0;
            for _ in 0..=before {
                // Used now, or else at least later.
                count += u32::from(bits.flag()? || bits.flag()?);
            }
            before = count;
        } else {
            before = bits.golomb(16)? + bits.golomb(16)?;
            for _ in 0..before {
                bits.golomb(0x7FFF)?;
                bits.skip(1)?;
            }
        }
        if before > 16 {
            return Err("more reference pictures than there may be");
        }
    }
    Ok(())
}

/// Video usability information (E.2.1).
fn usability(bits: &mut Bits<'_>, sub_layers: u32) -> Parsed<()> {
    if bits.flag()? && bits.number(8)? == 255 {
        bits.skip(32)?;
    }
    if bits.flag()? {
        bits.skip(1)?;
    }
    if bits.flag()? {
        bits.skip(4)?;
        if bits.flag()? {
            bits.skip(24)?;
        }
    }
    if bits.flag()? {
        bits.golomb(5)?;
        bits.golomb(5)?;
    }
    bits.skip(3)?;
    if bits.flag()? {
        window(bits)?;
    }
    if bits.flag()? {
        bits.skip(64)?;
        if bits.flag()? {
            bits.golomb(ANY)?;
        }
        if bits.flag()? {
            buffering(bits, sub_layers)?;
        }
    }
    if bits.flag()? {
        bits.skip(3)?;
        for max in [4095, 16, 16, 16, 16] {
            bits.golomb(max)?;
        }
    }
    Ok(())
}

/// Parameters of the reference decoder's buffers (E.2.2 and E.2.3).
fn buffering(bits: &mut Bits<'_>, sub_layers: u32) -> Parsed<()> {
    let sets = u32::from(bits.flag()?) + u32::from(bits.flag()?);
    let mut in_parts = false;
    if sets > 0 {
        in_parts = bits.flag()?;
        bits.skip(if in_parts { 19 } else { 0 } + 8 + if in_parts { 4 } else { 0 } + 15)?;
    }
    for _ in 0..=sub_layers {
        let is_fixed = bits.flag()? || bits.flag()?;
        let mut is_low_delay = false;
        if is_fixed {
            bits.golomb(2047)?;
        } else {
            is_low_delay = bits.flag()?;
        }
        let count = if is_low_delay { 0 } else { bits.golomb(31)? };
        for _ in 0..sets * (count + 1) {
            for _ in 0..if in_parts { 4 } else { 2 } {
                bits.golomb(ANY)?;
            }
            bits.skip(1)?;
        }
    }
    Ok(())
}

fn pps(bits: &mut Bits<'_>) -> Parsed<u32> {
    let id = bits.golomb(63)?;
    bits.golomb(15)?;
    bits.skip(1 + 1 + 3 + 1 + 1)?;
    bits.golomb(15)?;
    bits.golomb(15)?;
    bits.golomb(255)?;
    bits.skip(1)?;
    let has_transform_skip = bits.flag()?;
    if bits.flag()? {
        bits.golomb(31)?;
    }
    bits.golomb(31)?;
    bits.golomb(31)?;
    bits.skip(1 + 1 + 1 + 1)?;
    let has_tiles = bits.flag()?;
    bits.skip(1)?;
    if has_tiles {
        // As many as the highest level has (table A.8).
        let lines = bits.golomb(39)? + bits.golomb(43)?;
        if !bits.flag()? {
            for _ in 0..lines {
                bits.golomb(0xFFFF)?;
            }
        }
        bits.skip(1)?;
    }
    bits.skip(1)?;
    if bits.flag()? {
        bits.skip(1)?;
        if !bits.flag()? {
            bits.golomb(31)?;
            bits.golomb(31)?;
        }
    }
    if bits.flag()? {
        scaling_lists(bits)?;
    }
    bits.skip(1)?;
    bits.golomb(31)?;
    if bits.flag()? {
        return Err("slices may have extensions, which hold anything");
    }
    if bits.flag()? {
        let range = bits.flag()?;
        if bits.number(7)? != 0 {
            return Err(EXTENSION);
        }
        if range {
            range_extension(bits, has_transform_skip)?;
        }
    }
    Ok(id)
}

fn range_extension(bits: &mut Bits<'_>, has_transform_skip: bool) -> Parsed<()> {
    if has_transform_skip {
        bits.golomb(31)?;
    }
    bits.skip(1)?;
    if bits.flag()? {
        bits.golomb(31)?;
        for _ in 0..=bits.golomb(5)? {
            bits.golomb(31)?;
            bits.golomb(31)?;
        }
    }
    bits.golomb(31)?;
    bits.golomb(31).map(drop)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Those of x265.
    pub(in super::super) const SPS: &[u8] =
        b"\x01\x03\x70\0\0\x03\0\x90\0\0\x03\0\0\x03\0\x1E\xA0\x20\x81\x05\x96\xEA\x49\x29\
        \xAE\x6C\x08\0\0\x03\0\x08\0\0\x03\0\x08\x40";
    pub(in super::super) const PPS: &[u8] = b"\xC1\x72\xB0\x22\x40";
    const VPS: &[u8] = b"\x0C\x01\xFF\xFF\x03\x70\0\0\x03\0\x90\0\0\x03\0\0\x03\0\x1E\xBA\x02\x40";

    #[test]
    fn a_set_stays_as_it_is_and_what_follows_it_goes() {
        for (kind, set) in [(32, VPS), (33, SPS), (34, PPS)] {
            assert_eq!(clean_set(kind, set).unwrap(), (set.to_vec(), 0));
            assert_eq!(clean_set(kind, &[set, b"LEAK"].concat()).unwrap().0, set);
            assert!(clean_set(kind, &[set, &[b'x'; SET_LIMIT]].concat()).is_err());
            for len in 0..set.len() {
                let _ = clean_set(kind, &set[..len]);
            }
        }
    }

    #[test]
    fn layers_and_timing_of_a_vps_go() {
        // The last six bits of the byte before the last, and all behind.
        let mut long = VPS[..VPS.len() - 2].to_vec();
        long.extend(b"\x07LEAKLEAK");
        assert_eq!(clean_set(32, &long).unwrap().0, VPS);
    }
}

//! Structures that several parameter sets have.

use crate::heif::bits::{Bits, Parsed};

pub(super) const ANY: u32 = u32::MAX;

pub(super) const EXTENSION: &str = "a parameter set with an extension that cannot be checked";

pub(super) fn buffer_sizes(bits: &mut Bits<'_>, sub_layers: u32) -> Parsed<()> {
    let for_all = bits.flag()?;
    for _ in (if for_all { 0 } else { sub_layers })..=sub_layers {
        for _ in 0..3 {
            bits.golomb(ANY)?;
        }
    }
    Ok(())
}

pub(super) fn profile_tier_level(bits: &mut Bits<'_>, sub_layers: u32) -> Parsed<()> {
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

/// Four numbers that cut a frame off a picture: left, right, top, bottom.
pub(super) fn window(bits: &mut Bits<'_>) -> Parsed<[u32; 4]> {
    Ok([bits.golomb(ANY)?, bits.golomb(ANY)?, bits.golomb(ANY)?, bits.golomb(ANY)?])
}

pub(super) fn scaling_lists(bits: &mut Bits<'_>) -> Parsed<()> {
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

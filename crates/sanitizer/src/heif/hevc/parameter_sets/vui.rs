//! Video usability information (annex E).

use super::common::{ANY, window};
use crate::heif::bits::{Bits, Parsed};

/// Video usability information (E.2.1).
pub(super) fn usability(bits: &mut Bits<'_>, sub_layers: u32) -> Parsed<()> {
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

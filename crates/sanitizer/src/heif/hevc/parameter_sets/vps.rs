//! The video parameter set (7.3.2.1).

use super::common::{buffer_sizes, profile_tier_level};
use crate::heif::bits::{Bits, Parsed};

/// What follows the sizes of the picture buffer: layer 0 is the last, there is
/// one set of layers, no timing, no extension. Still pictures need no other.
pub(super) const VPS_TAIL: &[bool] = &[false, false, false, false, false, false, true, false, false];

pub(super) fn vps(bits: &mut Bits<'_>) -> Parsed<u32> {
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

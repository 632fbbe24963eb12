//! The sequence parameter set (7.3.2.2) and its reference picture sets (7.3.7).

use super::common::{ANY, EXTENSION, buffer_sizes, profile_tier_level, scaling_lists, window};
use super::model::{Pcm, Sps};
use super::vui::usability;
use crate::heif::bits::{Bits, Parsed};

pub(super) fn sps(bits: &mut Bits<'_>) -> Parsed<Sps> {
    bits.skip(4)?;
    let sub_layers = bits.number(3)?;
    bits.skip(1)?;
    profile_tier_level(bits, sub_layers)?;
    let mut sps = Sps { id: bits.golomb(15)?, chroma_format_idc: bits.golomb(3)?, ..Sps::default() };
    if sps.chroma_format_idc == 3 {
        sps.separate_colour_plane_flag = bits.flag()?;
    }
    sps.width = bits.golomb(ANY)?;
    sps.height = bits.golomb(ANY)?;
    if bits.flag()? {
        sps.conformance_window = window(bits)?;
    }
    sps.bit_depth_luma = bits.golomb(8)? + 8;
    sps.bit_depth_chroma = bits.golomb(8)? + 8;
    sps.poc_lsb_bits = bits.golomb(12)? + 4;
    buffer_sizes(bits, sub_layers)?;
    // Sizes of coding and transform blocks, depths of their trees.
    sps.log2_min_cb = bits.golomb(31)? + 3;
    sps.log2_ctb = bits.golomb(31)? + sps.log2_min_cb;
    sps.log2_min_tb = bits.golomb(31)? + 2;
    sps.log2_max_tb = bits.golomb(31)? + sps.log2_min_tb;
    bits.golomb(31)?;
    sps.max_transform_hierarchy_depth_intra = bits.golomb(31)?;
    if bits.flag()? && bits.flag()? {
        scaling_lists(bits)?;
    }
    bits.skip(1)?;
    sps.sample_adaptive_offset_enabled_flag = bits.flag()?;
    if bits.flag()? {
        let (bit_depth_luma, bit_depth_chroma) = (bits.number(4)? + 1, bits.number(4)? + 1);
        let log2_min_cb = bits.golomb(31)? + 3;
        let log2_max_cb = bits.golomb(31)? + log2_min_cb;
        sps.pcm = Some(Pcm { bit_depth_luma, bit_depth_chroma, log2_min_cb, log2_max_cb });
        bits.skip(1)?;
    }
    let count = bits.golomb(64)?;
    for index in 0..count {
        let set = reference_set(bits, index, count, &sps.reference_sets)?;
        sps.reference_sets.push(set);
    }
    if bits.flag()? {
        let count = bits.golomb(32)?;
        for _ in 0..count {
            bits.skip(sps.poc_lsb_bits + 1)?;
        }
        sps.long_term_ref_pics = Some(count);
    }
    sps.temporal_mvp_enabled_flag = bits.flag()?;
    bits.skip(1)?;
    if bits.flag()? {
        usability(bits, sub_layers)?;
    }
    if bits.flag()? {
        let (range, multilayer) = (bits.flag()?, bits.flag()?);
        if bits.number(6)? != 0 {
            return Err(EXTENSION);
        }
        if range {
            // transform_skip_rotation_enabled_flag changes no syntax.
            bits.skip(1)?;
            sps.transform_skip_context_enabled_flag = bits.flag()?;
            sps.implicit_rdpcm_enabled_flag = bits.flag()?;
            // Nor does explicit_rdpcm_enabled_flag in intra pictures.
            bits.skip(1)?;
            sps.extended_precision_processing_flag = bits.flag()?;
            bits.skip(2)?;
            sps.persistent_rice_adaptation_enabled_flag = bits.flag()?;
            sps.cabac_bypass_alignment_enabled_flag = bits.flag()?;
        }
        bits.skip(u32::from(multilayer))?;
    }
    Ok(sps)
}

/// A short-term reference picture set (7.3.7), of those of an SPS, `count` in all,
/// or with the index `count` that of a slice header: how many pictures are in it
/// (NumDeltaPocs). `known` are the sets before it.
pub(in super::super) fn reference_set(
    bits: &mut Bits<'_>,
    index: u32,
    count: u32,
    known: &[u32],
) -> Parsed<u32> {
    const MANY: &str = "more reference pictures than there may be";
    let mut pictures = 0;
    if index > 0 && bits.flag()? {
        // A slice header names the set that this one is made from; in an SPS it is the one before.
        let back = if index == count { bits.golomb(index - 1)? + 1 } else { 1 };
        bits.skip(1)?;
        bits.golomb(0x7FFF)?;
        for _ in 0..=known.get((index - back) as usize).copied().ok_or(MANY)? {
            // Used now, or else at least later.
            pictures += u32::from(bits.flag()? || bits.flag()?);
        }
    } else {
        pictures = bits.golomb(16)? + bits.golomb(16)?;
        for _ in 0..pictures {
            bits.golomb(0x7FFF)?;
            bits.skip(1)?;
        }
    }
    if pictures > 16 { Err(MANY) } else { Ok(pictures) }
}

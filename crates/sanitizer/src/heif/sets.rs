//! Parameter sets of HEVC, read to their last field so that nothing can follow
//! it (ITU-T H.265, 7.3.2, 7.3.4, 7.3.7 and annex E.2).

use super::bits::{Bits, Parsed, rebuilt};
use super::hevc::{Pcm, Pps, Sps, Tiles};

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
        33 => (sps(bits)?.id, &[][..]),
        _ => (pps(bits)?.id, &[][..]),
    };
    Ok((escaped(&rebuilt(&data, bits.position(), tail)), id))
}

/// What the payload of an SPS says.
pub(super) fn read_sps(payload: &[u8]) -> Parsed<Sps> {
    sps(&mut Bits::new(&unescaped(payload)))
}

/// What the payload of a PPS says.
pub(super) fn read_pps(payload: &[u8]) -> Parsed<Pps> {
    pps(&mut Bits::new(&unescaped(payload)))
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

fn sps(bits: &mut Bits<'_>) -> Parsed<Sps> {
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
        window(bits)?;
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

/// A short-term reference picture set (7.3.7), of those of an SPS, `count` in all,
/// or with the index `count` that of a slice header: how many pictures are in it
/// (NumDeltaPocs). `known` are the sets before it.
pub(super) fn reference_set(bits: &mut Bits<'_>, index: u32, count: u32, known: &[u32]) -> Parsed<u32> {
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

fn pps(bits: &mut Bits<'_>) -> Parsed<Pps> {
    let mut pps = Pps { id: bits.golomb(63)?, sps_id: bits.golomb(15)?, ..Pps::default() };
    pps.dependent_slice_segments_enabled_flag = bits.flag()?;
    pps.output_flag_present_flag = bits.flag()?;
    pps.num_extra_slice_header_bits = bits.number(3)?;
    pps.sign_data_hiding_enabled_flag = bits.flag()?;
    bits.skip(1)?;
    bits.golomb(15)?;
    bits.golomb(15)?;
    pps.init_qp = 26 + bits.signed_golomb(255)?;
    bits.skip(1)?;
    pps.transform_skip_enabled_flag = bits.flag()?;
    pps.log2_max_transform_skip_size = 2;
    if bits.flag()? {
        pps.diff_cu_qp_delta_depth = Some(bits.golomb(31)?);
    }
    bits.golomb(31)?;
    bits.golomb(31)?;
    pps.slice_chroma_qp_offsets_present_flag = bits.flag()?;
    bits.skip(2)?;
    pps.transquant_bypass_enabled_flag = bits.flag()?;
    let has_tiles = bits.flag()?;
    pps.entropy_coding_sync_enabled_flag = bits.flag()?;
    if has_tiles {
        // As many as the highest level has (table A.8).
        let (columns, rows) = (bits.golomb(39)? + 1, bits.golomb(43)? + 1);
        let mut sizes = None;
        if !bits.flag()? {
            let mut sizes_of = |count: u32| -> Parsed<Vec<u32>> {
                (1..count).map(|_| Ok(bits.golomb(0xFFFF)? + 1)).collect()
            };
            sizes = Some((sizes_of(columns)?, sizes_of(rows)?));
        }
        pps.tiles = Some(Tiles { columns, rows, sizes });
        bits.skip(1)?;
    }
    pps.loop_filter_across_slices_enabled_flag = bits.flag()?;
    if bits.flag()? {
        pps.deblocking_filter_override_enabled_flag = bits.flag()?;
        pps.deblocking_filter_disabled_flag = bits.flag()?;
        if !pps.deblocking_filter_disabled_flag {
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
            range_extension(bits, &mut pps)?;
        }
    }
    Ok(pps)
}

fn range_extension(bits: &mut Bits<'_>, pps: &mut Pps) -> Parsed<()> {
    if pps.transform_skip_enabled_flag {
        pps.log2_max_transform_skip_size = bits.golomb(31)? + 2;
    }
    pps.cross_component_prediction_enabled_flag = bits.flag()?;
    if bits.flag()? {
        let depth = bits.golomb(31)?;
        let len_minus1 = bits.golomb(5)?;
        for _ in 0..=len_minus1 {
            bits.golomb(31)?;
            bits.golomb(31)?;
        }
        pps.chroma_qp_offset_list = Some((depth, len_minus1));
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

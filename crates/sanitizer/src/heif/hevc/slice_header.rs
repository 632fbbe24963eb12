//! Slice segment headers (ITU-T H.265, 7.3.6.1) of intra pictures.

use super::super::bits::{Bits, Parsed};
use super::parameter_sets::{Pps, Sps, reference_set};
use super::parameters::Parameters;

/// The header of a slice segment.
pub(super) struct Header {
    pub(super) first_slice_segment_in_pic_flag: bool,
    /// The number of the PPS in [`Parameters::pps`].
    pub(super) pps: usize,
    pub(super) slice_segment_address: u32,
    /// `None` for a dependent slice segment, which has those of the slice before.
    pub(super) slice: Option<Slice>,
    /// Sizes in bytes of all substreams but the last.
    pub(super) entry_points: Vec<u64>,
    /// Where in the unit's payload the slice segment data begin.
    pub(super) end: usize,
}

/// What holds for all segments of a slice.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slice {
    pub(super) sao_luma_flag: bool,
    pub(super) sao_chroma_flag: bool,
    /// `SliceQpY`.
    pub(super) qp: i32,
    pub(super) cu_chroma_qp_offset_enabled_flag: bool,
}

impl Header {
    /// Reads the header at the start of the payload of a NAL unit of type `kind`, 16 to 21.
    pub(super) fn read(kind: u8, payload: &[u8], parameters: &Parameters) -> Parsed<Self> {
        let sps = &parameters.sps;
        let bits = &mut Bits::new(payload);
        let first_slice_segment_in_pic_flag = bits.flag()?;
        bits.skip(1)?;
        let id = bits.golomb(63)?;
        let pps = parameters.pps.iter().position(|pps| pps.id == id && pps.sps_id == sps.id);
        let number = pps.ok_or("a slice without its parameter sets")?;
        let pps = &parameters.pps[number];
        let mut is_dependent = false;
        let mut slice_segment_address = 0;
        if !first_slice_segment_in_pic_flag {
            is_dependent = pps.dependent_slice_segments_enabled_flag && bits.flag()?;
            let (width, height) = sps.size_in_ctbs();
            slice_segment_address = bits.number(index_bits(width * height))?;
        }
        let slice = if is_dependent { None } else { Some(slice(bits, kind, sps, pps)?) };
        let mut entry_points = Vec::new();
        if pps.tiles.is_some() || pps.entropy_coding_sync_enabled_flag {
            // One for each row of each tile is the most there are (7.4.7.1).
            let columns = pps.tiles.as_ref().map_or(1, |tiles| tiles.columns);
            let count = bits.golomb(columns * sps.size_in_ctbs().1)?;
            if count > 0 {
                let offset_len = bits.golomb(31)? + 1;
                for _ in 0..count {
                    entry_points.push(u64::from(bits.number(offset_len)?) + 1);
                }
            }
        }
        // byte_alignment()
        let mut is_aligned = bits.flag()?;
        while !bits.position().is_multiple_of(8) {
            is_aligned &= !bits.flag()?;
        }
        if !is_aligned {
            return Err("a slice header without the bits that end it");
        }
        let end = bits.position() / 8;
        Ok(Self {
            first_slice_segment_in_pic_flag,
            pps: number,
            slice_segment_address,
            slice,
            entry_points,
            end,
        })
    }
}

fn slice(bits: &mut Bits<'_>, kind: u8, sps: &Sps, pps: &Pps) -> Parsed<Slice> {
    bits.skip(pps.num_extra_slice_header_bits)?;
    if bits.golomb(2)? != 2 {
        return Err("a slice that needs other pictures");
    }
    if pps.output_flag_present_flag {
        bits.skip(1)?;
    }
    // All but IDR pictures may name pictures that others need.
    if !matches!(kind, 19 | 20) {
        references(bits, sps)?;
    }
    let mut slice = Slice {
        sao_luma_flag: false,
        sao_chroma_flag: false,
        qp: 0,
        cu_chroma_qp_offset_enabled_flag: false,
    };
    if sps.sample_adaptive_offset_enabled_flag {
        slice.sao_luma_flag = bits.flag()?;
        slice.sao_chroma_flag = sps.chroma_format_idc != 0 && bits.flag()?;
    }
    slice.qp = pps.init_qp + bits.signed_golomb(255)?;
    if pps.slice_chroma_qp_offsets_present_flag {
        bits.golomb(255)?;
        bits.golomb(255)?;
    }
    slice.cu_chroma_qp_offset_enabled_flag = pps.chroma_qp_offset_list.is_some() && bits.flag()?;
    let mut is_deblocking_disabled = pps.deblocking_filter_disabled_flag;
    if pps.deblocking_filter_override_enabled_flag && bits.flag()? {
        is_deblocking_disabled = bits.flag()?;
        if !is_deblocking_disabled {
            bits.golomb(31)?;
            bits.golomb(31)?;
        }
    }
    let is_filtered = slice.sao_luma_flag || slice.sao_chroma_flag || !is_deblocking_disabled;
    if pps.loop_filter_across_slices_enabled_flag && is_filtered {
        bits.skip(1)?;
    }
    Ok(slice)
}

/// The picture's number, and its reference picture sets.
fn references(bits: &mut Bits<'_>, sps: &Sps) -> Parsed<()> {
    bits.skip(sps.poc_lsb_bits)?;
    let sets = sps.reference_sets.len() as u32;
    if !bits.flag()? {
        reference_set(bits, sets, sets, &sps.reference_sets)?;
    } else if sets > 1 {
        bits.skip(index_bits(sets))?;
    }
    if let Some(known) = sps.long_term_ref_pics {
        let from_sps = if known > 0 { bits.golomb(32)? } else { 0 };
        // Each would be as many bits as its writer likes.
        if from_sps + bits.golomb(32)? > 0 {
            return Err("a slice that names other pictures");
        }
    }
    if sps.temporal_mvp_enabled_flag {
        bits.skip(1)?;
    }
    Ok(())
}

/// How many bits a number below `count` has: `Ceil(Log2(count))`.
fn index_bits(count: u32) -> u32 {
    count.saturating_sub(1).checked_ilog2().map_or(0, |log| log + 1)
}

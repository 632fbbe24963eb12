//! The picture parameter set (7.3.2.3).

use super::common::{EXTENSION, scaling_lists};
use super::model::{Pps, Tiles};
use crate::heif::bits::{Bits, Parsed};

pub(super) fn pps(bits: &mut Bits<'_>) -> Parsed<Pps> {
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

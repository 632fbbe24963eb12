//! What the sequence and picture parameter sets say, by the names of the standard
//! (ITU-T H.265, 7.4.3.2 and 7.4.3.3).

use crate::heif::bits::Parsed;

/// No level has larger pictures (table A.9): it bounds what is kept for a row of them.
const SIDE_LIMIT: u32 = 1 << 16;

/// A sequence parameter set.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(in super::super) struct Sps {
    pub(in super::super) id: u32,
    pub(in super::super) chroma_format_idc: u32,
    pub(in super::super) separate_colour_plane_flag: bool,
    pub(in super::super) width: u32,
    pub(in super::super) height: u32,
    /// What is cut off at the left, right, top and bottom, in samples of chroma.
    pub(in super::super) conformance_window: [u32; 4],
    pub(in super::super) bit_depth_luma: u32,
    pub(in super::super) bit_depth_chroma: u32,
    pub(in super::super) poc_lsb_bits: u32,
    /// `MinCbLog2SizeY`.
    pub(in super::super) log2_min_cb: u32,
    /// `CtbLog2SizeY`.
    pub(in super::super) log2_ctb: u32,
    /// `MinTbLog2SizeY`.
    pub(in super::super) log2_min_tb: u32,
    /// `MaxTbLog2SizeY`.
    pub(in super::super) log2_max_tb: u32,
    pub(in super::super) max_transform_hierarchy_depth_intra: u32,
    pub(in super::super) sample_adaptive_offset_enabled_flag: bool,
    pub(in super::super) pcm: Option<Pcm>,
    /// How many pictures each short-term reference picture set has.
    pub(in super::super) reference_sets: Vec<u32>,
    /// `num_long_term_ref_pics_sps`, when there are long-term reference pictures.
    pub(in super::super) long_term_ref_pics: Option<u32>,
    pub(in super::super) temporal_mvp_enabled_flag: bool,
    pub(in super::super) transform_skip_context_enabled_flag: bool,
    pub(in super::super) implicit_rdpcm_enabled_flag: bool,
    pub(in super::super) extended_precision_processing_flag: bool,
    pub(in super::super) persistent_rice_adaptation_enabled_flag: bool,
    pub(in super::super) cabac_bypass_alignment_enabled_flag: bool,
}

/// Coding blocks whose samples are stored as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Pcm {
    pub(in super::super) bit_depth_luma: u32,
    pub(in super::super) bit_depth_chroma: u32,
    pub(in super::super) log2_min_cb: u32,
    pub(in super::super) log2_max_cb: u32,
}

/// A picture parameter set.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(in super::super) struct Pps {
    pub(in super::super) id: u32,
    pub(in super::super) sps_id: u32,
    pub(in super::super) dependent_slice_segments_enabled_flag: bool,
    pub(in super::super) output_flag_present_flag: bool,
    pub(in super::super) num_extra_slice_header_bits: u32,
    pub(in super::super) sign_data_hiding_enabled_flag: bool,
    /// 26 and `init_qp_minus26`.
    pub(in super::super) init_qp: i32,
    pub(in super::super) transform_skip_enabled_flag: bool,
    pub(in super::super) log2_max_transform_skip_size: u32,
    /// When `cu_qp_delta_enabled_flag` is set.
    pub(in super::super) diff_cu_qp_delta_depth: Option<u32>,
    pub(in super::super) slice_chroma_qp_offsets_present_flag: bool,
    pub(in super::super) transquant_bypass_enabled_flag: bool,
    pub(in super::super) entropy_coding_sync_enabled_flag: bool,
    pub(in super::super) tiles: Option<Tiles>,
    pub(in super::super) loop_filter_across_slices_enabled_flag: bool,
    pub(in super::super) deblocking_filter_override_enabled_flag: bool,
    pub(in super::super) deblocking_filter_disabled_flag: bool,
    pub(in super::super) cross_component_prediction_enabled_flag: bool,
    /// `diff_cu_chroma_qp_offset_depth` and `chroma_qp_offset_list_len_minus1`.
    pub(in super::super) chroma_qp_offset_list: Option<(u32, u32)>,
}

/// How a picture is divided into tiles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Tiles {
    pub(in super::super) columns: u32,
    pub(in super::super) rows: u32,
    /// Widths and heights in CTBs of all but the last, unless they are about equal.
    pub(in super::super) sizes: Option<(Vec<u32>, Vec<u32>)>,
}

impl Sps {
    /// Refuses what cannot be followed, and sizes that the standard rules out (7.4.3.2.1).
    pub(in super::super) fn check(&self) -> Parsed<()> {
        if self.separate_colour_plane_flag {
            return Err("an HEVC picture with separate colour planes");
        }
        if self.extended_precision_processing_flag {
            return Err("an HEVC picture with extended precision");
        }
        let is_coding_fine = self.log2_ctb <= 6 && self.log2_min_tb < self.log2_min_cb;
        let is_transform_fine = self.log2_max_tb <= self.log2_ctb.min(5);
        let is_size_fine = [self.width, self.height].iter().all(|&side| {
            (1..=SIDE_LIMIT).contains(&side) && side.is_multiple_of(1 << self.log2_min_cb.min(6))
        });
        let is_pcm_fine = self.pcm.as_ref().is_none_or(|pcm| {
            pcm.log2_max_cb <= self.log2_ctb.min(5)
                && pcm.bit_depth_luma <= self.bit_depth_luma
                && pcm.bit_depth_chroma <= self.bit_depth_chroma
        });
        if is_coding_fine && is_transform_fine && is_size_fine && is_pcm_fine {
            Ok(())
        } else {
            Err("an HEVC picture with impossible sizes")
        }
    }

    /// Width and height of what decoders give, in luma samples (7.4.3.2.1).
    pub(in super::super) fn output_size(&self) -> (u32, u32) {
        let [left, right, top, bottom] = self.conformance_window;
        // SubWidthC and SubHeightC (table 6-1).
        let (columns, rows) = match self.chroma_format_idc {
            1 => (2, 2),
            2 => (2, 1),
            _ => (1, 1),
        };
        let cut = |before: u32, after: u32, unit: u32| before.saturating_add(after).saturating_mul(unit);
        (
            self.width.saturating_sub(cut(left, right, columns)),
            self.height.saturating_sub(cut(top, bottom, rows)),
        )
    }

    /// `PicWidthInCtbsY` and `PicHeightInCtbsY`.
    pub(in super::super) fn size_in_ctbs(&self) -> (u32, u32) {
        (self.width.div_ceil(1 << self.log2_ctb), self.height.div_ceil(1 << self.log2_ctb))
    }
}

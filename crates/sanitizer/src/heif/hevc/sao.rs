//! Parameters of the sample adaptive offset (ITU-T H.265, 7.3.8.3).

use super::coding_tree::Tree;
use super::contexts::{SAO_MERGE, SAO_TYPE_IDX};

impl Tree<'_> {
    /// `sao` of a CTB.
    pub(super) fn sao(&mut self) {
        let has_offsets = [self.slice.sao_luma_flag, self.slice.sao_chroma_flag];
        if has_offsets == [false; 2] {
            return;
        }
        // Those of a neighbour may hold for this one, too.
        if self.is_left_available && self.bin(SAO_MERGE) || self.is_above_available && self.bin(SAO_MERGE) {
            return;
        }
        let depths = [self.sps.bit_depth_luma, self.sps.bit_depth_chroma];
        for (kind, depth) in depths.into_iter().enumerate() {
            if !has_offsets[kind] || !self.bin(SAO_TYPE_IDX) {
                continue;
            }
            let is_edge = self.cabac.bypass();
            // The second chroma component has the type and the direction of the first.
            for component in 0..=kind {
                self.offsets(is_edge, component > 0, depth);
            }
        }
    }

    fn offsets(&mut self, is_edge: bool, is_second: bool, depth: u32) {
        let most = (1 << (depth.min(10) - 5)) - 1;
        let mut used = 0;
        for _ in 0..4 {
            // sao_offset_abs, truncated unary
            let mut offset = 0;
            while offset < most && self.cabac.bypass() {
                offset += 1;
            }
            used += u32::from(offset > 0);
        }
        if !is_edge {
            // sao_offset_sign, sao_band_position
            self.cabac.bypass_bits(used);
            self.cabac.bypass_bits(5);
        } else if !is_second {
            // sao_eo_class
            self.cabac.bypass_bits(2);
        }
    }
}

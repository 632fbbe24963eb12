//! Transform trees and transform units (ITU-T H.265, 7.3.8.8 to 7.3.8.12, 7.3.8.14).

use super::super::bits::Parsed;
use super::coding_tree::{Square, Tree, Unit};
use super::contexts::{
    CBF_CHROMA, CBF_LUMA, CU_CHROMA_QP_OFFSET_FLAG, CU_CHROMA_QP_OFFSET_IDX, CU_QP_DELTA_ABS,
    LOG2_RES_SCALE_ABS, RES_SCALE_SIGN_FLAG, SPLIT_TRANSFORM_FLAG,
};
use super::residual::Block;

/// `cbf_cb` and `cbf_cr`; with 4:2:2 each is of two blocks, one above the other.
type ChromaFlags = [[bool; 2]; 2];

/// A node of the tree.
#[derive(Clone, Copy)]
struct Node {
    square: Square,
    depth: u32,
    /// `blkIdx`: which quarter of its parent it is.
    index: usize,
    /// Which part of the coding unit it belongs to.
    part: usize,
    /// The flags of its parent.
    chroma: ChromaFlags,
}

impl Tree<'_> {
    /// The transform tree of a coding unit, of depth `MaxTrafoDepth`.
    pub(super) fn transform_tree(&mut self, unit: &Unit, square: Square, max_depth: u32) -> Parsed<()> {
        let root = Node { square, depth: 0, index: 0, part: 0, chroma: [[true, false]; 2] };
        self.node(unit, root, max_depth)
    }

    /// `transform_tree` (7.3.8.8).
    fn node(&mut self, unit: &Unit, node: Node, max_depth: u32) -> Parsed<()> {
        let Node { square, depth, .. } = node;
        let (sps, log2_size) = (self.sps, square.log2_size);
        let format = sps.chroma_format_idc;
        let is_parts = unit.is_split && depth == 0;
        let is_split = if log2_size <= sps.log2_max_tb
            && log2_size > sps.log2_min_tb
            && depth < max_depth
            && !is_parts
        {
            self.bin(SPLIT_TRANSFORM_FLAG + 5 - log2_size as usize)
        } else {
            log2_size > sps.log2_max_tb || is_parts
        };
        let mut chroma = [[false; 2]; 2];
        if format == 3 || log2_size > 2 && format != 0 {
            for (flags, parent) in chroma.iter_mut().zip(node.chroma) {
                if parent == [false; 2] {
                    continue;
                }
                flags[0] = self.bin(CBF_CHROMA + depth as usize);
                if format == 2 && (!is_split || log2_size == 3) {
                    flags[1] = self.bin(CBF_CHROMA + depth as usize);
                }
            }
        } else if format != 0 {
            // Chroma is not split further; its blocks come with the last of the four.
            chroma = node.chroma;
        }
        if !is_split {
            return self.transform_unit(unit, Node { chroma, ..node });
        }
        for (index, square) in square.quarters().into_iter().enumerate() {
            let part = if is_parts { index } else { node.part };
            self.node(unit, Node { square, depth: depth + 1, index, part, chroma }, max_depth)?;
        }
        Ok(())
    }

    /// `cbf_luma` and `transform_unit` (7.3.8.10).
    fn transform_unit(&mut self, unit: &Unit, node: Node) -> Parsed<()> {
        self.work.spend(8)?;
        self.cabac.check()?;
        let Node { square: Square { log2_size, .. }, chroma, part, .. } = node;
        let format = self.sps.chroma_format_idc;
        let has_luma = self.bin(CBF_LUMA + usize::from(node.depth == 0));
        let has_chroma = chroma.as_flattened().contains(&true);
        if !has_luma && !has_chroma {
            return Ok(());
        }
        self.delta_qp()?;
        if has_chroma && !unit.cu_transquant_bypass_flag {
            self.chroma_qp_offset();
        }
        let is_bypassed = unit.cu_transquant_bypass_flag;
        if has_luma {
            let mode = unit.luma_modes[part];
            self.residual_coding(&Block { log2_size, component: 0, mode, is_bypassed })?;
        }
        let (log2_size, mode) = if log2_size > 2 && format != 3 {
            (log2_size - 1, unit.chroma_modes[0])
        } else if format == 3 {
            (log2_size, unit.chroma_modes[part])
        } else if node.index == 3 {
            (2, unit.chroma_modes[0])
        } else {
            return Ok(());
        };
        for (index, flags) in chroma.iter().enumerate() {
            if self.pps.cross_component_prediction_enabled_flag
                && format == 3
                && has_luma
                && unit.is_chroma_like_luma[part]
            {
                self.cross_component_prediction(index);
            }
            for _ in flags.iter().filter(|&&flag| flag) {
                self.residual_coding(&Block { log2_size, component: index + 1, mode, is_bypassed })?;
            }
        }
        Ok(())
    }

    /// `delta_qp` (7.3.8.14).
    fn delta_qp(&mut self) -> Parsed<()> {
        if self.pps.diff_cu_qp_delta_depth.is_none() || self.is_cu_qp_delta_coded {
            return Ok(());
        }
        self.is_cu_qp_delta_coded = true;
        let mut prefix = 0;
        while prefix < 5 && self.bin(CU_QP_DELTA_ABS + usize::from(prefix > 0)) {
            prefix += 1;
        }
        if prefix == 5 {
            // An Exp-Golomb code of order 0 (9.3.3.5).
            let mut length = 0;
            while self.cabac.bypass() {
                length += 1;
                if length > 15 {
                    return Err("a quantizer that is larger than it may be");
                }
            }
            self.cabac.bypass_bits(length);
        }
        if prefix > 0 {
            // cu_qp_delta_sign_flag
            self.cabac.bypass();
        }
        Ok(())
    }

    /// `chroma_qp_offset` (7.3.8.14).
    fn chroma_qp_offset(&mut self) {
        let Some((_, len_minus1)) = self.pps.chroma_qp_offset_list else { return };
        if !self.slice.cu_chroma_qp_offset_enabled_flag || self.is_cu_chroma_qp_offset_coded {
            return;
        }
        self.is_cu_chroma_qp_offset_coded = true;
        if self.bin(CU_CHROMA_QP_OFFSET_FLAG) {
            let mut index = 0;
            while index < len_minus1 && self.bin(CU_CHROMA_QP_OFFSET_IDX) {
                index += 1;
            }
        }
    }

    /// `cross_comp_pred` (7.3.8.12).
    fn cross_component_prediction(&mut self, index: usize) {
        let mut scale = 0;
        while scale < 4 && self.bin(LOG2_RES_SCALE_ABS + 4 * index + scale) {
            scale += 1;
        }
        if scale > 0 {
            self.bin(RES_SCALE_SIGN_FLAG + index);
        }
    }
}

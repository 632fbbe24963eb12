//! Coding quadtrees and coding units of intra slices (ITU-T H.265, 7.3.8.4 to 7.3.8.7).

use super::super::bits::Parsed;
use super::cabac::Cabac;
use super::contexts::{
    CU_TRANSQUANT_BYPASS_FLAG, Contexts, INTRA_CHROMA_PRED_MODE, PART_MODE, PREV_INTRA_LUMA_PRED_FLAG,
    SPLIT_CU_FLAG,
};
use super::intra_mode::{self, DC, Neighbours};
use super::parameter_sets::{Pps, Sps};
use super::slice_header::Slice;
use crate::work::Work;

/// What follows the coding tree units of a slice segment.
pub(super) struct Tree<'a> {
    pub(super) sps: &'a Sps,
    pub(super) pps: &'a Pps,
    pub(super) slice: Slice,
    pub(super) cabac: Cabac<'a>,
    pub(super) contexts: Contexts,
    pub(super) work: &'a mut Work,
    pub(super) rows: &'a mut Rows,
    pub(super) is_cu_qp_delta_coded: bool,
    pub(super) is_cu_chroma_qp_offset_coded: bool,
    /// Whether the CTBs to the left and above are in the same slice and tile.
    pub(super) is_left_available: bool,
    pub(super) is_above_available: bool,
}

/// What the blocks beside and above the next one were like. Each column and row has
/// the last block that was decoded there, which is the one it borders on.
pub(super) struct Rows {
    /// `CtDepth` for 8 samples each: of the CTB to the left, and of the whole row above.
    left_depths: [u8; 8],
    above_depths: Vec<u8>,
    modes: Neighbours,
}

impl Rows {
    pub(super) fn new(sps: &Sps) -> Self {
        Self {
            left_depths: [0; 8],
            above_depths: vec![0; sps.width.div_ceil(8) as usize],
            modes: Neighbours::new(),
        }
    }
}

/// A square of luma samples.
#[derive(Debug, Clone, Copy)]
pub(super) struct Square {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) log2_size: u32,
}

impl Square {
    /// Its quarters, in z-order.
    pub(super) fn quarters(self) -> [Self; 4] {
        let log2_size = self.log2_size - 1;
        let half = 1 << log2_size;
        [(0, 0), (half, 0), (0, half), (half, half)].map(|(x, y)| Self {
            x: self.x + x,
            y: self.y + y,
            log2_size,
        })
    }
}

pub(super) struct Unit {
    pub(super) cu_transquant_bypass_flag: bool,
    /// `IntraSplitFlag`: it has four parts of its own modes.
    pub(super) is_split: bool,
    /// The modes of its parts: of luma, and of chroma.
    pub(super) luma_modes: [u8; 4],
    pub(super) chroma_modes: [u8; 4],
    /// Whether the chroma mode is "that of luma", `intra_chroma_pred_mode` 4.
    pub(super) is_chroma_like_luma: [bool; 4],
}

impl Tree<'_> {
    /// The quadtree of a CTB.
    pub(super) fn ctb(&mut self, x: u32, y: u32) -> Parsed<()> {
        self.rows.modes.begin_ctb(self.is_left_available);
        let log2_size = self.sps.log2_ctb;
        self.coding_quadtree(Square { x: x << log2_size, y: y << log2_size, log2_size }, 0)
    }

    /// `coding_quadtree` (7.3.8.4).
    fn coding_quadtree(&mut self, square: Square, depth: u32) -> Parsed<()> {
        let Square { x, y, log2_size } = square;
        let (sps, size) = (self.sps, 1 << log2_size);
        let is_splittable = log2_size > sps.log2_min_cb;
        let is_inside = x + size <= sps.width && y + size <= sps.height;
        let is_split = is_splittable && (!is_inside || self.split_cu_flag(square, depth));
        if self.pps.diff_cu_qp_delta_depth.is_some_and(|diff| depth <= diff) {
            self.is_cu_qp_delta_coded = false;
        }
        if self.pps.chroma_qp_offset_list.is_some_and(|(diff, _)| depth <= diff) {
            self.is_cu_chroma_qp_offset_coded = false;
        }
        if !is_split {
            self.note_depth(square, depth);
            return self.coding_unit(square);
        }
        for quarter in square.quarters() {
            if quarter.x < sps.width && quarter.y < sps.height {
                self.coding_quadtree(quarter, depth + 1)?;
            }
        }
        Ok(())
    }

    /// The context is chosen by the depths of the neighbours (9.3.4.2.2).
    fn split_cu_flag(&mut self, Square { x, y, .. }: Square, depth: u32) -> bool {
        let in_ctb = (1 << self.sps.log2_ctb) - 1;
        let mut deeper = 0;
        if x & in_ctb > 0 || self.is_left_available {
            deeper += usize::from(u32::from(self.rows.left_depths[(y & in_ctb) as usize / 8]) > depth);
        }
        if y & in_ctb > 0 || self.is_above_available {
            deeper += usize::from(u32::from(self.rows.above_depths[x as usize / 8]) > depth);
        }
        self.bin(SPLIT_CU_FLAG + deeper)
    }

    fn note_depth(&mut self, Square { x, y, log2_size }: Square, depth: u32) {
        let units = 1 << (log2_size - 3);
        let left = (y & ((1 << self.sps.log2_ctb) - 1)) as usize / 8;
        let above = x as usize / 8;
        self.rows.left_depths[left..left + units].fill(depth as u8);
        self.rows.above_depths[above..above + units].fill(depth as u8);
    }

    /// `coding_unit` (7.3.8.5).
    fn coding_unit(&mut self, square: Square) -> Parsed<()> {
        self.work.spend(8)?;
        self.cabac.check()?;
        let sps = self.sps;
        let cu_transquant_bypass_flag =
            self.pps.transquant_bypass_enabled_flag && self.bin(CU_TRANSQUANT_BYPASS_FLAG);
        let is_split = square.log2_size == sps.log2_min_cb && !self.bin(PART_MODE);
        if !is_split
            && let Some(pcm) = &sps.pcm
            && (pcm.log2_min_cb..=pcm.log2_max_cb).contains(&square.log2_size)
            && self.cabac.terminate()
        {
            self.note_mode(square, DC);
            let samples = 1_usize << (2 * square.log2_size);
            let chroma = match sps.chroma_format_idc {
                0 => 0,
                1 => samples / 2,
                2 => samples,
                _ => 2 * samples,
            };
            let bits = samples * pcm.bit_depth_luma as usize + chroma * pcm.bit_depth_chroma as usize;
            // pcm_alignment_zero_bits are what this sees as the zeros of an alignment.
            let start = self.cabac.end()?;
            self.cabac.restart(start + bits / 8);
            return Ok(());
        }
        let mut unit = Unit {
            cu_transquant_bypass_flag,
            is_split,
            luma_modes: [DC; 4],
            chroma_modes: [DC; 4],
            is_chroma_like_luma: [false; 4],
        };
        self.prediction_modes(square, &mut unit);
        let depth = sps.max_transform_hierarchy_depth_intra + u32::from(is_split);
        self.transform_tree(&unit, square, depth)
    }

    /// The modes of a coding unit's parts.
    fn prediction_modes(&mut self, square: Square, unit: &mut Unit) {
        let quarters = square.quarters();
        let parts = if unit.is_split { &quarters[..] } else { std::slice::from_ref(&square) };
        let mut is_candidate = [false; 4];
        for flag in &mut is_candidate[..parts.len()] {
            *flag = self.bin(PREV_INTRA_LUMA_PRED_FLAG);
        }
        for (index, part) in parts.iter().enumerate() {
            let in_ctb = (1 << self.sps.log2_ctb) - 1;
            let (x, y) = ((part.x & in_ctb) as usize / 4, (part.y & in_ctb) as usize / 4);
            let (left, above) = self.rows.modes.of(x, y);
            let candidates = intra_mode::candidates(left, above);
            let mode = if is_candidate[index] {
                // mpm_idx, a truncated unary number.
                let place = if self.cabac.bypass() { 1 + usize::from(self.cabac.bypass()) } else { 0 };
                candidates[place]
            } else {
                intra_mode::remaining(candidates, self.cabac.bypass_bits(5) as u8)
            };
            self.note_mode(*part, mode);
            unit.luma_modes[index] = mode;
        }
        if !unit.is_split {
            unit.luma_modes = [unit.luma_modes[0]; 4];
        }
        let format = self.sps.chroma_format_idc;
        let of_their_own = if format == 3 { parts.len() } else { usize::from(format != 0) };
        for index in 0..of_their_own {
            let number = if self.bin(INTRA_CHROMA_PRED_MODE) { self.cabac.bypass_bits(2) as u8 } else { 4 };
            unit.chroma_modes[index] = intra_mode::chroma(number, unit.luma_modes[index], format == 2);
            unit.is_chroma_like_luma[index] = number == 4;
        }
        if of_their_own == 1 {
            unit.chroma_modes = [unit.chroma_modes[0]; 4];
            unit.is_chroma_like_luma = [unit.is_chroma_like_luma[0]; 4];
        }
    }

    fn note_mode(&mut self, Square { x, y, log2_size }: Square, mode: u8) {
        let in_ctb = (1 << self.sps.log2_ctb) - 1;
        let (x, y) = ((x & in_ctb) as usize / 4, (y & in_ctb) as usize / 4);
        self.rows.modes.set(x, y, 1 << (log2_size - 2), mode);
    }

    /// A bin with the context at this place.
    #[inline]
    pub(super) fn bin(&mut self, context: usize) -> bool {
        self.cabac.bin(self.contexts.at(context))
    }
}

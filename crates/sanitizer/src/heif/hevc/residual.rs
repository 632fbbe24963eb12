//! Which coefficients of a transform block are not 0 (ITU-T H.265, 7.3.8.11).

use super::super::bits::Parsed;
use super::coding_tree::Tree;
use super::contexts::{
    CODED_SUB_BLOCK_FLAG, LAST_SIG_COEFF_X_PREFIX, LAST_SIG_COEFF_Y_PREFIX, SIG_COEFF_FLAG,
    SIG_COEFF_FLAG_SKIP, TRANSFORM_SKIP_FLAG,
};
use super::intra_mode::{HORIZONTAL, VERTICAL};
use super::scan::SCANS;

pub(super) struct Block {
    pub(super) log2_size: u32,
    /// `cIdx`.
    pub(super) component: usize,
    /// Its intra prediction mode.
    pub(super) mode: u8,
    /// `cu_transquant_bypass_flag`.
    pub(super) is_bypassed: bool,
}

/// What the sub-blocks of a block share.
pub(super) struct Shared {
    pub(super) is_luma: bool,
    pub(super) log2_size: u32,
    /// `scanIdx`.
    pub(super) scan: usize,
    pub(super) has_one_sig_context: bool,
    pub(super) may_hide_sign: bool,
    /// `sbType`.
    pub(super) statistics: usize,
    /// Whether the sub-block before this one in which there were coefficients had one
    /// above 1 among those with a flag.
    pub(super) was_greater1: bool,
}

impl Tree<'_> {
    /// `residual_coding`.
    pub(super) fn residual_coding(&mut self, block: &Block) -> Parsed<()> {
        let (sps, pps) = (self.sps, self.pps);
        let Block { log2_size, mode, is_bypassed, .. } = *block;
        let is_luma = block.component == 0;
        let is_skipped = pps.transform_skip_enabled_flag
            && !is_bypassed
            && log2_size <= pps.log2_max_transform_skip_size
            && self.bin(TRANSFORM_SKIP_FLAG + usize::from(!is_luma));
        // 7.4.9.11
        let has_scan = log2_size == 2 || log2_size == 3 && (is_luma || sps.chroma_format_idc == 3);
        let scan = match mode {
            6..=14 if has_scan => 2,
            22..=30 if has_scan => 1,
            _ => 0,
        };
        let (last_x, last_y) = self.last_position(block, scan == 2);
        let is_rdpcm =
            sps.implicit_rdpcm_enabled_flag && is_skipped && (mode == HORIZONTAL || mode == VERTICAL);
        let mut shared = Shared {
            is_luma,
            log2_size,
            scan,
            has_one_sig_context: sps.transform_skip_context_enabled_flag && (is_skipped || is_bypassed),
            may_hide_sign: pps.sign_data_hiding_enabled_flag && !is_bypassed && !is_rdpcm,
            statistics: 2 * usize::from(is_luma) + usize::from(is_skipped || is_bypassed),
            was_greater1: false,
        };
        let blocks = &SCANS[scan][log2_size as usize - 2];
        let last_block = blocks.places[(last_y >> 2 << 3 | last_x >> 2) as usize];
        let last_place = SCANS[scan][2].places[((last_y & 3) << 3 | last_x & 3) as usize];
        // A bit for each sub-block: whether it has coefficients.
        let mut coded = 0_u64;
        for index in (0..=last_block).rev() {
            let position = blocks.positions[usize::from(index)];
            let (x, y) = (position & 7, position >> 3);
            let right = x < 7 && coded >> (position + 1) & 1 == 1;
            let below = y < 7 && coded >> (position + 8) & 1 == 1;
            let is_last = index == last_block;
            let mut is_inferred = false;
            if !is_last && index > 0 {
                let context = usize::from(right || below) + if is_luma { 0 } else { 2 };
                if !self.bin(CODED_SUB_BLOCK_FLAG + context) {
                    continue;
                }
                is_inferred = true;
            }
            coded |= 1 << position;
            let neighbours = usize::from(right) | usize::from(below) << 1;
            let from = if is_last { last_place } else { 16 };
            let mut significant = self.significant(&shared, position, neighbours, from, is_inferred);
            if is_last {
                significant |= 1 << last_place;
            }
            if significant != 0 {
                self.levels(&mut shared, index == 0, significant)?;
            }
        }
        Ok(())
    }

    /// `last_sig_coeff_*`, as coordinates.
    fn last_position(&mut self, block: &Block, is_swapped: bool) -> (u32, u32) {
        let x = self.last_prefix(block, LAST_SIG_COEFF_X_PREFIX);
        let y = self.last_prefix(block, LAST_SIG_COEFF_Y_PREFIX);
        let x = self.last_suffix(x);
        let y = self.last_suffix(y);
        if is_swapped { (y, x) } else { (x, y) }
    }

    /// Its contexts are chosen in 9.3.4.2.3.
    fn last_prefix(&mut self, block: &Block, first: usize) -> u32 {
        let log2_size = block.log2_size;
        let (offset, shift) = if block.component == 0 {
            (3 * (log2_size - 2) + ((log2_size - 1) >> 2), (log2_size + 1) >> 2)
        } else {
            (15, log2_size - 2)
        };
        let mut cabac = self.cabac;
        let mut prefix = 0;
        while prefix < 2 * log2_size - 1
            && cabac.bin(self.contexts.at(first + (offset + (prefix >> shift)) as usize))
        {
            prefix += 1;
        }
        self.cabac = cabac;
        prefix
    }

    /// Equations 7-74 to 7-77.
    fn last_suffix(&mut self, prefix: u32) -> u32 {
        if prefix <= 3 {
            return prefix;
        }
        let bits = (prefix >> 1) - 1;
        (1 << bits) * (2 + (prefix & 1)) + self.cabac.bypass_bits(bits)
    }

    /// `sig_coeff_flag` of a sub-block, below the place `from`: a bit for each place.
    fn significant(
        &mut self,
        shared: &Shared,
        position: u8,
        neighbours: usize,
        from: u8,
        mut is_inferred: bool,
    ) -> u32 {
        let mut significant = 0;
        let is_first_block = position == 0;
        let of_component = SIG_COEFF_FLAG + if shared.is_luma { 0 } else { 27 };
        // 9.3.4.2.5: what is the same for all in the sub-block, and what a place adds.
        let (first, places) = if shared.has_one_sig_context {
            (SIG_COEFF_FLAG_SKIP + usize::from(!shared.is_luma), &[0; 16])
        } else if shared.log2_size == 2 {
            (of_component, &PLACES[shared.scan][4])
        } else {
            let of_size = match (shared.log2_size, shared.is_luma) {
                (3, true) if shared.scan > 0 => 15,
                (3, _) => 9,
                (_, true) => 21,
                (_, false) => 12,
            };
            let of_block = if shared.is_luma && !is_first_block { 3 } else { 0 };
            (of_component + of_size + of_block, &PLACES[shared.scan][neighbours])
        };
        let mut cabac = self.cabac;
        for place in (1..from).rev() {
            let context = first + usize::from(places[usize::from(place & 15)]);
            let bin = cabac.bin(self.contexts.at(context));
            significant |= u32::from(bin) << place;
            is_inferred &= !bin;
        }
        if from > 0 {
            let is_dc = is_first_block && !shared.has_one_sig_context;
            let context = if is_dc { of_component } else { first + usize::from(places[0]) };
            significant |= u32::from(is_inferred || cabac.bin(self.contexts.at(context)));
        }
        self.cabac = cabac;
        significant
    }
}

/// What `sigCtx` adds for the places of a sub-block, by `scanIdx`: in blocks of 8 samples and more by which
/// neighbours have coefficients (1: right, 2: below), and last in blocks of 4 samples (`ctxIdxMap`, table 9-50).
const PLACES: [[[u8; 16]; 5]; 3] = {
    const MAP: [[u8; 4]; 4] = [[0, 1, 4, 5], [2, 3, 4, 5], [6, 6, 8, 8], [7, 7, 8, 8]];
    let mut table = [[[2; 16]; 5]; 3];
    let mut at = 0;
    while at < 3 * 16 {
        let (scan, place) = (at / 16, at % 16);
        let position = SCANS[scan][2].positions[place] as usize;
        let (x, y) = (position & 7, position >> 3);
        let places = &mut table[scan];
        places[0][place] = match x + y {
            0 => 2,
            1 | 2 => 1,
            _ => 0,
        };
        places[1][place] = [2, 1, 0, 0][y];
        places[2][place] = [2, 1, 0, 0][x];
        places[4][place] = MAP[y][x];
        at += 1;
    }
    table
};

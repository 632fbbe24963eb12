//! Absolute values and signs of coefficients (ITU-T H.265, 7.3.8.11).

use super::super::bits::Parsed;
use super::coding_tree::Tree;
use super::contexts::{COEFF_ABS_LEVEL_GREATER1_FLAG, COEFF_ABS_LEVEL_GREATER2_FLAG};
use super::residual::Shared;

impl Tree<'_> {
    /// The absolute values and signs of a sub-block's coefficients.
    pub(super) fn levels(
        &mut self,
        shared: &mut Shared,
        is_first_block: bool,
        significant: u32,
    ) -> Parsed<()> {
        self.work.spend(32)?;
        let count = significant.count_ones();
        // 9.3.4.2.6
        let set = if is_first_block || !shared.is_luma { 0 } else { 2 } + usize::from(shared.was_greater1);
        let (chroma1, chroma2) = if shared.is_luma { (0, 0) } else { (16, 4) };
        let flagged = count.min(8);
        let mut greater1 = 0_u32;
        let mut context = 1;
        let mut cabac = self.cabac;
        for index in 0..flagged {
            let place = COEFF_ABS_LEVEL_GREATER1_FLAG + chroma1 + 4 * set + context;
            let bin = cabac.bin(self.contexts.at(place));
            greater1 |= u32::from(bin) << index;
            context = AFTER_GREATER1[usize::from(bin)][context & 3];
        }
        self.cabac = cabac;
        shared.was_greater1 = context == 0;
        // Of the first that is above 1.
        let first = greater1.trailing_zeros();
        let greater2 = greater1 != 0 && self.bin(COEFF_ABS_LEVEL_GREATER2_FLAG + chroma2 + set);
        let span = significant.ilog2() - significant.trailing_zeros();
        let signs = count - u32::from(shared.may_hide_sign && span > 3);
        // escapeDataPresent
        let is_escaped = count > 8 || greater2 || greater1.count_ones() > 1;
        if self.sps.cabac_bypass_alignment_enabled_flag && is_escaped {
            self.cabac.align();
        }
        self.cabac.bypass_bits(signs);
        let mut rice = Rice::new(self.sps.persistent_rice_adaptation_enabled_flag, shared.statistics);
        for index in 0..count {
            let is_greater1 = index < flagged && greater1 >> index & 1 == 1;
            let has_greater2 = index == first;
            let base = 1 + u32::from(is_greater1) + u32::from(has_greater2 && greater2);
            let most = match index {
                0..8 if has_greater2 => 3,
                0..8 => 2,
                _ => 1,
            };
            if base == most {
                self.remaining_level(&mut rice, base)?;
            }
        }
        Ok(())
    }

    /// `coeff_abs_level_remaining` (9.3.3.11).
    fn remaining_level(&mut self, rice: &mut Rice, base: u32) -> Parsed<()> {
        const LARGE: &str = "a coefficient that is larger than it may be";
        let statistics = &mut self.contexts.stat_coeff[rice.statistics];
        let is_first = rice.parameter.is_none();
        let parameter = rice.parameter.unwrap_or(if rice.is_persistent { *statistics / 4 } else { 0 });
        let mut cabac = self.cabac;
        let mut prefix = 0;
        while cabac.bypass() {
            prefix += 1;
            if prefix > 31 {
                return Err(LARGE);
            }
        }
        let (start, bits) = if prefix <= 3 {
            (prefix, parameter)
        } else {
            ((1 << (prefix - 3)) + 3 - 1, prefix - 3 + parameter)
        };
        if bits > 32 {
            return Err(LARGE);
        }
        let value = (u64::from(start) << parameter) + u64::from(cabac.bypass_bits(bits));
        self.cabac = cabac;
        if rice.is_persistent && is_first {
            if value >= 3 << (*statistics / 4) {
                *statistics += 1;
            } else if 2 * value < 1 << (*statistics / 4) && *statistics > 0 {
                *statistics -= 1;
            }
        }
        let is_large = u64::from(base) + value > 3 << parameter;
        let next = parameter + u32::from(is_large);
        rice.parameter = Some(if rice.is_persistent { next } else { next.min(4) });
        Ok(())
    }
}

/// `cRiceParam`, which adapts within a sub-block.
struct Rice {
    is_persistent: bool,
    statistics: usize,
    parameter: Option<u32>,
}

impl Rice {
    fn new(is_persistent: bool, statistics: usize) -> Self {
        Self { is_persistent, statistics, parameter: None }
    }
}

/// `greater1Ctx` after a flag of 0 or 1, by what it was.
const AFTER_GREATER1: [[usize; 4]; 2] = [[0, 2, 3, 3], [0; 4]];

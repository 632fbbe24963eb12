//! Intra prediction modes: the order in which coefficients are coded depends on
//! them (ITU-T H.265, 8.4.2 and 8.4.3).

pub(super) const PLANAR: u8 = 0;
pub(super) const DC: u8 = 1;
/// Straight from the left, and from above.
pub(super) const HORIZONTAL: u8 = 10;
pub(super) const VERTICAL: u8 = 26;

/// `candModeList`: the modes that are likely beside `left` and below `above`.
pub(super) fn candidates(left: u8, above: u8) -> [u8; 3] {
    if left == above {
        if left < 2 {
            return [PLANAR, DC, VERTICAL];
        }
        return [left, 2 + (left + 29) % 32, 2 + (left - 2 + 1) % 32];
    }
    let other = [PLANAR, DC, VERTICAL].into_iter().find(|&mode| mode != left && mode != above);
    [left, above, other.unwrap_or(VERTICAL)]
}

/// The mode that `rem_intra_luma_pred_mode` stands for: it counts those that are no candidates.
pub(super) fn remaining(mut candidates: [u8; 3], number: u8) -> u8 {
    candidates.sort_unstable();
    candidates.into_iter().fold(number, |mode, candidate| mode + u8::from(mode >= candidate))
}

/// `IntraPredModeC` from `intra_chroma_pred_mode` and the luma mode.
pub(super) fn chroma(number: u8, luma: u8, is_422: bool) -> u8 {
    let mode = match [PLANAR, VERTICAL, HORIZONTAL, DC].get(usize::from(number)) {
        None => luma,
        Some(&mode) if mode == luma => 34,
        Some(&mode) => mode,
    };
    if is_422 { MODES_422[usize::from(mode) % MODES_422.len()] } else { mode }
}

/// `process422` (table 8-3): pixels of half the width turn the directions.
const MODES_422: [u8; 35] = [
    0, 1, 2, 2, 2, 2, 3, 5, 7, 8, 10, 11, 13, 15, 16, 18, 19, 20, 21, 22, 23, 23, 24, 24, 25, 25, 26, 27, 27,
    28, 28, 29, 29, 30, 31,
];

/// What lies to the left and above, for the modes: in units of 4 samples of a CTB.
/// Above the CTB there is nothing (8.4.2).
pub(super) struct Neighbours {
    left: [u8; 16],
    above: [u8; 16],
}

impl Neighbours {
    pub(super) fn new() -> Self {
        Self { left: [DC; 16], above: [DC; 16] }
    }

    /// Begins a CTB; the one to the left may be in another slice or tile.
    pub(super) fn begin_ctb(&mut self, is_left_available: bool) {
        self.above = [DC; 16];
        if !is_left_available {
            self.left = [DC; 16];
        }
    }

    /// Modes to the left of and above a block at these units.
    pub(super) fn of(&self, x: usize, y: usize) -> (u8, u8) {
        // What a block above leaves at the top of a CTB is not seen: it is cleared with each.
        (self.left[y & 15], self.above[x & 15])
    }

    pub(super) fn set(&mut self, x: usize, y: usize, units: usize, mode: u8) {
        let (x, y) = (x & 15, y & 15);
        self.left[y..(y + units).min(16)].fill(mode);
        self.above[x..(x + units).min(16)].fill(mode);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_are_three_modes() {
        for (left, above) in (0..35).flat_map(|left| (0..35).map(move |above| (left, above))) {
            let [one, two, three] = candidates(left, above);
            assert!(one != two && two != three && one != three && one.max(two).max(three) < 35);
            assert!(left < 2 && above < 2 || [one, two, three].contains(&left));
            // The others are all the modes that are left.
            let others: Vec<_> = (0..32).map(|number| remaining([one, two, three], number)).collect();
            assert!(others.is_sorted_by(|a, b| a < b) && others[31] < 35);
            assert!([one, two, three].iter().all(|mode| !others.contains(mode)));
        }
        assert_eq!(candidates(2, 2), [2, 33, 3]);
        assert_eq!(candidates(34, 34), [34, 33, 3]);
        assert_eq!(candidates(0, 1), [0, 1, 26]);
        assert_eq!(candidates(26, 0), [26, 0, 1]);
    }

    #[test]
    fn chroma_modes_follow_luma() {
        assert_eq!(chroma(4, 17, false), 17);
        assert_eq!(chroma(1, 26, false), 34);
        assert_eq!(chroma(1, 10, false), 26);
        assert_eq!(chroma(1, 26, true), 31);
        assert_eq!(chroma(4, 17, true), 20);
    }
}

//! What turning a picture does to the coefficients of its blocks.

use crate::transform::Transform;

/// For each place in zigzag order its place in a block, row by row (T.81, figure A.6).
const ZIGZAG: [u8; 64] = {
    let mut order = [0; 64];
    let (mut column, mut row) = (0, 0);
    let mut k = 0;
    while k < 64 {
        order[k] = 8 * row + column;
        // Even diagonals are walked up and to the right, odd ones down and to the left.
        match (column + row) % 2 {
            0 if column == 7 => row += 1,
            0 if row == 0 => column += 1,
            0 => {
                column += 1;
                row -= 1;
            }
            _ if row == 7 => column += 1,
            _ if column == 0 => row += 1,
            _ => {
                column -= 1;
                row += 1;
            }
        }
        k += 1;
    }
    order
};

impl Transform {
    /// For each place of a block, both in zigzag order, where its coefficient goes.
    pub(super) fn order(self) -> [u8; 64] {
        let mut places = [0; 64];
        for (k, &natural) in (0..).zip(&ZIGZAG) {
            places[usize::from(natural)] = k;
        }
        ZIGZAG.map(|natural| {
            let (row, column) = (natural / 8, natural % 8);
            places[usize::from(if self.transposes() { 8 * column + row } else { natural })]
        })
    }

    /// Which coefficients, of a block as it was, change their sign: reversing
    /// the samples of a cosine changes the sign of the odd ones.
    pub(super) fn signs(self) -> u64 {
        ZIGZAG.iter().rev().fold(0, |signs, &natural| {
            let (row, column) = (natural / 8, natural % 8);
            let changes = |moves: bool, frequency: u8| moves && frequency % 2 == 1;
            signs << 1
                | u64::from(changes(self.moves_right_edge(), column) ^ changes(self.moves_lower_edge(), row))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zigzag_is_the_standard_s() {
        assert_eq!(ZIGZAG[..12], [0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25]);
        assert_eq!(ZIGZAG[56..], [53, 60, 61, 54, 47, 55, 62, 63]);
    }

    #[test]
    fn transposing_reverses_each_diagonal() {
        let order = Transform::Rotate90.order();
        assert_eq!(order[..10], [0, 2, 1, 5, 4, 3, 9, 8, 7, 6]);
        assert_eq!(order[63], 63);
        let same: Vec<u8> = (0..64).collect();
        assert_eq!(Transform::Rotate180.order()[..], same);
    }

    #[test]
    fn odd_coefficients_change_their_sign() {
        // Zigzag: 0 (0,0), 1 (column 1), 2 (row 1), 3 (row 2), 4 (both 1), 5 (column 2).
        assert_eq!(Transform::FlipH.signs() & 0x3F, 0b01_0010);
        assert_eq!(Transform::FlipV.signs() & 0x3F, 0b01_0100);
        assert_eq!(Transform::Rotate180.signs() & 0x3F, 0b00_0110);
        assert_eq!(Transform::Transpose.signs(), 0);
    }
}

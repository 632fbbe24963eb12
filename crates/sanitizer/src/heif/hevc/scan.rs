//! The orders of coefficients in a sub-block, and of sub-blocks in a transform
//! block (ITU-T H.265, 6.5.3 to 6.5.5).

/// Positions in a square, each x and, from bit 3 on, y; and for each position its place.
pub(super) struct Scan {
    pub(super) positions: [u8; 64],
    pub(super) places: [u8; 64],
}

/// By `scanIdx` (0: up-right diagonal, 1: horizontal, 2: vertical) and the logarithm
/// of the square's side.
pub(super) const SCANS: [[Scan; 4]; 3] = [
    [diagonal(1), diagonal(2), diagonal(4), diagonal(8)],
    [straight(1, false), straight(2, false), straight(4, false), straight(8, false)],
    [straight(1, true), straight(2, true), straight(4, true), straight(8, true)],
];

const fn diagonal(side: u8) -> Scan {
    let mut scan = Scan { positions: [0; 64], places: [0; 64] };
    let (mut sum, mut place) = (0, 0);
    while sum < 2 * side - 1 {
        // From the bottom left to the top right.
        let mut x = if sum < side { 0 } else { sum - side + 1 };
        while x < side && x <= sum {
            let position = (sum - x) << 3 | x;
            scan.positions[place as usize] = position;
            scan.places[position as usize] = place;
            place += 1;
            x += 1;
        }
        sum += 1;
    }
    scan
}

const fn straight(side: u8, is_vertical: bool) -> Scan {
    let mut scan = Scan { positions: [0; 64], places: [0; 64] };
    let mut place = 0;
    while place < side * side {
        let (long, short) = (place / side, place % side);
        let position = if is_vertical { short << 3 | long } else { long << 3 | short };
        scan.positions[place as usize] = position;
        scan.places[position as usize] = place;
        place += 1;
    }
    scan
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scans_visit_each_position_once() {
        for (log, scan) in SCANS.iter().flat_map(|scans| scans.iter().enumerate()) {
            for place in 0..1 << (2 * log) {
                let position = scan.positions[place];
                assert!(position & 7 < 1 << log && position >> 3 < 1 << log);
                assert_eq!(usize::from(scan.places[usize::from(position)]), place);
            }
        }
        let start = |scan: usize| {
            SCANS[scan][2].positions[..5].iter().map(|at| (at & 7, at >> 3)).collect::<Vec<_>>()
        };
        assert_eq!(start(0), [(0, 0), (0, 1), (1, 0), (0, 2), (1, 1)]);
        assert_eq!(start(1), [(0, 0), (1, 0), (2, 0), (3, 0), (0, 1)]);
        assert_eq!(start(2), [(0, 0), (0, 1), (0, 2), (0, 3), (1, 0)]);
    }
}

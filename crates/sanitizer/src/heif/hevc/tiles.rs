//! The order of CTBs: by rows in each tile, tile by tile (ITU-T H.265, 6.5.1).

use super::super::bits::Parsed;
use super::parameter_sets::{Pps, Sps};

/// The borders of a picture's tiles, in CTBs: `colBd` and `rowBd`, each with the end.
#[derive(Debug)]
pub(super) struct Grid {
    columns: Vec<u32>,
    rows: Vec<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) x: u32,
    pub(super) y: u32,
    /// Its number in the order of coding, `CtbAddrInTs`.
    pub(super) address: u32,
    column: usize,
    row: usize,
}

/// What begins with a CTB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begin {
    Tile,
    RowOfTile,
    Nothing,
}

impl Grid {
    pub(super) fn new(sps: &Sps, pps: &Pps) -> Parsed<Self> {
        let (width, height) = sps.size_in_ctbs();
        let Some(tiles) = &pps.tiles else {
            return Ok(Self { columns: vec![0, width], rows: vec![0, height] });
        };
        let sizes = tiles.sizes.as_ref();
        Ok(Self {
            columns: borders(width, tiles.columns, sizes.map(|sizes| &sizes.0[..]))?,
            rows: borders(height, tiles.rows, sizes.map(|sizes| &sizes.1[..]))?,
        })
    }

    pub(super) fn first(&self) -> Place {
        Place { x: 0, y: 0, address: 0, column: 0, row: 0 }
    }

    /// The CTB after another, unless that is the last one of the picture.
    pub(super) fn after(&self, place: Place) -> Option<Place> {
        let (columns, rows) = self.tile(place);
        let mut next = Place { address: place.address + 1, ..place };
        if place.x + 1 < columns.1 {
            next.x += 1;
        } else if place.y + 1 < rows.1 {
            (next.x, next.y) = (columns.0, place.y + 1);
        } else {
            next.column += 1;
            if next.column + 1 == self.columns.len() {
                (next.column, next.row) = (0, place.row + 1);
            }
            if next.row + 1 == self.rows.len() {
                return None;
            }
            (next.x, next.y) = (self.columns[next.column], self.rows[next.row]);
        }
        Some(next)
    }

    pub(super) fn begin(&self, place: Place) -> Begin {
        let (columns, rows) = self.tile(place);
        match (place.x == columns.0, place.y == rows.0) {
            (true, true) => Begin::Tile,
            (true, false) => Begin::RowOfTile,
            _ => Begin::Nothing,
        }
    }

    /// Whether a CTB is the second in its row of a tile.
    pub(super) fn is_second(&self, place: Place) -> bool {
        place.x == self.tile(place).0.0 + 1
    }

    /// `CtbAddrInRs`.
    pub(super) fn raster_address(&self, place: Place) -> u64 {
        u64::from(place.y) * u64::from(self.columns[self.columns.len() - 1]) + u64::from(place.x)
    }

    /// Whether the CTB to the left is in the same tile, and in the same slice, which begins
    /// at the address `slice`: the availability of 6.4.1.
    pub(super) fn is_left_available(&self, place: Place, slice: u32) -> bool {
        place.x > self.tile(place).0.0 && place.address > slice
    }

    /// The same for the CTB `right` columns to the right in the row above.
    pub(super) fn is_above_available(&self, place: Place, right: u32, slice: u32) -> bool {
        let (columns, rows) = self.tile(place);
        place.y > rows.0
            && place.x + right < columns.1
            && place.address + right >= slice + (columns.1 - columns.0)
    }

    /// First column and that after the last, and the same of the rows.
    fn tile(&self, place: Place) -> ((u32, u32), (u32, u32)) {
        let ends = |borders: &[u32], at: usize| (borders[at], borders[at + 1]);
        (ends(&self.columns, place.column), ends(&self.rows, place.row))
    }
}

/// Equations 6-3 and 6-4.
fn borders(length: u32, count: u32, sizes: Option<&[u32]>) -> Parsed<Vec<u32>> {
    const WRONG: &str = "more tiles than the picture has blocks";
    let mut borders = vec![0];
    match sizes {
        Some(sizes) => {
            for size in sizes {
                borders.push(borders[borders.len() - 1] + size);
            }
            borders.push(length);
        }
        None => borders.extend(
            (1..=count).map(|index| (u64::from(index) * u64::from(length) / u64::from(count)) as u32),
        ),
    }
    if borders.is_sorted_by(|before, after| before < after) { Ok(borders) } else { Err(WRONG) }
}

#[cfg(test)]
mod tests {
    use super::super::parameter_sets::Tiles;
    use super::*;

    fn grid(columns: u32, rows: u32, sizes: Option<(Vec<u32>, Vec<u32>)>) -> Parsed<Grid> {
        let sps = Sps { width: 70, height: 48, log2_ctb: 4, log2_min_cb: 3, ..Sps::default() };
        let tiles = Some(Tiles { columns, rows, sizes });
        Grid::new(&sps, &Pps { tiles, ..Pps::default() })
    }

    #[test]
    fn tiles_come_one_after_the_other() {
        let grid = grid(2, 2, Some((vec![2], vec![1]))).unwrap();
        let mut place = grid.first();
        let mut order = vec![];
        let mut tiles = vec![];
        loop {
            order.push(grid.raster_address(place));
            if grid.begin(place) == Begin::Tile {
                tiles.push(place.address);
            }
            match grid.after(place) {
                Some(next) => place = next,
                None => break,
            }
        }
        assert_eq!(order, [0, 1, 2, 3, 4, 5, 6, 10, 11, 7, 8, 9, 12, 13, 14]);
        assert_eq!(tiles, [0, 2, 5, 9]);
    }

    #[test]
    fn neighbours_are_those_in_tile_and_slice() {
        let grid = grid(2, 1, Some((vec![2], vec![]))).unwrap();
        let places: Vec<_> = std::iter::successors(Some(grid.first()), |&place| grid.after(place)).collect();
        // The first column of the second tile.
        assert_eq!((places[6].x, places[6].y), (2, 0));
        assert!(!grid.is_left_available(places[6], 0));
        assert!(grid.is_left_available(places[7], 6) && !grid.is_left_available(places[7], 7));
        assert!(!grid.is_above_available(places[7], 0, 0));
        // In the second row: above, and to the right of it.
        assert!(grid.is_above_available(places[9], 0, 6) && !grid.is_above_available(places[9], 0, 7));
        assert!(grid.is_above_available(places[9], 1, 7) && !grid.is_above_available(places[9], 1, 8));
        assert!(!grid.is_above_available(places[11], 1, 0));
    }

    #[test]
    fn tiles_have_blocks() {
        assert_eq!(grid(2, 2, None).unwrap().columns, [0, 2, 5]);
        assert!(grid(6, 1, None).is_err());
        assert!(grid(2, 1, Some((vec![5], vec![]))).is_err());
        assert!(grid(2, 1, Some((vec![9], vec![]))).is_err());
    }
}

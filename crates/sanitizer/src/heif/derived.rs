//! Pictures derived from others (ISO/IEC 23008-12, 6.6.2): what their few bytes
//! of data must be, to the byte.

use super::cut::Cut;
use crate::Category;

/// A grid: version, flags, rows and columns (each less one), width, height.
pub(super) fn cut_grid(data: &[u8], inputs: usize) -> Result<Cut, &'static str> {
    let [0, flags @ (0 | 1), rows, columns, ..] = *data else { return Err("a grid of unknown form") };
    if (usize::from(rows) + 1) * (usize::from(columns) + 1) != inputs {
        return Err("a grid with more or fewer tiles than it shows");
    }
    cut_to(data, 4 + 2 * field_size(flags))
}

/// An overlay: version, flags, fill colour, width, height, and the place of each picture.
pub(super) fn cut_overlay(data: &[u8], inputs: usize) -> Result<Cut, &'static str> {
    let [0, flags @ (0 | 1), ..] = *data else { return Err("an overlay of unknown form") };
    cut_to(data, 10 + (2 + 2 * inputs) * field_size(flags))
}

/// Width and height of a grid, and how many rows and columns of tiles it has.
pub(super) struct Grid {
    pub(super) rows: u32,
    pub(super) columns: u32,
    pub(super) size: (u32, u32),
}

impl Grid {
    pub(super) fn read(data: &[u8]) -> Option<Self> {
        let &[_, flags, rows, columns, ..] = data else { return None };
        let fields = fields(data.get(4..)?, field_size(flags));
        let [width, height] = fields.take(2).collect::<Vec<_>>()[..] else { return None };
        Some(Self { rows: u32::from(rows) + 1, columns: u32::from(columns) + 1, size: (width, height) })
    }
}

/// Width and height of an overlay, and where each of its pictures lies.
pub(super) struct Overlay {
    pub(super) size: (u32, u32),
    pub(super) places: Vec<(i32, i32)>,
}

impl Overlay {
    /// Reads the places of so many pictures.
    pub(super) fn read(data: &[u8], inputs: usize) -> Option<Self> {
        let field = field_size(*data.get(1)?);
        let mut fields = fields(data.get(10..)?, field);
        let size = (fields.next()?, fields.next()?);
        // Two's complement, of 16 bits in the short form.
        let signed = |value: u32| if field == 2 { i32::from(value as u16 as i16) } else { value as i32 };
        let mut places = Vec::new();
        while places.len() < inputs
            && let (Some(x), Some(y)) = (fields.next(), fields.next())
        {
            places.push((signed(x), signed(y)));
        }
        Some(Self { size, places })
    }
}

/// Numbers of two or four bytes each.
fn fields(data: &[u8], size: usize) -> impl Iterator<Item = u32> {
    data.chunks_exact(size).map(|bytes| bytes.iter().fold(0, |value, &byte| value << 8 | u32::from(byte)))
}

fn field_size(flags: u8) -> usize {
    if flags == 0 { 2 } else { 4 }
}

/// Keeps the first `len` bytes; nothing reads what comes after them.
fn cut_to(data: &[u8], len: usize) -> Result<Cut, &'static str> {
    if data.len() < len {
        return Err("a derived picture's data is too short");
    }
    let mut cut = Cut::default();
    cut.keep(0..len);
    if len < data.len() {
        cut.drop(Category::Hidden, "derived picture", len..data.len());
    }
    Ok(cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_holds_its_fields_and_nothing_else() {
        let grid = [0, 0, 1, 2, 0, 100, 0, 50];
        assert_eq!(cut_grid(&grid, 6).unwrap().keep.first(), Some(&(0..8)));
        let read = Grid::read(&grid).unwrap();
        assert_eq!((read.rows, read.columns, read.size), (2, 3, (100, 50)));
        assert!(cut_grid(&grid, 5).is_err());
        assert!(cut_grid(&grid[..7], 6).is_err());
        let slack = cut_grid(b"\0\0\0\0\0\x10\0\x10LEAK", 1).unwrap();
        assert_eq!(slack.drop, [(Category::Hidden, "derived picture", 8..12)]);
        let wide = Grid::read(&[0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0]).unwrap();
        assert_eq!(wide.size, (1, 1 << 16));
        assert!(cut_grid(&[0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1], 1).is_ok());
    }

    #[test]
    fn an_overlay_has_a_place_for_each_picture() {
        assert_eq!(cut_overlay(&[0; 22], 2).unwrap().keep.first(), Some(&(0..22)));
        let wide = [0, 0, 9, 9, 9, 9, 9, 9, 9, 9, 1, 0, 0, 7];
        assert_eq!(Overlay::read(&wide, 0).unwrap().size, (256, 7));
        assert!(Overlay::read(&wide[..13], 0).is_none());
        let placed = [&wide[..], &[0xFF, 0xFE, 0, 3, 0, 0, 0, 0]].concat();
        assert_eq!(Overlay::read(&placed, 1).unwrap().places, [(-2, 3)]);
        assert!(cut_overlay(&[0; 22], 3).is_err());
        assert!(cut_overlay(&[2; 22], 2).is_err());
    }
}

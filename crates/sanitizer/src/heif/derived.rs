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

/// Width and height of the picture that a grid makes.
pub(super) fn size_of_grid(data: &[u8]) -> Option<(u32, u32)> {
    size_at(data, 4)
}

/// Width and height of the picture that an overlay makes.
pub(super) fn size_of_overlay(data: &[u8]) -> Option<(u32, u32)> {
    size_at(data, 10)
}

fn size_at(data: &[u8], at: usize) -> Option<(u32, u32)> {
    let field = field_size(*data.get(1)?);
    let number = |place: usize| {
        let bytes = data.get(at + place * field..at + (place + 1) * field)?;
        Some(bytes.iter().fold(0, |number, &byte| number << 8 | u32::from(byte)))
    };
    Some((number(0)?, number(1)?))
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
        assert_eq!(size_of_grid(&grid), Some((100, 50)));
        assert!(cut_grid(&grid, 5).is_err());
        assert!(cut_grid(&grid[..7], 6).is_err());
        let slack = cut_grid(b"\0\0\0\0\0\x10\0\x10LEAK", 1).unwrap();
        assert_eq!(slack.drop, [(Category::Hidden, "derived picture", 8..12)]);
        assert_eq!(size_of_grid(&[0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0]), Some((1, 1 << 16)));
        assert!(cut_grid(&[0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1], 1).is_ok());
    }

    #[test]
    fn an_overlay_has_a_place_for_each_picture() {
        assert_eq!(cut_overlay(&[0; 22], 2).unwrap().keep.first(), Some(&(0..22)));
        let wide = [0, 0, 9, 9, 9, 9, 9, 9, 9, 9, 1, 0, 0, 7];
        assert_eq!((size_of_overlay(&wide), size_of_overlay(&wide[..13])), (Some((256, 7)), None));
        assert!(cut_overlay(&[0; 22], 3).is_err());
        assert!(cut_overlay(&[2; 22], 2).is_err());
    }
}

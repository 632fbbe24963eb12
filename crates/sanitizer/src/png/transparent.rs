//! The colours of pixels that are fully transparent ([`crate::hidden_pixels`]): whether they show
//! something, and image data without them.

use super::{
    header::{Color, Header},
    rows::{Rows, filtered},
};

/// How a pixel says that it is transparent.
#[derive(Clone, Copy)]
pub(super) enum Transparency {
    /// By its last bytes, which are alpha.
    Alpha { pixel: usize, alpha: usize },
    /// By its index; the bits are those of the transparent entries of the palette.
    Indices { depth: u8, transparent: [u64; 4] },
}

impl Transparency {
    /// That of a picture; `None` when transparent pixels have but one colour. `alphas` are those of the palette.
    pub(super) fn of(header: &Header, alphas: &[u8]) -> Option<Self> {
        let sample = usize::from(header.depth / 8);
        match header.color {
            Color::GreyAlpha => Some(Self::Alpha { pixel: 2 * sample, alpha: sample }),
            Color::Rgba => Some(Self::Alpha { pixel: 4 * sample, alpha: sample }),
            Color::Palette => {
                let mut transparent = [0; 4];
                for (index, _) in alphas.iter().enumerate().filter(|(_, alpha)| **alpha == 0) {
                    transparent[index / 64] |= 1 << (index % 64);
                }
                let count: u32 = transparent.iter().map(|word: &u64| word.count_ones()).sum();
                (count > 1).then_some(Self::Indices { depth: header.depth, transparent })
            }
            Color::Grey | Color::Rgb => None,
        }
    }
}

fn is_in(set: &[u64; 4], index: u8) -> bool {
    set[usize::from(index / 64)] >> (index % 64) & 1 == 1
}

/// The indices in a row: byte, bits below it there, and value.
fn indices(row: &[u8], depth: u8, columns: u32) -> impl Iterator<Item = (usize, u8, u8)> {
    let mask = u8::MAX >> (8 - depth);
    let all = row.iter().enumerate().flat_map(move |(at, &byte)| {
        let shifts = (0..8 / depth).rev().map(move |place| place * depth);
        shifts.map(move |shift| (at, shift, byte >> shift & mask))
    });
    all.take(columns as usize)
}

/// Looks for colours that transparent pixels hide.
pub(super) struct Look {
    transparency: Transparency,
    rows: Rows,
    /// The colour or index of the first transparent pixel.
    first: Option<u64>,
    has_found: bool,
}

impl Look {
    /// At the frame of this size.
    pub(super) fn new(transparency: Transparency, header: &Header, width: u32, height: u32) -> Self {
        Self { transparency, rows: Rows::new(header, width, height), first: None, has_found: false }
    }

    /// Takes the next inflated bytes.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        if self.has_found {
            return;
        }
        let (first, has_found) = (&mut self.first, &mut self.has_found);
        let mut note = |color: u64| *has_found |= *first.get_or_insert(color) != color;
        match self.transparency {
            // The most common one.
            Transparency::Alpha { pixel: 4, alpha: 1 } => self.rows.take(bytes, |row| {
                let pixels = row.bytes.as_chunks::<4>().0.iter().map(|pixel| u32::from_le_bytes(*pixel));
                // Alpha is in the upper bits. Without a branch for each pixel this takes half the time.
                let Some(known) = pixels.clone().find(|pixel| pixel >> 24 == 0) else { return };
                note(u64::from(known));
                let differs = pixels.fold(0, |differs, pixel| {
                    differs | u32::from(pixel >> 24 == 0) & u32::from(pixel != known)
                });
                if differs != 0 {
                    note(u64::MAX);
                }
            }),
            Transparency::Alpha { pixel, alpha } => self.rows.take(bytes, |row| {
                for pixel in row.bytes.chunks_exact(pixel).map(|pixel| pixel.split_at(pixel.len() - alpha)) {
                    if pixel.1.iter().all(|&byte| byte == 0) {
                        note(pixel.0.iter().fold(0, |color, &byte| color << 8 | u64::from(byte)));
                    }
                }
            }),
            Transparency::Indices { depth, transparent } => self.rows.take(bytes, |row| {
                let indices = indices(row.bytes, depth, row.columns).map(|(_, _, index)| index);
                indices.filter(|&index| is_in(&transparent, index)).for_each(|index| note(u64::from(index)));
            }),
        }
    }

    /// Whether transparent pixels have more than one colour.
    pub(super) fn has_found(&self) -> bool {
        self.has_found
    }
}

/// Gives transparent pixels one colour: black, or the first transparent one of the palette.
pub(super) struct Blank {
    transparency: Transparency,
    rows: Rows,
    row: Vec<u8>,
    above: Vec<u8>,
}

impl Blank {
    pub(super) fn new(transparency: Transparency, header: &Header, width: u32, height: u32) -> Self {
        let rows = Rows::new(header, width, height);
        Self { transparency, rows, row: Vec::new(), above: Vec::new() }
    }

    /// Takes the next inflated bytes, and appends those of the rows that are complete to `out`. A row has
    /// the filter that it had.
    pub(super) fn take(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let (step, transparency) = (self.rows.step(), self.transparency);
        let (row, above) = (&mut self.row, &mut self.above);
        self.rows.take(bytes, |old| {
            row.clear();
            row.extend_from_slice(old.bytes);
            blank(row, old.columns, transparency);
            if old.is_first {
                above.clear();
            }
            filtered(old.filter, row, above, step, out);
            std::mem::swap(row, above);
        });
    }
}

fn blank(row: &mut [u8], columns: u32, transparency: Transparency) {
    match transparency {
        Transparency::Alpha { pixel, alpha } => {
            for pixel in row.chunks_exact_mut(pixel) {
                let (color, alpha) = pixel.split_at_mut(pixel.len() - alpha);
                if alpha.iter().all(|&byte| byte == 0) {
                    color.fill(0);
                }
            }
        }
        Transparency::Indices { depth, transparent } => {
            let first = (0..=u8::MAX).find(|&index| is_in(&transparent, index)).unwrap_or(0);
            let mask = u8::MAX >> (8 - depth);
            let old = row.to_vec();
            for (at, shift, index) in indices(&old, depth, columns) {
                if is_in(&transparent, index) {
                    row[at] = row[at] & !(mask << shift) | first << shift;
                }
            }
        }
    }
}

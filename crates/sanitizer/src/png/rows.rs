//! The rows of inflated image data, one after the other, with their filters undone (W3C PNG, third
//! edition, 9.2), and filtered again. Two rows are held at a time.

use super::header::Header;

/// Takes inflated bytes and gives rows of pixels.
pub(super) struct Rows {
    /// The last is the next.
    passes: Vec<Pass>,
    /// Bytes from a byte to the one it is predicted from.
    step: usize,
    /// The filter and bytes of the row that is coming.
    row: Vec<u8>,
    /// The row above as pixels, after its filter; empty at the start of a pass.
    above: Vec<u8>,
}

/// Rows that are to come.
struct Pass {
    columns: u32,
    /// Bytes of a row without its filter.
    len: usize,
    rows: u32,
}

/// A row of pixels.
pub(super) struct Row<'a> {
    pub(super) filter: u8,
    pub(super) bytes: &'a [u8],
    pub(super) columns: u32,
    /// Whether there is none above it.
    pub(super) is_first: bool,
}

impl Rows {
    /// For a frame of this size.
    pub(super) fn new(header: &Header, width: u32, height: u32) -> Self {
        let mut passes: Vec<_> = header
            .passes(width, height)
            .map(|(columns, rows)| Pass { columns, len: header.row_len(columns) as usize, rows })
            .filter(|pass| pass.len > 0 && pass.rows > 0)
            .collect();
        passes.reverse();
        Self {
            passes,
            step: header.bits_per_pixel().div_ceil(8) as usize,
            row: Vec::new(),
            above: Vec::new(),
        }
    }

    /// The memory in bytes that it takes for pictures of this width.
    pub(super) fn memory(header: &Header) -> u64 {
        2 * (1 + header.row_len(header.width))
    }

    /// Takes the next bytes, and gives each row that is complete, with its filter.
    pub(super) fn take(&mut self, mut bytes: &[u8], mut each: impl FnMut(Row<'_>)) {
        while let Some(Pass { columns, len, rows }) = self.passes.last_mut()
            && !bytes.is_empty()
        {
            let wanted = (*len + 1 - self.row.len()).min(bytes.len());
            let (part, rest) = bytes.split_at(wanted);
            self.row.extend_from_slice(part);
            bytes = rest;
            if self.row.len() <= *len {
                return;
            }
            let is_first = self.above.is_empty();
            self.above.resize(*len + 1, 0);
            *rows -= 1;
            let is_last = *rows == 0;
            let (filter, bytes) = self.row.split_at_mut(1);
            unfilter(filter[0], bytes, &self.above[1..], self.step);
            each(Row { filter: filter[0], bytes, columns: *columns, is_first });
            std::mem::swap(&mut self.row, &mut self.above);
            self.row.clear();
            if is_last {
                self.passes.pop();
                self.above.clear();
            }
        }
    }

    /// How far apart a byte and the one it is predicted from are.
    pub(super) fn step(&self) -> usize {
        self.step
    }
}

/// Makes pixels of a row. A filter that there is not counts as none.
fn unfilter(filter: u8, row: &mut [u8], above: &[u8], step: usize) {
    match step {
        1 => unfilter_steps::<1>(filter, row, above),
        2 => unfilter_steps::<2>(filter, row, above),
        3 => unfilter_steps::<3>(filter, row, above),
        4 => unfilter_steps::<4>(filter, row, above),
        6 => unfilter_steps::<6>(filter, row, above),
        _ => unfilter_steps::<8>(filter, row, above),
    }
}

/// As `unfilter`, pixel by pixel of so many bytes, which each row has a whole number of.
fn unfilter_steps<const STEP: usize>(filter: u8, row: &mut [u8], above: &[u8]) {
    let pixels = row.as_chunks_mut::<STEP>().0.iter_mut().zip(above.as_chunks::<STEP>().0);
    let (mut left, mut corner) = ([0; STEP], [0; STEP]);
    match filter {
        1 => {
            for (pixel, _) in pixels {
                for (byte, left) in pixel.iter_mut().zip(left) {
                    *byte = byte.wrapping_add(left);
                }
                left = *pixel;
            }
        }
        2 => row.iter_mut().zip(above).for_each(|(byte, above)| *byte = byte.wrapping_add(*above)),
        3 => {
            for (pixel, above) in pixels {
                for (at, byte) in pixel.iter_mut().enumerate() {
                    *byte = byte.wrapping_add(average(left[at], above[at]));
                }
                left = *pixel;
            }
        }
        4 => {
            for (pixel, above) in pixels {
                for (at, byte) in pixel.iter_mut().enumerate() {
                    *byte = byte.wrapping_add(paeth(left[at], above[at], corner[at]));
                }
                (left, corner) = (*pixel, *above);
            }
        }
        _ => {}
    }
}

/// Filters a row of pixels.
pub(super) fn filtered(filter: u8, row: &[u8], above: &[u8], step: usize, out: &mut Vec<u8>) {
    out.push(filter);
    out.extend(row.iter().enumerate().map(|(at, &byte)| {
        let up = above.get(at).copied().unwrap_or(0);
        let (left, corner) = match at.checked_sub(step) {
            Some(before) => (row[before], above.get(before).copied().unwrap_or(0)),
            None => (0, 0),
        };
        byte.wrapping_sub(match filter {
            1 => left,
            2 => up,
            3 => average(left, up),
            4 => paeth(left, up, corner),
            _ => 0,
        })
    }));
}

fn average(left: u8, above: u8) -> u8 {
    (u16::from(left).midpoint(u16::from(above))) as u8
}

/// The neighbour that is nearest to what the three of them predict (9.4).
fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let (a, b, c) = (i16::from(left), i16::from(above), i16::from(corner));
    let (to_left, to_above, to_corner) = ((b - c).abs(), (a - c).abs(), (a + b - 2 * c).abs());
    if to_left <= to_above && to_left <= to_corner {
        left
    } else if to_above <= to_corner {
        above
    } else {
        corner
    }
}

#[cfg(test)]
mod tests {
    use super::super::header::Color;
    use super::*;

    #[test]
    fn what_is_filtered_is_undone() {
        let header = Header { width: 5, height: 7, depth: 8, color: Color::Rgba, interlaced: false };
        let pixels: Vec<u8> = (0..140_u32).map(|at| (at * at * 7 / 3) as u8).collect();
        let mut filters = [0_u8, 1, 2, 3, 4, 3, 4].into_iter();
        let (mut stream, mut above): (Vec<u8>, &[u8]) = (Vec::new(), &[]);
        for row in pixels.chunks(20) {
            filtered(filters.next().unwrap(), row, above, 4, &mut stream);
            above = row;
        }
        for step in [1, 3, 21, 1000] {
            let mut rows = Rows::new(&header, 5, 7);
            let mut found = Vec::new();
            stream.chunks(step).for_each(|part| rows.take(part, |row| found.extend_from_slice(row.bytes)));
            assert_eq!(found, pixels);
        }
    }

    #[test]
    fn each_pass_begins_anew() {
        let header = Header { width: 3, height: 3, depth: 8, color: Color::Grey, interlaced: true };
        // Passes 1, 4, 5, 6 and 7 have pixels: 1x1, 1x1, 2x1, 1x2, 3x1.
        let stream = [2, 9, 2, 8, 2, 7, 7, 2, 5, 2, 5, 2, 1, 2, 3];
        let mut rows = Rows::new(&header, 3, 3);
        let mut found = Vec::new();
        rows.take(&stream, |row| found.push(row.bytes.to_vec()));
        assert_eq!(found, [&[9][..], &[8], &[7, 7], &[5], &[10], &[1, 2, 3]]);
    }
}

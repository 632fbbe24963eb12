//! The codes of an image without the pixels beyond the screen (GIF89a, appendix F). The pixels that stay are
//! those that were, in the order in which they were, so that an interlaced image stays one.

use std::ops::Range;

/// Codes have at most 12 bits.
const MOST_CODES: usize = 4096;

/// The columns and rows that stay of an image, from its upper left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Crop {
    pub(super) old: (u32, u32),
    pub(super) new: (u32, u32),
    pub(super) is_interlaced: bool,
}

impl Crop {
    /// The row that comes at this place of the image data (appendix E).
    fn row(&self, place: u32) -> u32 {
        if !self.is_interlaced {
            return place;
        }
        let mut begin = 0;
        for (first, step) in [(0, 8), (4, 8), (2, 4), (1, 2)] {
            let count = self.old.1.saturating_sub(first).div_ceil(step);
            if place < begin + count {
                return first + (place - begin) * step;
            }
            begin += count;
        }
        self.old.1
    }

    /// The parts of a run of pixels that stay: the run begins at pixel `start`.
    fn kept(&self, start: u64, len: usize, mut each: impl FnMut(Range<usize>)) {
        let width = u64::from(self.old.0);
        let end = (start + len as u64).min(width * u64::from(self.old.1));
        let mut at = start;
        while at < end {
            // Within the width and height, which have 16 bits each.
            let (place, column) = ((at / width) as u32, (at % width) as u32);
            let row_end = (at - u64::from(column) + width).min(end);
            if self.row(place) < self.new.1 && column < self.new.0 {
                let stop = row_end.min(at + u64::from(self.new.0 - column));
                each((at - start) as usize..(stop - start) as usize);
            }
            at = row_end;
        }
    }
}

/// Codes the pixels that stay of an image anew. The data are known to be good, up to the last pixel or an end code.
pub(super) fn cropped<'a>(data: impl Iterator<Item = &'a [u8]>, min_size: u8, crop: Crop) -> Vec<u8> {
    let mut encoder = Encoder::new(min_size);
    let mut at = 0;
    Decoder::new(min_size).run(data, |run| {
        crop.kept(at, run.len(), |range| encoder.take(&run[range]));
        at += run.len() as u64;
        at < u64::from(crop.old.0) * u64::from(crop.old.1)
    });
    encoder.finish()
}

/// The codes of one pixel of this index.
pub(super) fn one_pixel(min_size: u8, index: u8) -> Vec<u8> {
    let mut encoder = Encoder::new(min_size);
    encoder.take(&[index]);
    encoder.finish()
}

/// Makes pixels of codes.
struct Decoder {
    min_size: u32,
    /// Of each code: the code before its last pixel, and that pixel.
    before: Vec<u16>,
    last: Vec<u8>,
    lengths: Vec<u16>,
}

impl Decoder {
    fn new(min_size: u8) -> Self {
        let (mut last, lengths) = (vec![0; MOST_CODES], vec![1; MOST_CODES]);
        last.iter_mut().enumerate().take(1 << min_size).for_each(|(code, pixel)| *pixel = code as u8);
        Self { min_size: min_size.into(), before: vec![0; MOST_CODES], last, lengths }
    }

    /// Gives the pixels of each code, until `each` wants no more.
    fn run<'a>(&mut self, data: impl Iterator<Item = &'a [u8]>, mut each: impl FnMut(&[u8]) -> bool) {
        let clear = 1_usize << self.min_size;
        let (mut next, mut size, mut previous) = (clear + 2, self.min_size + 1, None);
        let (mut bits, mut count) = (0_u32, 0);
        let mut run = vec![0; MOST_CODES];
        for &byte in data.flatten() {
            bits |= u32::from(byte) << count;
            count += 8;
            while count >= size {
                let code = (bits & ((1 << size) - 1)) as usize;
                bits >>= size;
                count -= size;
                if code == clear {
                    (next, size, previous) = (clear + 2, self.min_size + 1, None);
                    continue;
                }
                if code == clear + 1 || code > next || code == next && previous.is_none() {
                    return;
                }
                // A code that is not there yet is the one before with its own first pixel.
                let known = if code < next { code } else { previous.unwrap_or(0) };
                let len = self.expand(known, &mut run);
                if let Some(previous) = previous
                    && next < MOST_CODES
                {
                    (self.before[next], self.last[next]) = (previous as u16, run[0]);
                    self.lengths[next] = self.lengths[previous].saturating_add(1);
                    next += 1;
                    if next == 1 << size && size < 12 {
                        size += 1;
                    }
                }
                let mut len = len;
                if known != code {
                    run[len.min(MOST_CODES - 1)] = run[0];
                    len += 1;
                }
                previous = Some(code.min(MOST_CODES - 1));
                if !each(&run[..len.min(MOST_CODES)]) {
                    return;
                }
            }
        }
    }

    /// Writes the pixels of a code, and returns how many there are.
    fn expand(&self, mut code: usize, run: &mut [u8]) -> usize {
        let len = usize::from(self.lengths[code]).min(run.len());
        for pixel in run[..len].iter_mut().rev() {
            *pixel = self.last[code];
            code = self.before[code].into();
        }
        len
    }
}

/// Makes codes of pixels.
struct Encoder {
    min_size: u32,
    /// For each code and the pixel after it the code of both; 0 is none.
    codes: Vec<u16>,
    next: u32,
    size: u32,
    /// The code of the pixels that have no code in the output yet.
    open: Option<u16>,
    bits: u32,
    count: u32,
    out: Vec<u8>,
}

impl Encoder {
    fn new(min_size: u8) -> Self {
        let min_size = u32::from(min_size);
        let mut encoder = Self {
            min_size,
            codes: vec![0; MOST_CODES << 8],
            next: 0,
            size: 0,
            open: None,
            bits: 0,
            count: 0,
            out: Vec::new(),
        };
        encoder.size = min_size + 1;
        encoder.clear();
        encoder
    }

    fn take(&mut self, pixels: &[u8]) {
        for &pixel in pixels {
            let Some(open) = self.open else {
                self.open = Some(pixel.into());
                continue;
            };
            let place = usize::from(open) << 8 | usize::from(pixel);
            if self.codes[place] != 0 {
                self.open = Some(self.codes[place]);
                continue;
            }
            self.put(open.into());
            if self.next < MOST_CODES as u32 {
                self.codes[place] = self.next as u16;
                // The decoder knows this code one later.
                if self.next == 1 << self.size {
                    self.size += 1;
                }
                self.next += 1;
            } else {
                self.clear();
            }
            self.open = Some(pixel.into());
        }
    }

    fn clear(&mut self) {
        self.put(1 << self.min_size);
        self.codes.fill(0);
        self.next = (1 << self.min_size) + 2;
        self.size = self.min_size + 1;
    }

    fn put(&mut self, code: u32) {
        self.bits |= code << self.count;
        self.count += self.size;
        while self.count >= 8 {
            self.out.push(self.bits as u8);
            self.bits >>= 8;
            self.count -= 8;
        }
    }

    fn finish(mut self) -> Vec<u8> {
        if let Some(open) = self.open.take() {
            self.put(open.into());
            // The decoder adds a code for it as for any other.
            if self.next == 1 << self.size && self.size < 12 {
                self.size += 1;
            }
        }
        self.put((1 << self.min_size) + 1);
        if self.count > 0 {
            self.out.push(self.bits as u8);
        }
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::super::lzw::{Lzw, State};
    use super::*;
    use proptest::prelude::*;

    fn encoded(min_size: u8, pixels: &[u8]) -> Vec<u8> {
        let mut encoder = Encoder::new(min_size);
        encoder.take(pixels);
        encoder.finish()
    }

    fn decoded(min_size: u8, codes: &[u8]) -> Vec<u8> {
        let mut pixels = Vec::new();
        Decoder::new(min_size).run(std::iter::once(codes), |run| {
            pixels.extend_from_slice(run);
            true
        });
        pixels
    }

    /// What `cropped` should leave, by placing each pixel.
    fn by_hand(pixels: &[u8], crop: Crop) -> Vec<u8> {
        let (width, rows) = (crop.old.0 as usize, crop.old.1);
        let passes: &[(u32, usize)] =
            if crop.is_interlaced { &[(0, 8), (4, 8), (2, 4), (1, 2)] } else { &[(0, 1)] };
        let order = passes.iter().flat_map(|&(first, step)| (first..rows).step_by(step));
        order
            .zip(pixels.chunks(width))
            .filter(|(row, _)| *row < crop.new.1)
            .flat_map(|(_, pixels)| pixels[..pixels.len().min(crop.new.0 as usize)].to_vec())
            .collect()
    }

    proptest! {
        #[test]
        fn pixels_within_the_crop_stay_in_their_order(
            min_size in 2_u8..=8,
            old in (1_u32..90, 1_u32..90),
            new in (1_u32..90, 1_u32..90),
            is_interlaced in any::<bool>(),
            seed in any::<u32>(),
            noise in 1_u32..50,
        ) {
            let crop = Crop { old, new: (new.0.min(old.0), new.1.min(old.1)), is_interlaced };
            let pixels: Vec<u8> = (0..old.0 * old.1)
                .map(|at| (at.wrapping_mul(seed) / noise % (1 << min_size)) as u8)
                .collect();
            let codes = encoded(min_size, &pixels);
            prop_assert_eq!(&decoded(min_size, &codes), &pixels);
            let mut lzw = Lzw::new();
            lzw.start(min_size, pixels.len() as u64);
            lzw.feed(&codes);
            prop_assert_eq!(lzw.state(), State::Ended);
            let ending = lzw.ending();
            prop_assert_eq!(&codes[ending.whole_bytes..], ending.bytes(codes[ending.whole_bytes]));
            let cropped = cropped(codes.chunks(255), min_size, crop);
            prop_assert_eq!(decoded(min_size, &cropped), by_hand(&pixels, crop));
        }
    }

    #[test]
    fn data_that_end_early_do_so_afterwards() {
        let pixels: Vec<u8> = (0..50).map(|at| at % 7).collect();
        let crop = Crop { old: (10, 20), new: (4, 4), is_interlaced: true };
        let codes = encoded(3, &pixels);
        let left = decoded(3, &cropped(std::iter::once(&codes[..]), 3, crop));
        // Rows 0, 8, 16, 4 and 12 are there.
        assert_eq!(left, by_hand(&pixels, crop));
        assert_eq!(left.len(), 4);
    }

    #[test]
    fn large_flat_images_take_codes_of_every_length() {
        let pixels = vec![3; 3_000_000];
        let codes = encoded(2, &pixels);
        assert!(codes.len() < 4000, "{}", codes.len());
        assert_eq!(decoded(2, &codes), pixels);
    }
}

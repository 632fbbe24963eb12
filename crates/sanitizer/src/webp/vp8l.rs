//! Where lossless image data really ends (RFC 9649, 3.4 to 3.7).
//!
//! The stream has no length of its own: it ends with the code of the last
//! pixel. So the codes are followed, for their lengths only. Pixels are made
//! of one image alone, the entropy image, for it says which codes are used
//! where.

use super::{chunk::malformed, prefix_code::PrefixCode};
use crate::{Error, Format, work::Work};

/// An entropy image larger than this is not followed. (libwebp writes no more
/// than 2600 of its pixels; this bounds our memory.)
const MOST_ENTROPY_PIXELS: usize = 1 << 20;

/// Neighbours that have short distance codes, in the order of their codes
/// (4.2.2): columns to the left, rows above.
#[rustfmt::skip]
const NEIGHBOURS: [(i8, u8); 120] = [
    (0, 1), (1, 0), (1, 1), (-1, 1), (0, 2), (2, 0), (1, 2), (-1, 2), (2, 1), (-2, 1), (2, 2), (-2, 2),
    (0, 3), (3, 0), (1, 3), (-1, 3), (3, 1), (-3, 1), (2, 3), (-2, 3), (3, 2), (-3, 2), (0, 4), (4, 0),
    (1, 4), (-1, 4), (4, 1), (-4, 1), (3, 3), (-3, 3), (2, 4), (-2, 4), (4, 2), (-4, 2), (0, 5), (3, 4),
    (-3, 4), (4, 3), (-4, 3), (5, 0), (1, 5), (-1, 5), (5, 1), (-5, 1), (2, 5), (-2, 5), (5, 2), (-5, 2),
    (4, 4), (-4, 4), (3, 5), (-3, 5), (5, 3), (-5, 3), (0, 6), (6, 0), (1, 6), (-1, 6), (6, 1), (-6, 1),
    (2, 6), (-2, 6), (6, 2), (-6, 2), (4, 5), (-4, 5), (5, 4), (-5, 4), (3, 6), (-3, 6), (6, 3), (-6, 3),
    (0, 7), (7, 0), (1, 7), (-1, 7), (5, 5), (-5, 5), (7, 1), (-7, 1), (4, 6), (-4, 6), (6, 4), (-6, 4),
    (2, 7), (-2, 7), (7, 2), (-7, 2), (3, 7), (-3, 7), (7, 3), (-7, 3), (5, 6), (-5, 6), (6, 5), (-6, 5),
    (8, 0), (4, 7), (-4, 7), (7, 4), (-7, 4), (8, 1), (8, 2), (6, 6), (-6, 6), (8, 3), (5, 7), (-5, 7),
    (7, 5), (-7, 5), (8, 4), (6, 7), (-6, 7), (7, 6), (-7, 6), (8, 5), (7, 7), (-7, 7), (8, 6), (8, 7),
];

/// The end of the stream: whole bytes, and bits of the byte after them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ending {
    pub(super) whole_bytes: usize,
    pub(super) bits: u32,
}

/// Why the end was not found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// No decoder can read it.
    Damaged(&'static str),
    /// Following it would take more than we give.
    Unprovable(&'static str),
}

impl Failure {
    pub(super) fn at(self, offset: usize) -> Error {
        match self {
            Self::Damaged(what) => malformed(offset, what),
            Self::Unprovable(what) => Error::Unprovable { format: Format::Webp, offset, what },
        }
    }
}

/// Follows the stream of an image of this size from its transforms on.
pub(super) fn ending(data: &[u8], width: u32, height: u32, work: &mut Work) -> Result<Ending, Failure> {
    let mut stream = Stream { bits: Bits::new(data), work, earned: 0 };
    let width = stream.transforms(width as usize, height as usize)?;
    stream.main_image(width, height as usize)?;
    stream.earn();
    let at = stream.bits.at;
    Ok(Ending { whole_bytes: at / 8, bits: (at % 8) as u32 })
}

/// Bits, the lowest of each byte first.
pub(super) struct Bits<'a> {
    data: &'a [u8],
    /// Bits read so far.
    at: usize,
}

impl<'a> Bits<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self { data, at: 0 }
    }

    /// The next bits, up to 32 of them, zeros after the end.
    pub(super) fn peek(&self) -> u32 {
        let (byte, shift) = (self.at / 8, self.at % 8);
        let bytes = match self.data.get(byte..).and_then(<[u8]>::first_chunk::<8>) {
            Some(bytes) => *bytes,
            None => {
                let mut bytes = [0; 8];
                let rest = self.data.get(byte..).unwrap_or_default();
                bytes[..rest.len()].copy_from_slice(rest);
                bytes
            }
        };
        (u64::from_le_bytes(bytes) >> shift) as u32
    }

    pub(super) fn skip(&mut self, count: u32) -> Result<(), Failure> {
        self.at += count as usize;
        if self.at > self.data.len() * 8 {
            Err(Failure::Damaged("the image data ends too early"))
        } else {
            Ok(())
        }
    }

    /// Reads up to 24 bits.
    pub(super) fn read(&mut self, count: u32) -> Result<u32, Failure> {
        let value = self.peek() & ((1 << count) - 1);
        self.skip(count)?;
        Ok(value)
    }
}

/// The stream of one image.
struct Stream<'a> {
    bits: Bits<'a>,
    work: &'a mut Work,
    /// For how many of the bytes read work was earned.
    earned: usize,
}

/// The five codes of a group: green with lengths and cache, red, blue, alpha, distance.
struct Group {
    codes: [PrefixCode; 5],
    /// Whether a pixel takes no bits at all: each code has one symbol, and that
    /// of green is a colour, or one of the cache.
    is_free: bool,
}

/// What one symbol of green starts.
enum Step {
    Pixel(u32),
    Cached(usize),
    Copy { length: usize, distance: usize },
}

fn blocks(size: usize, bits: u32) -> usize {
    size.div_ceil(1 << bits)
}

impl Stream<'_> {
    /// Reads the transforms; the width of the main image depends on them.
    fn transforms(&mut self, mut width: usize, height: usize) -> Result<usize, Failure> {
        let mut seen = 0_u32;
        while self.bits.read(1)? == 1 {
            let kind = self.bits.read(2)?;
            if seen & (1 << kind) != 0 {
                return Err(Failure::Damaged("a transform comes twice"));
            }
            seen |= 1 << kind;
            match kind {
                // Predictor, colour.
                0 | 1 => {
                    let bits = self.bits.read(3)? + 2;
                    self.sub_image(blocks(width, bits), blocks(height, bits), None)?;
                }
                // Subtract green.
                2 => {}
                // Colour indexing.
                _ => {
                    let colors = self.bits.read(8)? as usize + 1;
                    self.sub_image(colors, 1, None)?;
                    let bits = match colors {
                        0..=2 => 3,
                        3..=4 => 2,
                        5..=16 => 1,
                        _ => 0,
                    };
                    width = blocks(width, bits);
                }
            }
        }
        Ok(width)
    }

    fn main_image(&mut self, width: usize, height: usize) -> Result<(), Failure> {
        let cache_bits = self.cache_bits()?;
        let mut meta_bits = 0;
        let mut meta = Vec::new();
        if self.bits.read(1)? == 1 {
            meta_bits = self.bits.read(3)? + 2;
            let (columns, rows) = (blocks(width, meta_bits), blocks(height, meta_bits));
            if columns * rows > MOST_ENTROPY_PIXELS {
                return Err(Failure::Unprovable("the entropy image is too large"));
            }
            meta.reserve_exact(columns * rows);
            self.sub_image(columns, rows, Some(&mut meta))?;
            for pixel in &mut meta {
                *pixel = (*pixel >> 8) & 0xFFFF;
            }
        }
        let count = meta.iter().max().map_or(1, |&most| most as usize + 1);
        let mut groups = Vec::with_capacity(count);
        let mut taken = meta.len() * size_of::<u32>() + count * size_of::<Group>();
        self.work.check_memory(taken).map_err(Failure::Unprovable)?;
        for _ in 0..count {
            let group = self.group(cache_bits)?;
            taken += group.codes.iter().map(PrefixCode::heap).sum::<usize>();
            self.work.check_memory(taken).map_err(Failure::Unprovable)?;
            groups.push(group);
        }
        let columns = blocks(width, meta_bits);
        let (mut x, mut y) = (0, 0);
        while y < height {
            let index =
                meta.get((y >> meta_bits) * columns + (x >> meta_bits)).map_or(0, |&index| index as usize);
            let group = &groups[index];
            self.spend(1)?;
            if group.is_free {
                // All pixels up to the next block, or to the end when there are no blocks.
                if meta.is_empty() {
                    return Ok(());
                }
                x = (((x >> meta_bits) + 1) << meta_bits).min(width);
            } else if let Step::Copy { length, distance } = self.step(group, width)? {
                let at = y * width + x;
                if distance > at || length > width * height - at {
                    return Err(Failure::Damaged("a copy reaches outside the image"));
                }
                (x, y) = ((x + length) % width, y + (x + length) / width);
                continue;
            } else {
                x += 1;
            }
            if x == width {
                (x, y) = (0, y + 1);
            }
        }
        Ok(())
    }

    /// An image without groups; its pixels go into `out` when they are wanted.
    fn sub_image(&mut self, width: usize, height: usize, out: Option<&mut Vec<u32>>) -> Result<(), Failure> {
        let cache_bits = self.cache_bits()?;
        let group = self.group(cache_bits)?;
        if group.is_free && out.is_none() {
            return Ok(());
        }
        let mut pixels = out.map(|out| Pixels::new(out, cache_bits));
        let (total, mut at) = (width * height, 0);
        while at < total {
            let step = self.step(&group, width)?;
            let length = match step {
                Step::Copy { length, distance } if distance > at || length > total - at => {
                    return Err(Failure::Damaged("a copy reaches outside the image"));
                }
                Step::Copy { length, .. } => length,
                Step::Pixel(_) | Step::Cached(_) => 1,
            };
            at += length;
            match &mut pixels {
                Some(pixels) => {
                    self.spend(length as u64)?;
                    pixels.take(step);
                }
                None => self.spend(1)?,
            }
        }
        Ok(())
    }

    /// The size of the colour cache, in bits; `None` without one.
    fn cache_bits(&mut self) -> Result<Option<u32>, Failure> {
        if self.bits.read(1)? == 0 {
            return Ok(None);
        }
        match self.bits.read(4)? {
            bits @ 1..=11 => Ok(Some(bits)),
            _ => Err(Failure::Damaged("no such size of the colour cache")),
        }
    }

    fn group(&mut self, cache_bits: Option<u32>) -> Result<Group, Failure> {
        let green = 256 + 24 + cache_bits.map_or(0, |bits| 1 << bits);
        let mut code = |alphabet| PrefixCode::read(&mut self.bits, alphabet);
        let codes = [code(green)?, code(256)?, code(256)?, code(256)?, code(40)?];
        let [green, red, blue, alpha, _] = &codes;
        let is_free = match green.only() {
            Some(0..256) => [red, blue, alpha].iter().all(|code| code.only().is_some()),
            Some(256..280) | None => false,
            Some(_) => true,
        };
        Ok(Group { codes, is_free })
    }

    fn spend(&mut self, steps: u64) -> Result<(), Failure> {
        if self.work.spend(steps).is_ok() {
            return Ok(());
        }
        self.earn();
        self.work.spend(steps).map_err(Failure::Unprovable)
    }

    /// Earns what has been read since the last time.
    fn earn(&mut self) {
        let read = self.bits.at / 8;
        self.work.earn(read - self.earned);
        self.earned = read;
    }

    fn step(&mut self, group: &Group, width: usize) -> Result<Step, Failure> {
        let [green, red, blue, alpha, distance] = &group.codes;
        let symbol = u32::from(green.symbol(&mut self.bits)?);
        match symbol {
            0..256 => {
                let red = u32::from(red.symbol(&mut self.bits)?);
                let blue = u32::from(blue.symbol(&mut self.bits)?);
                let alpha = u32::from(alpha.symbol(&mut self.bits)?);
                Ok(Step::Pixel(alpha << 24 | red << 16 | symbol << 8 | blue))
            }
            256..280 => {
                let length = self.prefixed(symbol - 256)?;
                let code = u32::from(distance.symbol(&mut self.bits)?);
                let code = self.prefixed(code)?;
                let distance = match NEIGHBOURS.get(code - 1) {
                    Some(&(left, above)) => {
                        (i64::from(left) + i64::from(above) * width as i64).max(1).unsigned_abs() as usize
                    }
                    None => code - NEIGHBOURS.len(),
                };
                Ok(Step::Copy { length, distance })
            }
            _ => Ok(Step::Cached((symbol - 280) as usize)),
        }
    }

    /// A length or distance by its prefix (5.2.2).
    fn prefixed(&mut self, prefix: u32) -> Result<usize, Failure> {
        if prefix < 4 {
            return Ok(prefix as usize + 1);
        }
        let extra = (prefix - 2) >> 1;
        let offset = (2 + (prefix & 1)) << extra;
        Ok((offset + self.bits.read(extra)? + 1) as usize)
    }
}

/// The pixels of an image that are wanted, and its colour cache.
struct Pixels<'a> {
    out: &'a mut Vec<u32>,
    cache: Vec<u32>,
    cache_bits: Option<u32>,
}

impl<'a> Pixels<'a> {
    fn new(out: &'a mut Vec<u32>, cache_bits: Option<u32>) -> Self {
        Self { out, cache: vec![0; cache_bits.map_or(0, |bits| 1 << bits)], cache_bits }
    }

    /// Takes a step whose distance and cache index are known to be good.
    fn take(&mut self, step: Step) {
        match step {
            Step::Pixel(pixel) => self.push(pixel),
            Step::Cached(index) => self.push(self.cache[index]),
            Step::Copy { length, distance } => {
                for _ in 0..length {
                    self.push(self.out[self.out.len() - distance]);
                }
            }
        }
    }

    fn push(&mut self, pixel: u32) {
        if let Some(bits) = self.cache_bits {
            self.cache[(pixel.wrapping_mul(0x1E35_A7BD) >> (32 - bits)) as usize] = pixel;
        }
        self.out.push(pixel);
    }
}

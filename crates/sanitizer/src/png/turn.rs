//! Turns a still PNG upright, exactly: the pixels are decoded, moved, and
//! compressed anew without loss. Every other chunk of the clean file stays.

use std::io::{Cursor, Write};

use bytes::Bytes;

use super::{
    chunk::{self, Chunk, SIGNATURE, malformed},
    header::{Color, Header},
};
use crate::{Cancellation, Error, pieces::Pieces, transform::Transform};

/// A file whose pixels were moved.
pub(super) struct Turned {
    pub(super) pieces: Vec<Bytes>,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// The memory that [`turn`] takes of a file of `length` bytes: the clean file in one, the
/// moved pixels, and besides these the decoded ones or, later, the moved ones compressed, which
/// perhaps they cannot be at all.
pub(super) fn memory(header: &Header, length: u64) -> u64 {
    let (width, height) = (u64::from(header.width), u64::from(header.height));
    // A row is padded to whole bytes, whichever way the picture is turned.
    let pixels = (width * height).saturating_mul(header.bits_per_pixel()).div_ceil(8);
    // In stored blocks five bytes for some thousand (RFC 1951, 3.2.4), chunks of their own, and a filter type a row.
    let compressed = pixels + pixels / 256 + 2 * (width + height) + SLACK;
    pixels.saturating_add(compressed).saturating_add(length)
}

/// What the decoder and the encoder have besides.
const SLACK: u64 = 1 << 19;

/// The length of the IEND chunk.
const IEND: usize = 12;

/// The image data in an IDAT chunk.
const CHUNK: usize = 1 << 16;

/// Turns the clean file in `pieces`.
pub(super) fn turn(
    pieces: Vec<Bytes>,
    header: &Header,
    transform: Transform,
    cancellation: &Cancellation,
) -> Result<Turned, Error> {
    let clean = Bytes::from(pieces.concat());
    drop(pieces);
    let damaged = |_| malformed(0, "the pixels cannot be decoded");
    let limits = png::Limits { bytes: usize::MAX };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(&clean), limits);
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_transformations(png::Transformations::IDENTITY);
    let mut reader = decoder.read_info().map_err(damaged)?;
    let too_large = Error::TooLarge { needed: u64::MAX, limit: u64::MAX - 1 };
    let mut pixels = vec![0; reader.output_buffer_size().ok_or(too_large)?];
    reader.next_frame(&mut pixels).map_err(damaged)?;
    let palette = reader.info().palette.as_deref().map(<[u8]>::to_vec);
    drop(reader);

    let moved = Moved::make(&pixels, header, transform, cancellation);
    drop(pixels);
    let encoded = moved.encode(header, palette, cancellation)?;
    let Moved { width, height, pixels } = moved;
    drop(pixels);
    Ok(Turned { pieces: splice(&clean, &encoded, transform.transposes())?, width, height })
}

/// Pixels in their new places.
struct Moved {
    pixels: Vec<u8>,
    width: u32,
    height: u32,
}

impl Moved {
    fn make(pixels: &[u8], header: &Header, transform: Transform, cancellation: &Cancellation) -> Self {
        let (old_width, old_height) = (header.width as usize, header.height as usize);
        let transposed = transform.transposes();
        let from_right = transform.moves_right_edge();
        let from_below = transform.moves_lower_edge();
        let (width, height) = if transposed { (old_height, old_width) } else { (old_width, old_height) };
        let bits = header.bits_per_pixel() as usize;
        let (old_row, row) = ((old_width * bits).div_ceil(8), (width * bits).div_ceil(8));
        let mut moved = vec![0; row * height];
        for y in (0..height).take_while(|_| !cancellation.is_cancelled()) {
            for x in 0..width {
                let (column, line) = if transposed { (y, x) } else { (x, y) };
                let column = if from_right { old_width - 1 - column } else { column };
                let line = if from_below { old_height - 1 - line } else { line };
                if bits >= 8 {
                    let size = bits / 8;
                    let (from, to) = (line * old_row + column * size, y * row + x * size);
                    moved[to..to + size].copy_from_slice(&pixels[from..from + size]);
                } else {
                    let shift = |x: usize| 8 - bits - (x * bits) % 8;
                    let byte = pixels[line * old_row + column * bits / 8];
                    let value = (byte >> shift(column)) & ((1 << bits) - 1);
                    moved[y * row + x * bits / 8] |= value << shift(x);
                }
            }
        }
        let (width, height) =
            if transposed { (header.height, header.width) } else { (header.width, header.height) };
        Self { pixels: moved, width, height }
    }

    /// A whole file with these pixels and nothing else, as chunks: the signature with IHDR, and so on.
    fn encode(
        &self,
        header: &Header,
        palette: Option<Vec<u8>>,
        cancellation: &Cancellation,
    ) -> Result<Vec<Bytes>, Error> {
        let mut file = Chunks::default();
        let mut encoder = png::Encoder::new(&mut file, self.width, self.height);
        encoder.set_color(match header.color {
            Color::Grey => png::ColorType::Grayscale,
            Color::Rgb => png::ColorType::Rgb,
            Color::Palette => png::ColorType::Indexed,
            Color::GreyAlpha => png::ColorType::GrayscaleAlpha,
            Color::Rgba => png::ColorType::Rgba,
        });
        encoder.set_depth(match header.depth {
            1 => png::BitDepth::One,
            2 => png::BitDepth::Two,
            4 => png::BitDepth::Four,
            8 => png::BitDepth::Eight,
            _ => png::BitDepth::Sixteen,
        });
        if let Some(palette) = palette.filter(|_| header.color == Color::Palette) {
            encoder.set_palette(palette);
        }
        let failed = |_| malformed(0, "the turned pixels cannot be encoded");
        let mut writer = encoder.write_header().map_err(failed)?;
        let mut stream = writer.stream_writer_with_size(CHUNK).map_err(failed)?;
        for rows in self.pixels.chunks(CHUNK) {
            if cancellation.is_cancelled() {
                return Err(Error::Cancelled);
            }
            stream.write_all(rows).map_err(|_| malformed(0, "the turned pixels cannot be encoded"))?;
        }
        stream.finish().map_err(failed)?;
        writer.finish().map_err(failed)?;
        Ok(file.done())
    }
}

/// A file that is written in pieces, none of which is ever moved to a larger place.
#[derive(Default)]
struct Chunks {
    done: Vec<Bytes>,
    last: Vec<u8>,
}

impl Chunks {
    fn done(mut self) -> Vec<Bytes> {
        self.done.push(self.last.into());
        self.done
    }
}

impl Write for Chunks {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.last.len() == self.last.capacity() {
            let full = std::mem::replace(&mut self.last, Vec::with_capacity(4 * CHUNK));
            if !full.is_empty() {
                self.done.push(full.into());
            }
        }
        let taken = bytes.len().min(self.last.capacity() - self.last.len());
        self.last.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Puts IHDR and IDAT of `encoded` in the place of those of `clean`.
fn splice(clean: &Bytes, encoded: &[Bytes], transposed: bool) -> Result<Vec<Bytes>, Error> {
    // IHDR is the first chunk, 13 bytes long, of every file; the first of the encoded pieces has room for a palette, too.
    let header = SIGNATURE.len()..SIGNATURE.len() + 25;
    let first = encoded.first().map(|first| &first[..]).unwrap_or_default();
    let (mut before, mut behind) = (Pieces::new(clean), Pieces::new(clean));
    before.keep(0..SIGNATURE.len());
    before.write(first.get(header.clone()).unwrap_or_default());
    let mut is_behind = false;
    for_each_chunk(clean, |chunk| {
        let out = if is_behind { &mut behind } else { &mut before };
        match &chunk.kind {
            b"IHDR" => {}
            b"IDAT" => is_behind = true,
            b"pHYs" if transposed => {
                let data = &clean[chunk.data.clone()];
                out.write(&chunk::encode(*b"pHYs", &[&data[4..8], &data[..4], &data[8..]]));
            }
            _ => out.keep(chunk.whole()),
        }
    })?;
    let palette = match Chunk::read(first, header.end) {
        Ok(chunk) if chunk.kind == *b"PLTE" => chunk.whole().len(),
        _ => 0,
    };
    let length: usize = encoded.iter().map(Bytes::len).sum();
    let data = header.end + palette..length - IEND;
    let mut pieces = before.finish();
    let mut at = 0;
    for piece in encoded {
        let range = data.start.max(at) - at..data.end.min(at + piece.len()).max(at) - at;
        if range.start < range.end {
            pieces.push(piece.slice(range));
        }
        at += piece.len();
    }
    pieces.extend(behind.finish());
    Ok(pieces)
}

fn for_each_chunk(file: &[u8], mut each: impl FnMut(Chunk)) -> Result<(), Error> {
    let mut at = SIGNATURE.len();
    while at < file.len() {
        let chunk = Chunk::read(file, at)?;
        at = chunk.whole().end;
        each(chunk);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(width: u32, height: u32, depth: u8) -> Header {
        Header { width, height, depth, color: Color::Grey, interlaced: false }
    }

    #[test]
    fn every_orientation_puts_each_pixel_in_its_place() {
        // 1 2 3
        // 4 5 6
        let stored = [1, 2, 3, 4, 5, 6];
        let expected: [(u8, u32, [u8; 6]); 7] = [
            (2, 3, [3, 2, 1, 6, 5, 4]),
            (3, 3, [6, 5, 4, 3, 2, 1]),
            (4, 3, [4, 5, 6, 1, 2, 3]),
            (5, 2, [1, 4, 2, 5, 3, 6]),
            (6, 2, [4, 1, 5, 2, 6, 3]),
            (7, 2, [6, 3, 5, 2, 4, 1]),
            (8, 2, [3, 6, 2, 5, 1, 4]),
        ];
        for (orientation, width, pixels) in expected {
            let transform = Transform::for_orientation(orientation).unwrap();
            let moved = Moved::make(&stored, &header(3, 2, 8), transform, &Cancellation::default());
            assert_eq!((moved.width, moved.pixels), (width, pixels.to_vec()), "orientation {orientation}");
        }
    }

    #[test]
    fn pixels_smaller_than_a_byte_move_too() {
        // Two rows of three pixels of four bits: 1 2 3 / 4 5 6.
        let moved = Moved::make(
            &[0x12, 0x30, 0x45, 0x60],
            &header(3, 2, 4),
            Transform::Rotate90,
            &Cancellation::default(),
        );
        assert_eq!(moved.pixels, [0x41, 0x52, 0x63]);
    }
}

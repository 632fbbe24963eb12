//! The colours of fully transparent pixels of lossless images ([`crate::hidden_pixels`]): whether they show
//! something, and the image without them.

use std::io::Cursor;

use image_webp::{ColorType, WebPDecoder, WebPEncoder};

use super::{
    chunk::{self, Chunk, malformed},
    walk::FILE_HEADER,
};
use crate::{Error, Options};

/// The pixels of an image whose transparent ones have several colours; `data` are those of its `VP8L` chunk.
///
/// # Errors
/// When it takes too much memory, or cannot be decoded.
pub(super) fn telling_pixels(
    data: &[u8],
    (width, height): (u32, u32),
    offset: usize,
    options: &Options,
) -> Result<Option<Vec<u8>>, Error> {
    // The pixels, a copy of them in the encoder, and its output.
    let needed = 3 * 4 * u64::from(width) * u64::from(height);
    if needed > options.max_memory {
        return Err(Error::Memory { needed, limit: options.max_memory });
    }
    // Decoding itself cannot be stopped, but takes no longer than the memory allows pixels.
    if options.cancellation.is_cancelled() {
        return Err(Error::Cancelled);
    }
    let padding = data.len() % 2;
    let header = [&chunk::header(*b"RIFF", 12 + data.len() + padding)[..], b"WEBP"].concat();
    let file = [&header, &chunk::header(*b"VP8L", data.len())[..], data, &[0][..padding]].concat();
    let damaged = |_| malformed(offset, "the pixels cannot be decoded");
    let mut decoder = WebPDecoder::new(Cursor::new(file)).map_err(damaged)?;
    let mut pixels = vec![0; decoder.output_buffer_size().unwrap_or(0)];
    decoder.read_image(&mut pixels).map_err(damaged)?;
    if !decoder.has_alpha() {
        return Ok(None);
    }
    let mut transparent = pixels.as_chunks::<4>().0.iter().filter(|pixel| pixel[3] == 0);
    let first = transparent.next();
    Ok(transparent.any(|pixel| Some(pixel) != first).then_some(pixels))
}

/// The data of a `VP8L` chunk with these pixels, the transparent ones black.
pub(super) fn blanked(
    mut pixels: Vec<u8>,
    (width, height): (u32, u32),
    offset: usize,
) -> Result<Vec<u8>, Error> {
    for pixel in pixels.as_chunks_mut::<4>().0.iter_mut().filter(|pixel| pixel[3] == 0) {
        *pixel = [0; 4];
    }
    let mut file = Vec::new();
    let encoded = WebPEncoder::new(&mut file).encode(&pixels, width, height, ColorType::Rgba8);
    encoded.map_err(|_| malformed(offset, "the pixels cannot be encoded"))?;
    let chunk = Chunk::read(&file, FILE_HEADER, file.len())?.filter(|chunk| chunk.kind == *b"VP8L");
    let chunk = chunk.ok_or_else(|| malformed(offset, "the pixels cannot be encoded"))?;
    Ok(file[chunk.data].to_vec())
}

//! Builds WebP files, good and bad.

/// A chunk with its padding.
pub(crate) fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut chunk = [&kind[..], &(data.len() as u32).to_le_bytes(), data].concat();
    chunk.resize(chunk.len().next_multiple_of(2), 0);
    chunk
}

/// A file of these chunks.
pub(crate) fn file(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body = chunks.concat();
    [&b"RIFF"[..], &(body.len() as u32 + 4).to_le_bytes(), b"WEBP", &body].concat()
}

/// The chunks of a file that has them one after the other.
pub(crate) fn chunks(file: &[u8]) -> Vec<([u8; 4], Vec<u8>)> {
    let (mut at, mut chunks) = (12, Vec::new());
    while at < file.len() {
        let length = u32::from_le_bytes(file[at + 4..at + 8].try_into().unwrap()) as usize;
        chunks.push((file[at..at + 4].try_into().unwrap(), file[at + 8..at + 8 + length].to_vec()));
        at += 8 + length.next_multiple_of(2);
    }
    chunks
}

/// VP8X with these flags, for a picture of this size.
pub(crate) fn vp8x(flags: u8, width: u32, height: u32) -> Vec<u8> {
    let (w, h) = ((width - 1).to_le_bytes(), (height - 1).to_le_bytes());
    chunk(b"VP8X", &[&[flags, 0, 0, 0], &w[..3], &h[..3]].concat())
}

/// The data of a lossless image of 40 x 30 pixels.
pub(crate) fn lossless(seed: u32) -> Vec<u8> {
    let pixels: Vec<u8> = (0..40 * 30)
        .flat_map(|at: u32| {
            [(at * seed) as u8, (at / 40 * 8) as u8, (at % 40) as u8, (at * at / 9) as u8 | 1]
        })
        .collect();
    let mut file = Vec::new();
    let encoder = image_webp::WebPEncoder::new(&mut file);
    encoder.encode(&pixels, 40, 30, image_webp::ColorType::Rgba8).unwrap();
    chunks(&file).remove(0).1
}

/// A frame of an animation with these chunks in it.
pub(crate) fn frame(chunks: &[Vec<u8>]) -> Vec<u8> {
    let header = [0, 0, 0, 0, 0, 0, 39, 0, 0, 29, 0, 0, 100, 0, 0, 0x02];
    chunk(b"ANMF", &[&header[..], &chunks.concat()].concat())
}

/// The start of an animation of 40 x 30 pixels.
pub(crate) fn animation_head() -> Vec<Vec<u8>> {
    vec![vp8x(0x12, 40, 30), chunk(b"ANIM", &[1, 2, 3, 4, 0, 0])]
}

/// An animation of three frames.
pub(crate) fn animation() -> Vec<Vec<u8>> {
    let mut chunks = animation_head();
    chunks.extend((1..4).map(|seed| frame(&[chunk(b"VP8L", &lossless(seed))])));
    chunks
}

/// The frames as pixels.
pub(crate) fn decode(file: &[u8]) -> Vec<Vec<u8>> {
    let mut decoder = image_webp::WebPDecoder::new(std::io::Cursor::new(file)).unwrap();
    let mut pixels = vec![0; decoder.output_buffer_size().unwrap()];
    if decoder.is_animated() {
        return (0..decoder.num_frames())
            .map(|_| {
                decoder.read_frame(&mut pixels).unwrap();
                pixels.clone()
            })
            .collect();
    }
    decoder.read_image(&mut pixels).unwrap();
    vec![pixels]
}

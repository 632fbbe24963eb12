//! Builds GIF files, good and bad.

/// An extension block.
pub(crate) fn extension(label: u8, blocks: &[&[u8]]) -> Vec<u8> {
    [&[0x21, label][..], &sub_blocks(blocks)].concat()
}

/// Sub-blocks and their terminator.
pub(crate) fn sub_blocks(blocks: &[&[u8]]) -> Vec<u8> {
    let mut bytes: Vec<u8> =
        blocks.iter().flat_map(|block| [&[block.len() as u8][..], block].concat()).collect();
    bytes.push(0);
    bytes
}

/// A graphic control extension: 100 ms, transparent colour 3.
pub(crate) fn control() -> Vec<u8> {
    extension(0xF9, &[&[0x05, 10, 0, 3]])
}

/// "NETSCAPE2.0", for ever.
pub(crate) fn looping() -> Vec<u8> {
    extension(0xFF, &[b"NETSCAPE2.0", &[1, 0, 0]])
}

/// The codes of an image of 40 x 30 pixels: the size of the first, then their bytes.
pub(crate) fn codes(seed: usize) -> (u8, Vec<u8>) {
    let pixels: Vec<u8> = (0..1200).map(|at| ((at * 7 + at / 40 * seed + at * at / 50) % 8) as u8).collect();
    let mut frame = gif::Frame::from_palette_pixels(40, 30, pixels, [0; 24], None);
    frame.make_lzw_pre_encoded();
    (frame.buffer[0], frame.buffer[1..].to_vec())
}

/// An image with these codes, in sub-blocks of `step` bytes.
pub(crate) fn image_of(min_size: u8, codes: &[u8], step: usize) -> Vec<u8> {
    let blocks: Vec<&[u8]> = codes.chunks(step).collect();
    [&[0x2C, 0, 0, 0, 0, 40, 0, 30, 0, 0, min_size][..], &sub_blocks(&blocks)].concat()
}

/// An image of 40 x 30 pixels.
pub(crate) fn image(seed: usize) -> Vec<u8> {
    let (min_size, codes) = codes(seed);
    image_of(min_size, &codes, 255)
}

/// A file of these blocks, with a trailer.
pub(crate) fn file(blocks: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"GIF89a\x28\0\x1E\0\xF2\0\0".to_vec();
    file.extend((0..24).map(|at| at * 10));
    file.extend(blocks.concat());
    file.push(0x3B);
    file
}

/// Every frame: delay, pixels.
pub(crate) fn decode(file: &[u8]) -> Vec<(u16, Vec<u8>)> {
    let mut decoder = gif::DecodeOptions::new().read_info(file).unwrap();
    let mut frames = Vec::new();
    while let Some(frame) = decoder.read_next_frame().unwrap() {
        frames.push((frame.delay, frame.buffer.to_vec()));
    }
    frames
}

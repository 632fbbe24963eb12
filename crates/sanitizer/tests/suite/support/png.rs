//! Builds PNG files, good and bad.

use std::io::Write;

/// A chunk with the right checksum.
pub(crate) fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut chunk = (data.len() as u32).to_be_bytes().to_vec();
    chunk.extend_from_slice(kind);
    chunk.extend_from_slice(data);
    chunk.extend_from_slice(&crc32fast::hash(&chunk[4..]).to_be_bytes());
    chunk
}

/// A zlib stream.
pub(crate) fn zlib(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// The rows of a picture that is no two pixels the same, each with filter 0.
pub(crate) fn rows(row_bytes: usize, height: usize) -> Vec<u8> {
    let mut rows = Vec::new();
    for y in 0..height {
        rows.push(0);
        rows.extend((0..row_bytes).map(|x| (x * 37 + y * 11) as u8));
    }
    rows
}

/// A file in the making: chunks before the image data, the image data, chunks
/// after it, and what follows IEND.
pub(crate) struct Png {
    pub(crate) ihdr: Vec<u8>,
    pub(crate) before: Vec<Vec<u8>>,
    pub(crate) data: Vec<Vec<u8>>,
    pub(crate) after: Vec<Vec<u8>>,
    pub(crate) trailer: Vec<u8>,
}

impl Png {
    pub(crate) fn new(width: u32, height: u32, depth: u8, color: u8) -> Self {
        let samples = [1, 0, 3, 1, 2, 0, 4][usize::from(color)];
        let row = (width as usize * samples * usize::from(depth)).div_ceil(8);
        let stream = zlib(&rows(row, height as usize));
        let ihdr = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, color, 0, 0, 0]].concat();
        let data = stream.chunks(100).map(|part| chunk(b"IDAT", part)).collect();
        Self { ihdr, before: Vec::new(), data, after: Vec::new(), trailer: Vec::new() }
    }

    /// 20 x 10 pixels of RGB.
    pub(crate) fn rgb() -> Self {
        Self::new(20, 10, 8, 2)
    }

    pub(crate) fn before(mut self, kind: &[u8; 4], data: &[u8]) -> Self {
        self.before.push(chunk(kind, data));
        self
    }

    pub(crate) fn after(mut self, kind: &[u8; 4], data: &[u8]) -> Self {
        self.after.push(chunk(kind, data));
        self
    }

    pub(crate) fn build(&self) -> Vec<u8> {
        let mut file = b"\x89PNG\r\n\x1A\n".to_vec();
        file.extend(chunk(b"IHDR", &self.ihdr));
        file.extend(self.before.concat());
        file.extend(self.data.concat());
        file.extend(self.after.concat());
        file.extend(chunk(b"IEND", b""));
        file.extend_from_slice(&self.trailer);
        file
    }
}

/// An animation of `frames` frames of 20 x 10 pixels, the first of them in IDAT.
pub(crate) fn apng(frames: u32) -> Png {
    let mut png = Png::rgb().before(b"acTL", &[frames.to_be_bytes(), [0; 4]].concat());
    let mut sequence = 0_u32;
    let control = |sequence: &mut u32| {
        let fields = [*sequence, 20, 10, 0, 0].map(u32::to_be_bytes).concat();
        *sequence += 1;
        [&fields[..], &[0, 1, 0, 10, 0, 0]].concat()
    };
    png = png.before(b"fcTL", &control(&mut sequence));
    for frame in 1..frames {
        png = png.after(b"fcTL", &control(&mut sequence));
        let mut pixels = rows(60, 10);
        pixels.iter_mut().filter(|byte| **byte > 0).for_each(|byte| *byte ^= frame as u8);
        for row in (0..10).rev() {
            pixels[row * 61] = 0;
        }
        for part in zlib(&pixels).chunks(100) {
            png = png.after(b"fdAT", &[&sequence.to_be_bytes()[..], part].concat());
            sequence += 1;
        }
    }
    png
}

/// The image data of all chunks, joined as a decoder joins them.
pub(crate) fn streams(file: &[u8]) -> Vec<u8> {
    let (mut at, mut joined) = (8, Vec::new());
    while at + 12 <= file.len() {
        let length = u32::from_be_bytes(file[at..at + 4].try_into().unwrap()) as usize;
        match &file[at + 4..at + 8] {
            b"IDAT" => joined.extend_from_slice(&file[at + 8..at + 8 + length]),
            b"fdAT" => joined.extend_from_slice(&file[at + 12..at + 8 + length]),
            _ => {}
        }
        at += 12 + length;
    }
    joined
}

/// Every frame as pixels.
pub(crate) fn decode(file: &[u8]) -> Vec<Vec<u8>> {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
    decoder.set_transformations(png::Transformations::IDENTITY);
    let mut reader = decoder.read_info().unwrap();
    let frames = reader.info().animation_control.map_or(1, |control| control.num_frames);
    let mut buffer = vec![0; reader.output_buffer_size().unwrap()];
    (0..frames)
        .map(|_| {
            let info = reader.next_frame(&mut buffer).unwrap();
            buffer[..info.buffer_size()].to_vec()
        })
        .collect()
}

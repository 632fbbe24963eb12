//! Pictures of any height, made quickly: one row of blocks is coded, and comes again and again, since each restart
//! interval of a JPEG stands for itself.

use std::sync::Arc;

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// How a JPEG is made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) progressive: bool,
    /// With the EXIF orientation that asks for a turn by 90 degrees.
    pub(crate) sideways: bool,
    /// Up to how much neighbouring pixels differ.
    pub(crate) noise: u8,
    /// A multiple of 16.
    pub(crate) width: u16,
}

/// One row of MCUs, from which pictures are made.
pub(crate) struct Row {
    kind: Kind,
    /// Before the first scan, with a height of zero at [`Self::height_at`].
    start: Vec<u8>,
    height_at: usize,
    scans: Vec<(Vec<u8>, Vec<u8>)>,
}

/// APP1 with an EXIF of orientation 6.
const SIDEWAYS: &[u8] =
    b"\xFF\xE1\0\x22Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";

impl Row {
    pub(crate) fn new(kind: Kind) -> Self {
        let (sampling, height) = match kind.progressive {
            // Scans of one component have as many MCUs a row as the one of all.
            true => (SamplingFactor::F_1_1, 8),
            false => (SamplingFactor::F_2_2, 16),
        };
        let mut state = 1_u32;
        let pixels = (0..3 * usize::from(kind.width) * height).map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            100 + (((state >> 24) * u32::from(kind.noise)) >> 8) as u8
        });
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, 88);
        encoder.set_sampling_factor(sampling);
        encoder.set_progressive(kind.progressive);
        encoder.set_restart_interval(kind.width / height as u16);
        let pixels: Vec<u8> = pixels.collect();
        encoder.encode(&pixels, kind.width, height as u16, ColorType::Rgb).unwrap();
        if kind.sideways {
            file.splice(2..2, SIDEWAYS.iter().copied());
        }

        let mut row = Self { kind, start: Vec::new(), height_at: 0, scans: Vec::new() };
        let mut at = 2;
        let mut pending = file[..2].to_vec();
        while file[at + 1] != 0xD9 {
            let length = usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]])) + 2;
            if matches!(file[at + 1], 0xC0 | 0xC2) {
                row.height_at = pending.len() + 5;
            }
            pending.extend_from_slice(&file[at..at + length]);
            let is_scan = file[at + 1] == 0xDA;
            at += length;
            if is_scan {
                let end = (at..).find(|&at| file[at] == 0xFF && file[at + 1] != 0).unwrap();
                row.scans.push((std::mem::take(&mut pending), file[at..end].to_vec()));
                at = end;
            }
        }
        row.start = std::mem::take(&mut row.scans[0].0);
        row
    }

    /// A picture of so many such rows.
    pub(crate) fn picture(&self, rows: usize) -> Arc<Vec<u8>> {
        let mut file = self.head(rows);
        for (header, data) in &self.scans {
            file.extend_from_slice(header);
            for row in 0..rows {
                if row > 0 {
                    file.extend([0xFF, 0xD0 + ((row - 1) % 8) as u8]);
                }
                file.extend_from_slice(data);
            }
        }
        file.extend([0xFF, 0xD9]);
        Arc::new(file)
    }

    /// How long that is.
    pub(crate) fn length(&self, rows: usize) -> usize {
        let scans = self.scans.iter().map(|(header, data)| header.len() + (data.len() + 2) * rows - 2);
        self.start.len() + scans.sum::<usize>() + 2
    }

    /// What stands in front of the data of its first scan.
    pub(crate) fn head(&self, rows: usize) -> Vec<u8> {
        let mut head = self.start.clone();
        let height = rows * if self.kind.progressive { 8 } else { 16 };
        head[self.height_at..self.height_at + 2].copy_from_slice(&(height as u16).to_be_bytes());
        head
    }

    /// The most rows that a format has room for.
    pub(crate) fn most_rows(&self) -> usize {
        if self.kind.progressive { 65_500 / 8 } else { 65_500 / 16 }
    }
}

/// A PNG of one colour, with the EXIF orientation that asks for a turn by 90 degrees.
pub(crate) fn sideways_png(width: u32, height: u32) -> Arc<Vec<u8>> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::Fastest);
    encoder.write_header().unwrap().write_image_data(&vec![7; (width * height * 3) as usize]).unwrap();
    let chunk = b"eXIfMM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let length = (chunk.len() as u32 - 4).to_be_bytes();
    let mut crc = flate2::Crc::new();
    crc.update(chunk);
    let exif = [&length[..], chunk, &crc.sum().to_be_bytes()].concat();
    file.splice(33..33, exif);
    Arc::new(file)
}

/// A GIF of many frames, of about so many bytes.
pub(crate) fn gif(bytes: usize) -> Arc<Vec<u8>> {
    let start = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff";
    let frame = b"\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0";
    Arc::new([&start[..], &frame.repeat(bytes / frame.len()), b"\x3b"].concat())
}

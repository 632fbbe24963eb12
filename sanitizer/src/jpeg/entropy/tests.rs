use std::{fs, path::Path};

use super::*;
use crate::jpeg::entropy::samples::Sample;

/// A scan as found in a file: where its data starts, and what the verifier said.
#[derive(Debug, PartialEq)]
struct Found {
    start: usize,
    scan: Scan,
}

/// Walks a file, trusting its segments, and verifies each scan.
fn verify(jpeg: &[u8]) -> Result<Vec<Found>, Error> {
    let mut verifier: Option<Verifier> = None;
    let mut found = Vec::new();
    let mut at = 2;
    while let Some(&[0xFF, marker]) = jpeg.get(at..at + 2) {
        if marker == 0xD9 {
            return Ok(found);
        }
        if marker == 0xFF {
            at += 1;
            continue;
        }
        let payload = jpeg
            .get(at + 2..at + 4)
            .and_then(|length| jpeg.get(at + 4..at + 2 + usize::from(u16::from_be_bytes([length[0], length[1]]))))
            .ok_or(truncated(at, "segment"))?;
        at += 4 + payload.len();
        match (marker, &mut verifier) {
            (0xC4, Some(verifier)) => verifier.dht(payload)?,
            (0xC4, None) => {
                // Tables may stand before the frame header: read them once it is known.
                let frame = frame_of(jpeg)?;
                let mut fresh = Verifier::new(&frame, 1 << 28)?;
                fresh.dht(payload)?;
                verifier = Some(fresh);
            }
            (0xC0..=0xC3 | 0xC5..=0xCF, None) => verifier = Some(Verifier::new(&frame_of(jpeg)?, 1 << 28)?),
            (0xDD, verifier) => {
                if verifier.is_none() {
                    *verifier = Some(Verifier::new(&frame_of(jpeg)?, 1 << 28)?);
                }
                let &[high, low] = payload else { return Err(malformed(at, "DRI")) };
                verifier.as_mut().unwrap().restart_interval(u16::from_be_bytes([high, low]));
            }
            (0xDA, Some(verifier)) => {
                let scan = verifier.scan(payload, &jpeg[at..], at)?;
                assert!(scan.data <= scan.end && at + scan.end <= jpeg.len());
                found.push(Found { start: at, scan });
                at += scan.end;
            }
            _ => {}
        }
    }
    Err(truncated(at, "a marker"))
}

fn frame_of(jpeg: &[u8]) -> Result<Frame, Error> {
    let mut at = 2;
    while let Some(&[0xFF, marker, high, low]) = jpeg.get(at..at + 4) {
        let end = at + 2 + usize::from(u16::from_be_bytes([high, low]));
        if matches!(marker, 0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF) {
            let payload = jpeg.get(at + 4..end).ok_or(truncated(at, "SOF"))?;
            let &[precision, h1, h0, w1, w0, _] = payload.first_chunk::<6>().ok_or(truncated(at, "SOF"))?;
            let components =
                payload[6..].chunks_exact(3).map(|c| Component { id: c[0], h: c[1] >> 4, v: c[1] & 15 }).collect();
            let (height, width) = (u16::from_be_bytes([h1, h0]), u16::from_be_bytes([w1, w0]));
            return Ok(Frame { sof: marker, precision, width, height, components });
        }
        at = end;
    }
    Err(truncated(at, "SOF"))
}

fn corpus_files() -> Vec<std::path::PathBuf> {
    fn walk(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, files);
            } else {
                files.push(path);
            }
        }
    }
    let mut files = Vec::new();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    if corpus.exists() {
        walk(&corpus, &mut files);
    }
    files.sort();
    files
}

#[test]
fn dump() {
    for path in corpus_files() {
        let Ok(jpeg) = fs::read(&path) else { continue };
        if !jpeg.starts_with(&[0xFF, 0xD8]) { continue }
        let name = path.display().to_string();
        let name = name.rsplit("corpus/").next().unwrap();
        match verify(&jpeg) {
            Ok(found) => {
                for f in found {
                    if f.scan.data != f.scan.end { println!("{name}: cut {:?} {:02x?}", f.scan, &jpeg[f.start+f.scan.data..f.start+f.scan.end.min(f.scan.data+32)]); }
                }
            }
            Err(error) => println!("{name}: {error}; libjpeg {:?}", jpeg_decoder::Decoder::new(&jpeg[..]).decode().map(|_|())),
        }
    }
}

/// By hand: `cargo test --release -p sanitizer throughput -- --ignored --nocapture`.
#[test]
#[ignore = "measures, by hand"]
fn throughput() {
    for path in corpus_files() {
        let Ok(jpeg) = fs::read(&path) else { continue };
        if jpeg.len() < 600_000 || verify(&jpeg).is_err() {
            continue;
        }
        let best = (0..20)
            .map(|_| {
                let start = std::time::Instant::now();
                std::hint::black_box(verify(std::hint::black_box(&jpeg)).unwrap());
                start.elapsed()
            })
            .min()
            .unwrap();
        let rate = jpeg.len() as f64 / best.as_secs_f64() / 1e6;
        println!("{rate:6.0} MB/s  {:>8} bytes  {}", jpeg.len(), path.file_name().unwrap().display());
    }
}

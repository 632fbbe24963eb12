//! How fast pictures are cleaned, beside a copy of the same bytes in the same
//! run: `cargo bench -p sanitizer`. Everything is in memory, except for the
//! programs that are shown for comparison when they are installed.
//!
//! The pictures are made, always the same ones, so no file is needed. They have
//! the size of a camera's, its EXIF (40 kB, with a thumbnail), and noise, since
//! a smooth picture would be small.

#![expect(clippy::disallowed_methods, reason = "tests write files in their own way")]
#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on ends")]

use std::hint::black_box;
use std::io::{Cursor, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use sanitizer::{Options, Orientation, sanitize};

/// Each line is measured at least this long, and the best of the runs shown: on
/// a machine with other work the others tell of that work.
const LONG_ENOUGH: Duration = Duration::from_millis(500);

fn main() {
    // `cargo test --benches` only wants to know that this runs.
    let quick = !std::env::args().any(|arg| arg == "--bench");
    let sizes: &[(u16, u16)] = if quick { &[(64, 48)] } else { &[(2592, 1936), (4032, 3024), (6000, 4000)] };
    let scratch = tempfile::tempdir().unwrap();
    say(&format!("{:<44}{:>10}{:>12}{:>12}{:>12}\n", "", "size", "time", "GB/s", "of memcpy"));

    let proven = Options::default();
    let mut fast = Options::default();
    fast.verify_entropy = false;
    let mut tag = Options::default();
    tag.orientation = Orientation::Tag;
    tag.verify_entropy = false;
    for &(width, height) in sizes {
        let rgb = noisy(width, height);
        let jpeg = |progressive, orientation| {
            let mut file = Vec::new();
            let mut encoder = Encoder::new(&mut file, 88);
            encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
            encoder.set_progressive(progressive);
            encoder.encode(&rgb, width, height, ColorType::Rgb).unwrap();
            file.splice(2..2, exif_segment(orientation));
            Bytes::from(file)
        };
        let megapixels = u32::from(width) * u32::from(height) / 1_000_000;
        let upright = jpeg(false, 1);
        let copy = memcpy(&upright);
        line(&format!("JPEG {megapixels} MP: memcpy"), upright.len(), copy, copy);
        line(&format!("JPEG {megapixels} MP: marker scan"), upright.len(), clean(&upright, &fast), copy);
        line(
            &format!("JPEG {megapixels} MP: proven to the last block"),
            upright.len(),
            clean(&upright, &proven),
            copy,
        );
        let progressive = jpeg(true, 1);
        let took = clean(&progressive, &proven);
        line(
            &format!("JPEG {megapixels} MP progressive: proven"),
            progressive.len(),
            took,
            memcpy(&progressive),
        );
        let refined = refined(&rgb, width, height);
        line(
            &format!("JPEG {megapixels} MP progressive, refined: proven"),
            refined.len(),
            clean(&refined, &proven),
            memcpy(&refined),
        );
        let sideways = jpeg(false, 6);
        line(
            &format!("JPEG {megapixels} MP sideways: tag kept"),
            sideways.len(),
            clean(&sideways, &tag),
            copy,
        );
        line(
            &format!("JPEG {megapixels} MP sideways: turned"),
            sideways.len(),
            clean(&sideways, &proven),
            copy,
        );
        let path = scratch.path().join("sideways.jpg");
        std::fs::write(&path, &sideways).unwrap();
        let mut jpegtran = Command::new("jpegtran");
        jpegtran.args(["-copy", "none", "-rotate", "90", "-outfile", "/dev/null"]).arg(&path);
        other(&format!("JPEG {megapixels} MP sideways: jpegtran"), sideways.len(), jpegtran, copy);
    }

    let (width, height) = if quick { (64, 48) } else { (2000, 1500) };
    let rgb = noisy(width, height);
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(Cursor::new(&mut file), u32::from(width), u32::from(height));
    encoder.set_color(png::ColorType::Rgb);
    encoder.add_text_chunk("Author".to_owned(), "somebody".repeat(100)).unwrap();
    encoder.write_header().unwrap().write_image_data(&rgb).unwrap();
    let file = Bytes::from(file);
    line("PNG 3 MP", file.len(), clean(&file, &proven), memcpy(&file));

    let mut webp = Vec::new();
    let mut encoder = image_webp::WebPEncoder::new(&mut webp);
    encoder.set_xmp_metadata(vec![b'x'; 4000]);
    encoder.encode(&rgb, width.into(), height.into(), image_webp::ColorType::Rgb8).unwrap();
    let webp = Bytes::from(webp);
    line("WebP 3 MP, lossless", webp.len(), clean(&webp, &proven), memcpy(&webp));

    let path = scratch.path().join("picture.png");
    std::fs::write(&path, &file).unwrap();
    match Command::new("cwebp").args(["-quiet", "-q", "90", "-o", "-"]).arg(&path).output() {
        Ok(output) if output.status.success() => {
            let lossy = Bytes::from(output.stdout);
            line("WebP 3 MP, lossy", lossy.len(), clean(&lossy, &proven), memcpy(&lossy));
        }
        _ => say("WebP, lossy: not measured, cwebp is not installed\n"),
    }
}

/// A photograph's gradients with a sensor's noise.
fn noisy(width: u16, height: u16) -> Vec<u8> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut rgb = Vec::with_capacity(usize::from(width) * usize::from(height) * 3);
    for y in 0..u32::from(height) {
        for x in 0..u32::from(width) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let noise = (state % 44) as u32;
            let wave = (x / 7 + y / 11) % 160 + (x * y / 50_000) % 60;
            rgb.extend(
                [wave + noise, wave / 2 + noise + 30, 200 - wave / 2 + noise]
                    .map(|value| value.min(255) as u8),
            );
        }
    }
    rgb
}

/// A progressive picture as libjpeg writes it: most of its bits are refinements of coefficients that scans
/// before told roughly. The other encoder writes none of these.
#[expect(unsafe_code, reason = "libjpeg is C")]
fn refined(rgb: &[u8], width: u16, height: u16) -> Bytes {
    // SAFETY: the calls follow the order that libjpeg's documentation prescribes, each on an object that lives until
    // it is destroyed. All-zero is a valid value of both structs. Rows are read where `rgb` has them: the slices that
    // they are taken from are as long as a row. Errors end the program, as libjpeg's own handler does.
    unsafe {
        let mut errors = std::mem::zeroed();
        let mut writer: mozjpeg_sys::jpeg_compress_struct = std::mem::zeroed();
        writer.common.err = mozjpeg_sys::jpeg_std_error(&mut errors);
        mozjpeg_sys::jpeg_create_compress(&mut writer);
        let (mut file, mut length) = (std::ptr::null_mut(), 0);
        mozjpeg_sys::jpeg_mem_dest(&mut writer, &mut file, &mut length);
        writer.image_width = width.into();
        writer.image_height = height.into();
        writer.input_components = 3;
        writer.in_color_space = mozjpeg_sys::J_COLOR_SPACE::JCS_RGB;
        let (profile, fastest) = (mozjpeg_sys::JINT_COMPRESS_PROFILE, mozjpeg_sys::JCP_FASTEST as i32);
        mozjpeg_sys::jpeg_c_set_int_param(&mut writer, profile, fastest);
        mozjpeg_sys::jpeg_set_defaults(&mut writer);
        mozjpeg_sys::jpeg_set_quality(&mut writer, 88, 1);
        mozjpeg_sys::jpeg_simple_progression(&mut writer);
        mozjpeg_sys::jpeg_start_compress(&mut writer, 1);
        for row in rgb.chunks_exact(usize::from(width) * 3) {
            mozjpeg_sys::jpeg_write_scanlines(&mut writer, &row.as_ptr(), 1);
        }
        mozjpeg_sys::jpeg_finish_compress(&mut writer);
        let bytes = std::slice::from_raw_parts(file, length as usize).to_vec();
        // The C library's memory, which is given back with the program.
        mozjpeg_sys::jpeg_destroy_compress(&mut writer);
        Bytes::from(bytes)
    }
}

/// APP1 as phones write it, by its size: the orientation, and 40 kB of the rest.
fn exif_segment(orientation: u8) -> Vec<u8> {
    let mut payload = b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    payload.extend([orientation, 0, 0, 0, 0, 0, 0]);
    payload.resize(40_000, b'm');
    let length = (payload.len() as u16 + 2).to_be_bytes();
    [&[0xFF, 0xE1], &length[..], &payload].concat()
}

fn clean(file: &Bytes, options: &Options) -> Duration {
    best(|| drop(black_box(sanitize(file.clone(), options).unwrap())))
}

/// Into memory that is there already, as favourable to the copy as can be.
fn memcpy(file: &Bytes) -> Duration {
    let mut target = vec![0; file.len()];
    best(|| black_box(&mut target).copy_from_slice(black_box(file)))
}

fn best(mut run: impl FnMut()) -> Duration {
    run();
    let (start, mut times) = (Instant::now(), Vec::new());
    while times.len() < 5 || (start.elapsed() < LONG_ENOUGH && times.len() < 10_000) {
        let begin = Instant::now();
        run();
        times.push(begin.elapsed());
    }
    times.into_iter().min().unwrap()
}

fn other(name: &str, size: usize, mut command: Command, copy: Duration) {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    if command.status().is_err() {
        say(&format!("{name}: not measured, it is not installed\n"));
        return;
    }
    let took = best(|| drop(command.status()));
    line(name, size, took, copy);
}

fn line(name: &str, size: usize, took: Duration, copy: Duration) {
    let seconds = took.as_secs_f64();
    say(&format!(
        "{name:<44}{:>7.2} MB{:>9.3} ms{:>12.3}{:>12.4}\n",
        size as f64 / 1e6,
        seconds * 1e3,
        size as f64 / 1e9 / seconds,
        copy.as_secs_f64() / seconds,
    ));
}

fn say(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

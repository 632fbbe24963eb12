//! One image: VP8 with or without ALPH before it, or VP8L.

use super::{
    bitstream::{self, Kept},
    chunk::{Chunk, malformed},
    transparent::{blanked, telling_pixels},
    walk::Budget,
};
use crate::{
    Category, Error, Format, Report, Unseen,
    hidden_pixels::{Place, decide},
    pieces::Pieces,
};

/// The chunks of one image, as far as they have come.
pub(super) struct Frame {
    alpha: Option<Chunk>,
    alpha_kept: bool,
    image: Option<Image>,
}

struct Image {
    width: u32,
    height: u32,
    has_alpha: bool,
}

impl Frame {
    pub(super) fn new() -> Self {
        Self { alpha: None, alpha_kept: false, image: None }
    }

    pub(super) fn has_begun(&self) -> bool {
        self.alpha.is_some() || self.image.is_some()
    }

    pub(super) fn is_complete(&self) -> bool {
        self.image.is_some()
    }

    pub(super) fn size(&self) -> Option<(u32, u32)> {
        self.image.as_ref().map(|image| (image.width, image.height))
    }

    pub(super) fn has_alpha(&self) -> bool {
        self.alpha_kept || self.image.as_ref().is_some_and(|image| image.has_alpha)
    }

    pub(super) fn has_alpha_chunk(&self) -> bool {
        self.alpha_kept
    }

    /// Takes an `ALPH`, `VP8 ` or `VP8L` chunk while the frame is not complete.
    pub(super) fn take(
        &mut self,
        input: &bytes::Bytes,
        chunk: &Chunk,
        budget: &mut Budget<'_>,
        out: &mut Pieces,
        report: &mut Report,
    ) -> Result<(), Error> {
        let data = &input[chunk.data.clone()];
        match &chunk.kind {
            b"ALPH" if self.alpha.is_none() => self.alpha = Some(chunk.clone()),
            b"VP8 " => {
                let lossy = bitstream::lossy(data, chunk.data.start, budget)?;
                if let Some(alpha) = &self.alpha {
                    let kept = bitstream::alpha(
                        &input[alpha.data.clone()],
                        alpha.data.start,
                        lossy.width,
                        lossy.height,
                        &mut budget.work,
                    )?;
                    self.alpha_kept = true;
                    emit(input, alpha, kept, "after ALPH's data", out, report);
                }
                emit(input, chunk, lossy.kept, "after VP8's data", out, report);
                self.image = Some(Image { width: lossy.width, height: lossy.height, has_alpha: false });
            }
            b"VP8L" => {
                let lossless = bitstream::lossless(data, chunk.data.start, budget)?;
                // It has its own alpha.
                if let Some(alpha) = &self.alpha {
                    report.remove(Category::Hidden, "ALPH", alpha.start(), alpha.len());
                }
                let size = (lossless.width, lossless.height);
                match blank(data, chunk, size, lossless.has_alpha, budget, report)? {
                    Some(new) => {
                        let removed = chunk.data.len().saturating_sub(new.len()).max(1);
                        report.remove(Category::HiddenPixels, "transparent pixels", chunk.start(), removed);
                        let mut data = Pieces::new(input);
                        data.write(&new);
                        chunk.emit(data, out);
                    }
                    None => emit(input, chunk, lossless.kept, "after VP8L's data", out, report),
                }
                self.image = Some(Image {
                    width: lossless.width,
                    height: lossless.height,
                    has_alpha: lossless.has_alpha,
                });
            }
            _ => {
                if self.image.is_some() {
                    return Err(malformed(chunk.start(), "a chunk of an image is out of place"));
                }
                report.remove(Category::Hidden, "ALPH", chunk.start(), chunk.len());
            }
        }
        Ok(())
    }
}

/// The data of a lossless image without the colours of its transparent pixels; `None` when they stay.
fn blank(
    data: &[u8],
    chunk: &Chunk,
    size: (u32, u32),
    has_alpha: bool,
    budget: &mut Budget<'_>,
    report: &mut Report,
) -> Result<Option<Vec<u8>>, Error> {
    let offset = chunk.data.start;
    if !has_alpha || !budget.looks {
        return Ok(None);
    }
    let Some(pixels) = telling_pixels(data, size, offset, budget.options)? else { return Ok(None) };
    let place = Place { format: Format::Webp, offset, source: "transparent pixels" };
    if !decide(Unseen::Transparent, true, place, budget.options, report)? {
        return Ok(None);
    }
    blanked(pixels, size, offset).map(Some)
}

/// Appends a chunk of which this is kept.
fn emit(
    input: &bytes::Bytes,
    chunk: &Chunk,
    kept: Vec<Kept>,
    location: &'static str,
    out: &mut Pieces,
    report: &mut Report,
) {
    let mut data = Pieces::new(input);
    for part in kept {
        match part {
            Kept::Range(range) => data.keep(chunk.data.start + range.start..chunk.data.start + range.end),
            Kept::Byte { at, value } => {
                let at = chunk.data.start + at;
                data.replace(at..at + 1, &[value]);
            }
        }
    }
    if data.len() < chunk.data.len() {
        let rest = chunk.data.len() - data.len();
        report.remove(Category::Hidden, location, chunk.data.end - rest, rest);
    }
    note_padding(input, chunk, report);
    chunk.emit(data, out);
}

/// Notes a byte of padding that is not zero.
pub(super) fn note_padding(input: &[u8], chunk: &Chunk, report: &mut Report) {
    if input[chunk.data.end..chunk.end].iter().any(|&byte| byte != 0) {
        report.remove(Category::Hidden, "padding", chunk.data.end, 1);
    }
}

//! Puts the clean file together: header, VP8X, and what the walk has kept.

use super::{
    chunk::{self, malformed},
    walk::{FILE_HEADER, Walk, flag},
};
use crate::{
    Category, Error, Format, Orientation, OrientationOutcome, PartialEdges, Sanitized,
    orientation::minimal_exif, pieces::Pieces,
};

impl Walk<'_> {
    /// What becomes of the orientation, and the EXIF that holds it.
    fn orient(&mut self) -> Result<Option<[u8; 26]>, Error> {
        let Some((_, Some(orientation @ 2..=8))) = self.exif else { return Ok(None) };
        self.report.orientation = match self.options.orientation {
            Orientation::Drop => OrientationOutcome::Dropped,
            Orientation::Tag => OrientationOutcome::TagKept,
            Orientation::Upright if self.options.partial_edges == PartialEdges::Refuse => {
                return Err(Error::NotRotatable { what: "WebP cannot be turned without loss" });
            }
            Orientation::Upright => OrientationOutcome::TagKeptNotExact,
        };
        let keep = self.report.orientation != OrientationOutcome::Dropped;
        Ok(keep.then(|| minimal_exif(orientation)))
    }

    /// Puts header, VP8X and body together.
    pub(super) fn finish(mut self) -> Result<Sanitized, Error> {
        let size = if self.has_animation {
            if self.frames == 0 {
                return Err(malformed(FILE_HEADER, "the animation has no frames"));
            }
            None
        } else {
            let Some(size) = self.still.size() else {
                return Err(malformed(FILE_HEADER, "there is no image"));
            };
            self.has_alpha = self.still.has_alpha();
            Some(size)
        };
        let exif = self.orient()?;
        if let (Some(exif), Some((chunk, _))) = (exif, &self.exif) {
            let mut data = Pieces::new(self.input);
            if self.input[chunk.data.clone()] == exif {
                data.keep(chunk.data.clone());
                self.report.removed.retain(|removal| removal.offset != chunk.start());
            } else {
                data.write(&exif);
            }
            chunk.emit(data, &mut self.body);
        }
        let vp8x = self.vp8x(size, exif.is_some())?;

        let mut out = Pieces::new(self.input);
        let length = 4 + self.body.len() + if vp8x.is_some() { 18 } else { 0 };
        let header = [&chunk::header(*b"RIFF", length)[..], b"WEBP"].concat();
        out.replace(0..FILE_HEADER, &header);
        if let (Some(vp8x), Some((chunk, canvas))) = (vp8x, &self.canvas) {
            (self.report.width, self.report.height) = (canvas.width, canvas.height);
            out.replace(chunk.start()..chunk.start() + 18, &vp8x);
        } else if let Some((width, height)) = size {
            (self.report.width, self.report.height) = (width, height);
        }
        out.append(self.body);
        Ok(Sanitized { format: Format::Webp, report: self.report, pieces: out.finish() })
    }

    /// VP8X as it has to be now; `None` when the file needs none.
    fn vp8x(&mut self, size: Option<(u32, u32)>, has_exif: bool) -> Result<Option<[u8; 18]>, Error> {
        let Some((chunk, canvas)) = &self.canvas else { return Ok(None) };
        if size.is_some_and(|size| size != (canvas.width, canvas.height)) {
            return Err(malformed(chunk.start(), "the image is not of the size of the picture"));
        }
        // Set on a picture without alpha it changes what some decoders make of it.
        let alpha = canvas.flags & flag::ALPHA != 0;
        let needed = has_exif
            || self.has_icc
            || self.has_animation
            || self.still.has_alpha_chunk()
            || alpha && !self.has_alpha;
        if !needed {
            self.report.remove(Category::Hidden, "VP8X", chunk.start(), chunk.len());
            return Ok(None);
        }
        let mut flags = 0;
        for (bit, set) in [
            (flag::ICC, self.has_icc),
            (flag::ALPHA, alpha || self.has_alpha),
            (flag::EXIF, has_exif),
            (flag::ANIMATION, self.has_animation),
        ] {
            flags |= if set { bit } else { 0 };
        }
        let mut vp8x = [0; 18];
        vp8x[..8].copy_from_slice(&chunk::header(*b"VP8X", 10));
        vp8x[8] = flags;
        vp8x[12..].copy_from_slice(&self.input[chunk.data.start + 4..chunk.data.start + 10]);
        Ok(Some(vp8x))
    }
}

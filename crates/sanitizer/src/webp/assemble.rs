//! Puts the clean file together: header, VP8X, and what the walk has kept.

use super::{
    chunk::{self, malformed},
    frame::note_padding,
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
        let has_packet = self.keep_rights();
        let vp8x = self.vp8x(size, exif.is_some(), has_packet)?;

        let mut out = Pieces::new(self.input);
        let length = 4 + self.body.len() + if vp8x.is_some() { 18 } else { 0 };
        let header = [&chunk::header(*b"RIFF", length)[..], b"WEBP"].concat();
        out.replace(0..FILE_HEADER, &header);
        if let Some(vp8x) = vp8x {
            // A file that had none is given one.
            let place = self.canvas.as_ref().map_or(0..0, |(chunk, _)| chunk.start()..chunk.start() + 18);
            out.replace(place, &vp8x);
        }
        let canvas = self.canvas.as_ref().map(|(_, canvas)| (canvas.width, canvas.height));
        if let Some((width, height)) = canvas.filter(|_| vp8x.is_some()).or(size) {
            (self.report.width, self.report.height) = (width, height);
        }
        out.append(self.body);
        Ok(Sanitized { format: Format::Webp, report: self.report, pieces: out.finish() })
    }

    /// Writes what stays of the words about rights, behind EXIF (RFC 9649, 2.7); tells whether that is something.
    fn keep_rights(&mut self) -> bool {
        let (statement, outcome) = std::mem::take(&mut self.rights).finish();
        self.report.keep_rights(&statement, outcome);
        let packet = statement.packet();
        let mut packets = std::mem::take(&mut self.packets);
        if let Some(packet) = &packet {
            let same = packets.iter().position(|chunk| self.input[chunk.data.clone()] == *packet.as_bytes());
            let mut data = Pieces::new(self.input);
            if let Some(chunk) = same.map(|place| packets.remove(place)) {
                data.keep(chunk.data.clone());
                note_padding(self.input, &chunk, &mut self.report);
                chunk.emit(data, &mut self.body);
            } else {
                self.body.write(&chunk::encode(*b"XMP ", packet.as_bytes()));
            }
        }
        for chunk in packets {
            self.report.remove(Category::Xmp, "XMP", chunk.start(), chunk.len());
        }
        self.report.removed.sort_by_key(|removal| removal.offset);
        packet.is_some()
    }

    /// VP8X as it has to be now; `None` when the file needs none.
    fn vp8x(
        &mut self,
        size: Option<(u32, u32)>,
        has_exif: bool,
        has_packet: bool,
    ) -> Result<Option<[u8; 18]>, Error> {
        let Some((chunk, canvas)) = &self.canvas else {
            // What is not announced is not looked for.
            let flags = flag::XMP | if self.has_alpha { flag::ALPHA } else { 0 };
            return Ok(size.filter(|_| has_packet).map(|size| vp8x(flags, size)));
        };
        if size.is_some_and(|size| size != (canvas.width, canvas.height)) {
            return Err(malformed(chunk.start(), "the image is not of the size of the picture"));
        }
        // Set on a picture without alpha it changes what some decoders make of it.
        let alpha = canvas.flags & flag::ALPHA != 0;
        let needed = has_exif
            || has_packet
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
            (flag::XMP, has_packet),
            (flag::ANIMATION, self.has_animation),
        ] {
            flags |= if set { bit } else { 0 };
        }
        Ok(Some(vp8x(flags, (canvas.width, canvas.height))))
    }
}

/// A VP8X chunk (RFC 9649, 2.7): flags, and width and height less one in 24 bits each.
fn vp8x(flags: u8, (width, height): (u32, u32)) -> [u8; 18] {
    let mut vp8x = [0; 18];
    vp8x[..8].copy_from_slice(&chunk::header(*b"VP8X", 10));
    vp8x[8] = flags;
    vp8x[12..15].copy_from_slice(&(width - 1).to_le_bytes()[..3]);
    vp8x[15..].copy_from_slice(&(height - 1).to_le_bytes()[..3]);
    vp8x
}

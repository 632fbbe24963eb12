//! The frames of the walk: the still picture, and those of an animation.

use super::{
    ancillary::Phase,
    animation::Animation,
    chunk::{self, Chunk, malformed},
    header::Color,
    image_data::{Frame, ImageData},
    rows::Rows,
    transparent::Transparency,
    walk::Walk,
};
use crate::{Category, Error, HiddenPixels};

impl Walk<'_> {
    /// Looks for colours that transparent pixels hide from here on, unless nobody wants to know. `alphas` are
    /// those of the palette.
    pub(super) fn look_at_transparent(&mut self, alphas: &[u8]) {
        if self.options.hidden_pixels != HiddenPixels::Keep || self.report.facts.is_some() {
            self.transparency = Transparency::of(&self.rules.header, alphas);
        }
    }

    pub(super) fn idat(&mut self, chunk: &Chunk) -> Result<(), Error> {
        let header = self.rules.header;
        if self.rules.phase == Phase::AfterData {
            self.remove(Category::Hidden, "IDAT", chunk);
            return Ok(());
        }
        if self.rules.phase != Phase::InData {
            if header.color == Color::Palette && self.rules.palette == 0 {
                return Err(malformed(chunk.whole().start, "there is no palette"));
            }
            self.rules.phase = Phase::InData;
            let mut is_unseen = false;
            if let Some(animation) = &mut self.animation {
                is_unseen = animation.waiting.take().is_none();
            }
            self.open_data(chunk, header.width, header.height, is_unseen)?;
        }
        self.take_data(chunk);
        Ok(())
    }

    pub(super) fn animation_control(&mut self, chunk: &Chunk) -> Result<(), Error> {
        if self.animation.is_some() {
            // Some show the animation then, others the still picture: neither may change.
            return Err(malformed(chunk.whole().start, "there is a second acTL"));
        }
        if self.rules.phase >= Phase::InData {
            self.remove(Category::Hidden, "acTL", chunk);
            return Ok(());
        }
        self.check_crc(chunk)?;
        self.animation = Some(Animation::read(self.data_of(chunk), chunk.whole().start)?);
        self.out.keep(chunk.whole());
        Ok(())
    }

    pub(super) fn frame_control(&mut self, chunk: &Chunk) -> Result<(), Error> {
        let (data, start) = (self.data_of(chunk), chunk.whole().start);
        self.close_data()?;
        let Some(animation) = self.animation.as_mut().filter(|animation| !animation.is_full()) else {
            self.remove(Category::SecondPicture, "fcTL", chunk);
            return Ok(());
        };
        animation.check_number(data, start)?;
        let header = self.rules.header;
        let before_data = self.rules.phase < Phase::InData;
        animation.begin_frame(data, start, &header, before_data)?;
        // A first frame that is all of the picture may be its still picture as well.
        if std::mem::take(&mut self.lacks_still) {
            self.is_still = animation.waiting == Some((header.width, header.height));
            if let Some(still) = self.data.as_ref().filter(|_| !self.is_still) {
                still.write_blank(&mut self.sequence, &mut self.out);
            }
        }
        self.check_crc(chunk)?;
        let number = self.sequence.next().to_be_bytes();
        self.out.replace(chunk.whole(), &chunk::encode(*b"fcTL", &[&number, &data[4..]]));
        Ok(())
    }

    pub(super) fn frame_data(&mut self, chunk: &Chunk) -> Result<(), Error> {
        let (data, start) = (self.data_of(chunk), chunk.whole().start);
        let Some(animation) = &mut self.animation else {
            self.remove(Category::SecondPicture, "fdAT", chunk);
            return Ok(());
        };
        if let Some((width, height)) = animation.waiting {
            if self.rules.phase < Phase::InData {
                return Err(malformed(start, "a frame of the animation comes before the picture"));
            }
            animation.waiting = None;
            animation.check_number(data, start)?;
            self.open_data(chunk, width, height, false)?;
        } else if !self.data_is_open {
            if !animation.is_full() {
                return Err(malformed(start, "a frame of the animation has no fcTL"));
            }
            self.remove(Category::SecondPicture, "fdAT", chunk);
            return Ok(());
        } else {
            animation.check_number(data, start)?;
        }
        self.take_data(chunk);
        Ok(())
    }

    fn open_data(&mut self, chunk: &Chunk, width: u32, height: u32, is_unseen: bool) -> Result<(), Error> {
        let header = self.rules.header;
        if self.transparency.is_some() {
            let (needed, limit) = (Rows::memory(&header), self.options.max_memory);
            if needed > limit {
                return Err(Error::Memory { needed, limit });
            }
        }
        let written_as = if std::mem::take(&mut self.is_still) { *b"IDAT" } else { chunk.kind };
        let start = chunk.whole().start;
        let frame = Frame { width, height, kind: chunk.kind, written_as, is_unseen, start };
        let last = self.data.take();
        let data = ImageData::begin(
            last,
            self.input,
            frame,
            &header,
            self.transparency,
            self.sequence,
            self.options,
        )?;
        self.data = Some(data);
        self.data_is_open = true;
        Ok(())
    }

    fn take_data(&mut self, chunk: &Chunk) {
        if let Some(data) = &mut self.data {
            data.take(self.input, chunk, &mut self.sequence, self.report);
        }
    }

    /// Writes the frame that was collected, if there is one.
    pub(super) fn close_data(&mut self) -> Result<(), Error> {
        if std::mem::take(&mut self.data_is_open)
            && let Some(data) = &mut self.data
        {
            let (header, sequence) = (&self.rules.header, &mut self.sequence);
            self.lacks_still =
                data.finish(self.input, header, sequence, &mut self.out, self.options, self.report)?;
        }
        self.write_held();
        Ok(())
    }

    pub(super) fn write_held(&mut self) {
        if let Some((range, exif)) = self.held.take() {
            self.out.replace(range, &exif);
        }
    }
}

//! Images that reach beyond the screen ([`crate::hidden_pixels`]): they are written anew without what nobody sees.

use super::{
    recode::{Crop, cropped, one_pixel},
    walk::{EXTENSION, IMAGE, Walk},
};
use crate::{
    Category, Error, Format, Unseen,
    hidden_pixels::{Place, decide},
};

/// An image descriptor (GIF89a, clause 20).
pub(super) struct Image {
    pub(super) start: usize,
    /// Where its colours end, and the image data begin.
    pub(super) colors_end: usize,
    pub(super) x: u16,
    pub(super) y: u16,
    pub(super) width: u16,
    pub(super) height: u16,
    pub(super) packed: u8,
    pub(super) min_size: u8,
}

impl Image {
    fn is_interlaced(&self) -> bool {
        self.packed & 0x40 != 0
    }
}

impl Walk<'_> {
    /// How much of an image to leave: width and height of what lies on the screen. `None` when all of it does, or
    /// when the rest shall stay.
    pub(super) fn beyond_screen(&mut self, image: &Image) -> Result<Option<(u16, u16)>, Error> {
        let (right, lower) = (image.x.saturating_add(image.width), image.y.saturating_add(image.height));
        // Of a screen without pixels viewers make one of the size of the first image.
        if self.screen.0 == 0 || self.screen.1 == 0 {
            self.screen = (right, lower);
        }
        let left = |screen: u16, from: u16, size: u16| screen.saturating_sub(from).min(size);
        let shown = (left(self.screen.0, image.x, image.width), left(self.screen.1, image.y, image.height));
        if shown == (image.width, image.height) {
            return Ok(None);
        }
        let shown = if shown.0 == 0 || shown.1 == 0 { (0, 0) } else { shown };
        let size = |(width, height): (u16, u16)| (u32::from(width), u32::from(height));
        let what = Unseen::Outside { stored: size((image.width, image.height)), shown: size(shown) };
        let place = Place { format: Format::Gif, offset: image.start, source: "GIF frame" };
        if !decide(what, true, place, self.options, self.report)? {
            return Ok(None);
        }
        Ok(Some(shown))
    }

    /// Writes what is shown of an image, and returns where it ends in the input. One of which nothing is shown
    /// becomes a transparent pixel, so that the animation keeps its time.
    pub(super) fn image_within_screen(&mut self, image: &Image, shown: (u16, u16)) -> Result<usize, Error> {
        let data = image.colors_end + 1;
        let end = self.follow(data)?;
        let before = self.out.len();
        let is_outside = shown == (0, 0);
        let control = self.control.take();
        if is_outside {
            // It leaves the screen as it is (disposal method 1, clause 23), and its first colour is transparent.
            let [packed, d0, d1] =
                control.as_ref().map_or([0; 3], |(_, clean)| [clean[3], clean[4], clean[5]]);
            self.out.write(&[EXTENSION, 0xF9, 4, packed & 0x02 | 0x05, d0, d1, 0, 0]);
        } else if let Some((range, clean)) = control {
            self.out.replace(range, &clean);
        }
        let (x, y, width, height) =
            if is_outside { (0, 0, 1, 1) } else { (image.x, image.y, shown.0, shown.1) };
        let numbers = [x, y, width, height].map(u16::to_le_bytes).concat();
        self.out.write(&[&[IMAGE][..], &numbers, &[image.packed & 0xE7]].concat());
        let named = if is_outside { 0 } else { 1 << image.min_size };
        self.colors(image.start + 10..image.colors_end, named, None);
        let codes = if is_outside {
            one_pixel(image.min_size, 0)
        } else {
            let crop = Crop {
                old: (image.width.into(), image.height.into()),
                new: (shown.0.into(), shown.1.into()),
                is_interlaced: image.is_interlaced(),
            };
            cropped(self.sub_blocks(data), image.min_size, crop)
        };
        if self.options.cancellation.is_cancelled() {
            return Err(Error::Cancelled);
        }
        self.out.write(&[image.min_size]);
        for block in codes.chunks(255) {
            self.out.write(&[&[block.len() as u8][..], block].concat());
        }
        self.out.write(&[0]);
        let removed = (end - image.start).saturating_sub(self.out.len() - before).max(1);
        self.report.remove(Category::HiddenPixels, "beyond the screen", image.start, removed);
        Ok(end)
    }

    /// The sub-blocks from `at` on, which are known to be all there.
    fn sub_blocks(&self, mut at: usize) -> impl Iterator<Item = &[u8]> {
        std::iter::from_fn(move || {
            if self.options.cancellation.is_cancelled() {
                return None;
            }
            let length = usize::from(*self.input.get(at)?);
            let block = self.input.get(at + 1..at + 1 + length)?;
            at += 1 + length;
            (length > 0).then_some(block)
        })
    }
}

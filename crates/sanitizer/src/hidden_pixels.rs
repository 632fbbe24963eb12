//! Pixels that a file holds and no viewer shows: what counts as such, and what becomes of it.
//!
//! Who crops a picture, or makes a part of it transparent, sees it gone. Often it is not:
//! the tool has only written down what is to be shown. **A pixel is hidden when a viewer that
//! follows the format shows it at no time.** That are:
//!
//! - HEIC and AVIF: what a `clap` property, the conformance window of HEVC, or the stated size
//!   (`ispe`) cuts off; tiles of a grid outside of its output; parts of an overlay's pictures
//!   (`iovl`) outside of its canvas or under another one of them, transparent or not.
//! - GIF: what of a frame lies beyond the screen. (Browsers enlarge the screen to the first
//!   frame, others do not: what the file calls its screen counts.)
//! - APNG: a still picture that is no frame of the animation.
//! - PNG and lossless WebP: the colours of pixels with an alpha of 0, unless all these have one
//!   colour, as encoders write it; in a palette, which of several transparent entries they have.
//!
//! Not hidden is what is shown, however short: a frame with a delay of 0, which browsers show
//! for 100 ms, or a frame that the next one covers. Nor is padding below one coding block:
//!
//! - the blocks that JPEG, VP8 and HEVC fill up at the right and lower edge;
//! - less than 64 pixels on each axis that `clap`, conformance window or `ispe` cut off, since
//!   blocks of HEVC have up to 64 and encoders cut what fills them up that way;
//! - what the last row and column of a grid's tiles have more than the output, since all tiles
//!   have one size: less than one tile, or than half of it where there is only one row or column,
//!   and in any case less than 1024 pixels.
//!
//! Not looked at, for it would take a whole decoder: colours under the alpha of lossy WebP (its
//! encoders smooth them away), HEIC and AVIF. Nor are equal codings: a colour key of PNG is one
//! colour, and colours of a palette that no pixel has show no picture.

use std::fmt;

use crate::{Error, Format, HiddenPixels, HiddenPixelsOutcome, Options, Report, facts::FactKind};

/// So many pixels of an axis may be cut off: they fill up a coding block.
pub(crate) const BLOCK: u32 = 64;

/// What nobody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Unseen {
    /// What lies outside of an area: width and height as stored and as shown, in pixels.
    Outside {
        /// Width and height as stored.
        stored: (u32, u32),
        /// How much of that is shown.
        shown: (u32, u32),
    },
    /// What another picture of an overlay lies upon.
    Covered,
    /// Colours of pixels that are fully transparent.
    Transparent,
    /// A still picture that is no frame of the animation.
    StillOfAnimation,
}

impl Unseen {
    /// What of a picture's `stored` size is cut off to show it in `shown`; `None` when it is
    /// less than one coding block.
    pub(crate) fn outside(stored: (u32, u32), shown: (u32, u32)) -> Option<Self> {
        let is_more = |stored: u32, shown: u32| stored.saturating_sub(shown) >= BLOCK;
        (is_more(stored.0, shown.0) || is_more(stored.1, shown.1)).then_some(Self::Outside { stored, shown })
    }
}

impl fmt::Display for Unseen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outside { stored, shown } => write!(
                f,
                "pixels outside of what is shown: {} x {} of which {} x {} are shown",
                stored.0, stored.1, shown.0, shown.1
            ),
            Self::Covered => f.write_str("pixels of a picture that another one covers"),
            Self::Transparent => f.write_str("colours of pixels that are fully transparent"),
            Self::StillOfAnimation => f.write_str("a still picture that the animation does not show"),
        }
    }
}

/// Where hidden pixels were found.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) format: Format,
    /// In bytes from the start of the file.
    pub(crate) offset: usize,
    /// A property, chunk or block, for facts.
    pub(crate) source: &'static str,
}

/// Whether to blank what was found. The report tells of it in any case.
///
/// # Errors
/// When the options say so, or when they want it blanked and it cannot be.
pub(crate) fn decide(
    what: Unseen,
    can_blank: bool,
    place: Place,
    options: &Options,
    report: &mut Report,
) -> Result<bool, Error> {
    let blanks = match options.hidden_pixels {
        HiddenPixels::Keep => false,
        HiddenPixels::Blank if can_blank => true,
        HiddenPixels::Blank | HiddenPixels::Refuse => {
            let Place { format, offset, .. } = place;
            let advice = if options.hidden_pixels == HiddenPixels::Refuse {
                "the options refuse it"
            } else {
                "they cannot be blanked without loss: save what is shown as a new picture"
            };
            return Err(Error::HiddenPixels { format, offset, what, advice });
        }
    };
    // The first is told in the report, all of them in the facts.
    if report.hidden_pixels == HiddenPixelsOutcome::None {
        report.hidden_pixels =
            if blanks { HiddenPixelsOutcome::Blanked { what } } else { HiddenPixelsOutcome::Kept { what } };
    }
    if let Some(facts) = &mut report.facts {
        facts.add(FactKind::HiddenPixels, &what.to_string(), place.source);
    }
    Ok(blanks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_than_a_block_is_padding() {
        assert_eq!(Unseen::outside((1920, 1088), (1920, 1080)), None);
        assert_eq!(Unseen::outside((64, 64), (1, 1)), None);
        assert_eq!(Unseen::outside((8, 8), (100, 100)), None, "more is shown than there is");
        let (stored, shown) = ((256, 192), (256, 128));
        assert_eq!(Unseen::outside(stored, shown), Some(Unseen::Outside { stored, shown }));
    }

    #[test]
    fn the_options_decide() {
        let place = Place { format: Format::Gif, offset: 7, source: "frame" };
        let what = Unseen::outside((256, 192), (8, 8)).unwrap();
        let run = |hidden_pixels, can_blank| {
            let mut report = Report::new(Format::Gif, 8, 8);
            let options = Options { hidden_pixels, ..Options::default() };
            let decided = decide(what, can_blank, place, &options, &mut report);
            (decided.map_err(|error| error.to_string()), report.hidden_pixels)
        };
        assert_eq!(run(HiddenPixels::Keep, true), (Ok(false), HiddenPixelsOutcome::Kept { what }));
        assert_eq!(run(HiddenPixels::Blank, true), (Ok(true), HiddenPixelsOutcome::Blanked { what }));
        let refused = "the GIF file holds pixels outside of what is shown: 256 x 192 of which 8 x 8 are shown (byte 7); \
                       they cannot be blanked without loss: save what is shown as a new picture";
        assert_eq!(run(HiddenPixels::Blank, false).0, Err(refused.into()));
        assert!(run(HiddenPixels::Refuse, true).0.is_err());
    }
}

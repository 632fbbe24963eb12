//! How the function cleans pictures, as far as that can be chosen.

use std::ops::RangeInclusive;

use sanitizer::{GainMaps, HiddenPixels, IccPolicy, Options, Orientation, Rights};

/// How many megapixels a limit may be: beyond the last is no picture that a format could hold in the
/// memory of a function.
pub const MEGAPIXELS: RangeInclusive<u32> = 1..=100_000;

/// The choices. `upload` predicts with the same options that the function cleans with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cleaning {
    /// What becomes of the EXIF orientation.
    pub orientation: Orientation,
    /// What becomes of the colour profile.
    pub icc: IccPolicy,
    /// What becomes of an HDR gain map.
    pub gain_maps: GainMaps,
    /// What becomes of pixels that nobody sees.
    pub hidden_pixels: HiddenPixels,
    /// The most megapixels that a picture may have.
    pub max_megapixels: u32,
    /// Which words about rights stay.
    pub keep: Rights,
}

impl Default for Cleaning {
    fn default() -> Self {
        let Options { orientation, icc, gain_maps, hidden_pixels, max_megapixels, keep, .. } =
            Options::default();
        Self { orientation, icc, gain_maps, hidden_pixels, max_megapixels, keep }
    }
}

impl Cleaning {
    /// The sanitizer's options for them. What cannot be chosen has the sanitizer's default.
    #[must_use]
    pub fn options(self) -> Options {
        let Self { orientation, icc, gain_maps, hidden_pixels, max_megapixels, keep } = self;
        let mut options = Options::default();
        options.orientation = orientation;
        options.icc = icc;
        options.gain_maps = gain_maps;
        options.hidden_pixels = hidden_pixels;
        options.max_megapixels = max_megapixels;
        options.keep = keep;
        options
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_chosen_is_the_default_of_the_sanitizer() {
        assert_eq!(Cleaning::default().options(), Options::default());
    }

    #[test]
    fn every_choice_is_an_option() {
        let chosen = Cleaning {
            orientation: Orientation::Tag,
            icc: IccPolicy::Drop,
            gain_maps: GainMaps::Drop,
            hidden_pixels: HiddenPixels::Keep,
            max_megapixels: 7,
            keep: Rights::ALL,
        };
        let options = chosen.options();
        assert_eq!(options.hidden_pixels, HiddenPixels::Keep);
        assert_eq!(
            (options.orientation, options.icc, options.gain_maps, options.max_megapixels, options.keep),
            (Orientation::Tag, IccPolicy::Drop, GainMaps::Drop, 7, Rights::ALL)
        );
    }
}

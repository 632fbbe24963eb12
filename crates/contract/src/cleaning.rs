//! How the function cleans pictures, as far as that can be chosen.

use sanitizer::{GainMaps, IccPolicy, Options, Orientation};

/// The choices. `upload` predicts with the same options that the function cleans with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cleaning {
    /// What becomes of the EXIF orientation.
    pub orientation: Orientation,
    /// What becomes of the colour profile.
    pub icc: IccPolicy,
    /// What becomes of an HDR gain map.
    pub gain_maps: GainMaps,
}

impl Cleaning {
    /// The sanitizer's options for them. What cannot be chosen has the sanitizer's default.
    #[must_use]
    pub fn options(self) -> Options {
        let Self { orientation, icc, gain_maps } = self;
        let mut options = Options::default();
        options.orientation = orientation;
        options.icc = icc;
        options.gain_maps = gain_maps;
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
        let chosen =
            Cleaning { orientation: Orientation::Tag, icc: IccPolicy::Drop, gain_maps: GainMaps::Drop };
        let options = chosen.options();
        assert_eq!(
            (options.orientation, options.icc, options.gain_maps),
            (Orientation::Tag, IccPolicy::Drop, GainMaps::Drop)
        );
    }
}

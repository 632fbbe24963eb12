//! What a gain map means: the numbers of ISO 21496-1, clause 5, and the bounds
//! within which they make sense.

use super::grid::Millionths;

/// The numbers of one colour channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Channel {
    /// The gain where the map is darkest, as a logarithm to base 2.
    pub min: Millionths,
    /// The gain where it is brightest.
    pub max: Millionths,
    pub gamma: Millionths,
    pub base_offset: Millionths,
    pub alternate_offset: Millionths,
}

/// The numbers of a gain map. Only made by [`Metadata::new`], so they are in bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Metadata {
    base_headroom: Millionths,
    alternate_headroom: Millionths,
    channels: [Channel; 3],
    uses_base_colours: bool,
}

/// No screen and no file has more stops of headroom, or of gain.
const MOST_STOPS: Millionths = Millionths::new(16_000_000);
const LEAST_STOPS: Millionths = Millionths::new(-16_000_000);
const LEAST_GAMMA: Millionths = Millionths::new(10_000);
const MOST_GAMMA: Millionths = Millionths::new(16_000_000);
const ZERO: Millionths = Millionths::new(0);
const ONE: Millionths = Millionths::new(1_000_000);

impl Metadata {
    /// Takes numbers that make sense together.
    ///
    /// # Errors
    /// Why they do not. Readers refuse such a map, or the whole picture with it.
    pub(crate) fn new(
        base_headroom: Millionths,
        alternate_headroom: Millionths,
        channels: [Channel; 3],
        uses_base_colours: bool,
    ) -> Result<Self, &'static str> {
        for headroom in [base_headroom, alternate_headroom] {
            if !(ZERO..=MOST_STOPS).contains(&headroom) {
                return Err("its headroom is out of bounds");
            }
        }
        if base_headroom == alternate_headroom {
            return Err("its two headrooms are the same");
        }
        for Channel { min, max, gamma, base_offset, alternate_offset } in &channels {
            if *min < LEAST_STOPS || *max > MOST_STOPS || max < min {
                return Err("its gain is out of bounds");
            }
            if !(LEAST_GAMMA..=MOST_GAMMA).contains(gamma) {
                return Err("its gamma is out of bounds");
            }
            if [base_offset, alternate_offset].iter().any(|offset| !(ZERO..=ONE).contains(*offset)) {
                return Err("its offsets are out of bounds");
            }
        }
        Ok(Self { base_headroom, alternate_headroom, channels, uses_base_colours })
    }

    /// How much brighter than white, in stops, the screen is that the base
    /// picture is made for.
    pub(crate) fn base_headroom(&self) -> Millionths {
        self.base_headroom
    }

    /// The same for the picture that the map makes of it.
    pub(crate) fn alternate_headroom(&self) -> Millionths {
        self.alternate_headroom
    }

    /// The headroom of the brighter one of the two pictures.
    pub(crate) fn most_headroom(&self) -> Millionths {
        self.base_headroom.max(self.alternate_headroom)
    }

    /// One channel when all three are the same, else red, green and blue.
    pub(crate) fn channels(&self) -> &[Channel] {
        let [first, others @ ..] = &self.channels;
        if others.iter().all(|other| other == first) { &self.channels[..1] } else { &self.channels }
    }

    /// Whether the map is applied in the colours of the base picture, and not in
    /// those of its own profile.
    pub(crate) fn uses_base_colours(&self) -> bool {
        self.uses_base_colours
    }

    /// Whether the base picture is the brighter one.
    pub(crate) fn is_base_hdr(&self) -> bool {
        self.base_headroom > self.alternate_headroom
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(crate) const CHANNEL: Channel = Channel {
        min: ZERO,
        max: Millionths::new(2_300_000),
        gamma: ONE,
        base_offset: Millionths::new(15_625),
        alternate_offset: Millionths::new(15_625),
    };

    /// Metadata of one channel, as phones write it.
    pub(crate) fn plain() -> Metadata {
        Metadata::new(ZERO, Millionths::new(2_300_000), [CHANNEL; 3], true).unwrap()
    }

    /// Any metadata in bounds.
    pub(crate) fn any() -> impl Strategy<Value = Metadata> {
        let stops = -16_000_000..=16_000_000;
        let channel = (stops.clone(), stops, 10_000..=16_000_000, 0..=1_000_000, 0..=1_000_000).prop_map(
            |(a, b, gamma, base_offset, alternate_offset): (i32, i32, i32, i32, i32)| Channel {
                min: Millionths::new(a.min(b)),
                max: Millionths::new(a.max(b)),
                gamma: Millionths::new(gamma),
                base_offset: Millionths::new(base_offset),
                alternate_offset: Millionths::new(alternate_offset),
            },
        );
        let channels = prop_oneof![
            channel.clone().prop_map(|channel| [channel; 3]),
            [channel.clone(), channel.clone(), channel],
        ];
        let headroom = 0..=16_000_000;
        (headroom.clone(), headroom, channels, any_bool()).prop_filter_map(
            "equal headrooms",
            |(base, alternate, channels, uses_base_colours)| {
                Metadata::new(Millionths::new(base), Millionths::new(alternate), channels, uses_base_colours)
                    .ok()
            },
        )
    }

    fn any_bool() -> impl Strategy<Value = bool> {
        prop_oneof![Just(false), Just(true)]
    }

    #[test]
    fn three_equal_channels_are_one() {
        assert_eq!(plain().channels().len(), 1);
        let other = Channel { gamma: MOST_GAMMA, ..CHANNEL };
        let three = Metadata::new(ZERO, ONE, [CHANNEL, CHANNEL, other], true).unwrap();
        assert_eq!(three.channels().len(), 3);
    }

    #[test]
    fn numbers_out_of_bounds_are_refused() {
        let with = |channel| Metadata::new(ZERO, ONE, [CHANNEL, CHANNEL, channel], true);
        let off = Millionths::new;
        with(CHANNEL).unwrap();
        for bad in [
            Channel { max: off(-1), ..CHANNEL },
            Channel { max: off(16_000_001), ..CHANNEL },
            Channel { min: off(-16_000_001), ..CHANNEL },
            Channel { gamma: off(0), ..CHANNEL },
            Channel { gamma: off(-1), ..CHANNEL },
            Channel { gamma: off(16_000_001), ..CHANNEL },
            Channel { base_offset: off(-1), ..CHANNEL },
            Channel { alternate_offset: off(1_000_001), ..CHANNEL },
        ] {
            with(bad).unwrap_err();
        }
        for (base, alternate) in [(0, 0), (-1, 1), (0, 16_000_001)] {
            Metadata::new(off(base), off(alternate), [CHANNEL; 3], true).unwrap_err();
        }
    }
}

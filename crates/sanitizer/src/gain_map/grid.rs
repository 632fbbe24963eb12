//! Numbers in millionths: one form for each value, so that none of the many
//! fractions or spellings of a number can carry a message.

use std::fmt;

/// A number in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Millionths(i32);

/// The denominator of every number that is written.
pub(crate) const DENOMINATOR: u32 = 1_000_000;

/// The longest spelling of a number that is read. Writers use 6 to 17 digits.
const SPELLING_LIMIT: usize = 40;

impl Millionths {
    /// So many millionths.
    pub(crate) const fn new(millionths: i32) -> Self {
        Self(millionths)
    }

    /// The millionth that is next to a fraction; `None` when the fraction is
    /// none, or out of range.
    pub(crate) fn from_fraction(numerator: i64, denominator: u32) -> Option<Self> {
        if denominator == 0 {
            return None;
        }
        let (above, below) = (i128::from(numerator) * i128::from(DENOMINATOR), i128::from(denominator));
        // Half a unit away from zero, so that a number and its negative round alike.
        let rounded = (2 * above.abs() + below) / (2 * below) * above.signum();
        i32::try_from(rounded).ok().map(Self)
    }

    /// The millionth that is next to a decimal number as XMP writes it; `None`
    /// when the text is anything else, or out of range.
    pub(crate) fn from_decimal(text: &str) -> Option<Self> {
        let text = text.trim_ascii();
        let is_spelling =
            text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
        if !is_spelling || text.len() > SPELLING_LIMIT {
            return None;
        }
        Self::from_f64(text.parse().ok()?)
    }

    /// The millionth that is next to a number; `None` when it is out of range.
    pub(crate) fn from_f64(number: f64) -> Option<Self> {
        let scaled = (number * f64::from(DENOMINATOR)).round();
        // The cast is exact within these bounds, and turns -0 into 0.
        (scaled.abs() <= f64::from(i32::MAX)).then_some(Self(scaled as i32))
    }

    /// The numerator over [`DENOMINATOR`].
    pub(crate) fn numerator(self) -> i32 {
        self.0
    }

    /// The number.
    pub(crate) fn to_f64(self) -> f64 {
        f64::from(self.0) / f64::from(DENOMINATOR)
    }
}

/// The shortest decimal number, never with an exponent.
impl fmt::Display for Millionths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0.unsigned_abs() / DENOMINATOR, self.0.unsigned_abs() % DENOMINATOR);
        let sign = if self.0 < 0 { "-" } else { "" };
        if rest == 0 {
            return write!(f, "{sign}{whole}");
        }
        let digits = format!("{rest:06}");
        write!(f, "{sign}{whole}.{}", digits.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fractions_round_to_the_next_millionth() {
        let of = |n, d| Millionths::from_fraction(n, d).map(Millionths::numerator);
        assert_eq!(of(1, 64), Some(15_625));
        assert_eq!(of(2, 3), Some(666_667));
        assert_eq!(of(-2, 3), Some(-666_667));
        assert_eq!(of(1, 2_000_000), Some(1), "half a unit goes away from zero");
        assert_eq!(of(-1, 2_000_000), Some(-1));
        assert_eq!(of(0, u32::MAX), Some(0));
        assert_eq!(of(1, 0), None);
        assert_eq!(of(i64::from(i32::MIN), 1), None);
    }

    #[test]
    fn decimals_are_plain_numbers_only() {
        let of = |text| Millionths::from_decimal(text).map(Millionths::numerator);
        assert_eq!(of("0.015625"), Some(15_625));
        assert_eq!(of(" -0.256907\n"), Some(-256_907));
        assert_eq!(of("2.3"), Some(2_300_000));
        assert_eq!(of("+1e-5"), Some(10));
        assert_eq!(of("-0.0"), Some(0));
        for text in ["", "inf", "NaN", "1/64", "0x1", "1,5", "1 2", "2148", "1e309", "--1", "1;"] {
            assert_eq!(of(text), None, "{text}");
        }
        assert_eq!(of(&"0".repeat(SPELLING_LIMIT + 1)), None);
    }

    #[test]
    fn a_number_is_written_in_its_shortest_form() {
        for (number, text) in
            [(0, "0"), (1, "0.000001"), (-15_625, "-0.015625"), (2_300_000, "2.3"), (-16_000_000, "-16")]
        {
            assert_eq!(Millionths::new(number).to_string(), text);
        }
    }

    proptest! {
        #[test]
        fn every_number_on_the_grid_is_a_fixed_point(number: i32) {
            let number = Millionths::new(number);
            prop_assert_eq!(Millionths::from_decimal(&number.to_string()), Some(number));
            prop_assert_eq!(Millionths::from_fraction(number.numerator().into(), DENOMINATOR), Some(number));
            prop_assert_eq!(Millionths::from_f64(number.to_f64()), Some(number));
        }

        #[test]
        fn any_fraction_is_off_by_half_a_millionth_at_most(n in i64::from(i32::MIN)..=i64::from(u32::MAX), d: u32) {
            let Some(number) = Millionths::from_fraction(n, d) else {
                prop_assert!(d == 0 || n.unsigned_abs() / u64::from(d) >= 2147);
                return Ok(());
            };
            // |number/10^6 - n/d| <= 1/(2 * 10^6), without rounding.
            let off = i128::from(number.numerator()) * i128::from(d) - i128::from(n) * 1_000_000;
            prop_assert!(2 * off.abs() <= i128::from(d));
        }

        #[test]
        fn any_text_is_read_without_harm(text: String) {
            Millionths::from_decimal(&text);
        }
    }
}

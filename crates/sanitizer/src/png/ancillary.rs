//! The ancillary chunks that a picture may need to look right (W3C PNG, third
//! edition, 11.3), and what makes each of them acceptable. A chunk out of
//! place, of the wrong length, or there a second time is ignored by libpng and
//! goes here.
//!
//! Suggested palettes (sPLT, PLTE of true colour) and how often each colour is
//! used (hIST) are for screens of few colours (11.3.4): they go, since nobody
//! needs them and they may hold anything.

use super::{
    chunk::{self, Kind},
    header::{Color, Header},
};
use crate::Category;

/// What becomes of a chunk.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It stays as it is.
    Keep,
    /// This chunk takes its place; what is lost is of that category.
    Rewrite(Vec<u8>, Category),
    /// It goes.
    Drop(Category),
}

/// How far the file is, as far as the order of chunks matters (5.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    BeforePalette,
    BeforeData,
    InData,
    AfterData,
}

/// What the rules depend on.
pub(super) struct Rules {
    pub(super) header: Header,
    /// Entries of PLTE, 0 without one.
    pub(super) palette: usize,
    pub(super) phase: Phase,
    seen: Vec<Kind>,
}

impl Rules {
    pub(super) fn new(header: Header) -> Self {
        Self { header, palette: 0, phase: Phase::BeforePalette, seen: Vec::new() }
    }

    /// Whether chunks of this kind are on the list.
    pub(super) fn knows(kind: Kind) -> bool {
        last_phase(kind).is_some()
    }

    /// Whether an iCCP chunk may stand here. The first one counts, whatever is in it, as
    /// it does for libpng.
    pub(super) fn takes_profile(&mut self) -> bool {
        let is_first = self.phase == Phase::BeforePalette && !self.seen.contains(b"iCCP");
        if is_first {
            self.seen.push(*b"iCCP");
        }
        is_first
    }

    /// Judges a chunk that is on the list and whose CRC is right.
    pub(super) fn judge(&mut self, kind: Kind, data: &[u8]) -> Verdict {
        let in_place = last_phase(kind).is_some_and(|last| self.phase <= last);
        if !in_place || self.seen.contains(&kind) || !self.fits(kind, data) {
            return Verdict::Drop(Category::Hidden);
        }
        match &kind {
            b"tRNS" if self.header.color != Color::Palette => {
                self.seen.push(kind);
                self.transparent_color(data)
            }
            _ => {
                self.seen.push(kind);
                Verdict::Keep
            }
        }
    }

    /// Whether length and values are those that the format knows.
    fn fits(&self, kind: Kind, data: &[u8]) -> bool {
        let palette = self.header.color == Color::Palette;
        match (&kind, data) {
            (b"gAMA" | b"cICP", data) => data.len() == 4,
            (b"cHRM", data) => data.len() == 32,
            (b"mDCV", data) => data.len() == 24,
            (b"cLLI", data) => data.len() == 8,
            (b"sRGB", data) => matches!(data, [0..=3]),
            (b"pHYs", data) => matches!(data, [_, _, _, _, _, _, _, _, 0..=1]),
            (b"sBIT", data) => {
                let samples = match self.header.color {
                    Color::Grey => 1,
                    Color::GreyAlpha => 2,
                    Color::Rgb | Color::Palette => 3,
                    Color::Rgba => 4,
                };
                let depth = if palette { 8 } else { self.header.depth };
                data.len() == samples && data.iter().all(|bits| (1..=depth).contains(bits))
            }
            (b"bKGD", data) => match self.header.color {
                Color::Grey | Color::GreyAlpha => self.are_samples(data, 1),
                Color::Rgb | Color::Rgba => self.are_samples(data, 3),
                Color::Palette => matches!(data, [index] if usize::from(*index) < self.palette),
            },
            (b"tRNS", data) => match self.header.color {
                Color::Grey => data.len() == 2,
                Color::Rgb => data.len() == 6,
                Color::Palette => !data.is_empty() && data.len() <= self.palette,
                Color::GreyAlpha | Color::Rgba => false,
            },
            _ => false,
        }
    }

    /// Whether `data` is `count` samples of 16 bits that hold no more than the
    /// bit depth allows: the bits above are read by nobody.
    fn are_samples(&self, data: &[u8], count: usize) -> bool {
        data.len() == 2 * count
            && data.as_chunks::<2>().0.iter().all(|sample| u16::from_be_bytes(*sample) <= self.largest())
    }

    /// The largest sample of this bit depth.
    fn largest(&self) -> u16 {
        u16::MAX >> (16 - self.header.depth.min(16))
    }

    /// tRNS of one colour. Of a sample only the bits of the bit depth count
    /// (11.3.1.1), and there are encoders that set more: without those it is
    /// the same colour and hides nothing.
    fn transparent_color(&self, data: &[u8]) -> Verdict {
        let samples = data.as_chunks::<2>().0.iter().map(|sample| u16::from_be_bytes(*sample));
        let masked: Vec<u8> = samples.flat_map(|sample| (sample & self.largest()).to_be_bytes()).collect();
        if masked == data {
            return Verdict::Keep;
        }
        Verdict::Rewrite(chunk::encode(*b"tRNS", &[&masked]), Category::Hidden)
    }
}

/// The last phase in which a chunk of this kind may come; `None` when it is
/// not on the list.
fn last_phase(kind: Kind) -> Option<Phase> {
    match &kind {
        b"cHRM" | b"cICP" | b"gAMA" | b"mDCV" | b"cLLI" | b"sBIT" | b"sRGB" => Some(Phase::BeforePalette),
        b"tRNS" | b"bKGD" | b"pHYs" => Some(Phase::BeforeData),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(color: Color, depth: u8) -> Rules {
        let header = Header { width: 1, height: 1, depth, color, interlaced: false };
        Rules::new(header)
    }

    #[test]
    fn each_chunk_has_its_length_place_and_number() {
        const HIDDEN: Verdict = Verdict::Drop(Category::Hidden);
        let mut rgb = rules(Color::Rgb, 8);
        assert_eq!(rgb.judge(*b"gAMA", &[0; 5]), HIDDEN);
        assert_eq!(rgb.judge(*b"gAMA", &[0; 4]), Verdict::Keep);
        assert_eq!(rgb.judge(*b"gAMA", &[0; 4]), HIDDEN, "a second one");
        assert_eq!(rgb.judge(*b"sBIT", &[8, 8, 8]), Verdict::Keep);
        assert_eq!(rgb.judge(*b"tRNS", &[0, 9]), HIDDEN);
        assert_eq!(rgb.judge(*b"tRNS", &[0, 9, 0, 9, 0, 9]), Verdict::Keep);
        rgb.phase = Phase::BeforeData;
        assert_eq!(rgb.judge(*b"cHRM", &[0; 32]), HIDDEN, "after PLTE");
        rgb.phase = Phase::AfterData;
        assert_eq!(rgb.judge(*b"pHYs", &[0; 9]), HIDDEN, "after IDAT");
        let mut indexed = rules(Color::Palette, 8);
        indexed.palette = 3;
        assert_eq!(indexed.judge(*b"tRNS", &[0; 4]), HIDDEN, "more than the palette has");
        assert!(![b"hIST", b"sPLT"].iter().any(|kind| Rules::knows(**kind)));
        assert_eq!(indexed.judge(*b"bKGD", &[3]), HIDDEN);
    }

    #[test]
    fn of_a_transparent_colour_only_the_bits_that_count_stay() {
        let mut grey = rules(Color::Grey, 1);
        let Verdict::Rewrite(chunk, _) = grey.judge(*b"tRNS", &[0, 255]) else { panic!("not rewritten") };
        assert_eq!(chunk[8..chunk.len() - 4], [0, 1]);
        let mut deep = rules(Color::Rgb, 16);
        assert_eq!(deep.judge(*b"tRNS", &[255; 6]), Verdict::Keep);
    }
}

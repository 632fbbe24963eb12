//! The arithmetic decoding engine (ITU-T H.265, 9.3.4.3).
//!
//! It knows to the bit how far the standard's decoder has read. The code of given
//! bins has one form only: an encoder that ends it has two numbers to choose from, of
//! which one has the bit 1 at the end that must stand there (9.3.2.5). So what is
//! before the end is what the bins say, and nothing else.

use super::super::bits::Parsed;

/// `rangeTabLps` (table 9-52).
const RANGE_LPS: [[u8; 4]; 64] = [
    [128, 176, 208, 240],
    [128, 167, 197, 227],
    [128, 158, 187, 216],
    [123, 150, 178, 205],
    [116, 142, 169, 195],
    [111, 135, 160, 185],
    [105, 128, 152, 175],
    [100, 122, 144, 166],
    [95, 116, 137, 158],
    [90, 110, 130, 150],
    [85, 104, 123, 142],
    [81, 99, 117, 135],
    [77, 94, 111, 128],
    [73, 89, 105, 122],
    [69, 85, 100, 116],
    [66, 80, 95, 110],
    [62, 76, 90, 104],
    [59, 72, 86, 99],
    [56, 69, 81, 94],
    [53, 65, 77, 89],
    [51, 62, 73, 85],
    [48, 59, 69, 80],
    [46, 56, 66, 76],
    [43, 53, 63, 72],
    [41, 50, 59, 69],
    [39, 48, 56, 65],
    [37, 45, 54, 62],
    [35, 43, 51, 59],
    [33, 41, 48, 56],
    [32, 39, 46, 53],
    [30, 37, 43, 50],
    [29, 35, 41, 48],
    [27, 33, 39, 45],
    [26, 31, 37, 43],
    [24, 30, 35, 41],
    [23, 28, 33, 39],
    [22, 27, 32, 37],
    [21, 26, 30, 35],
    [20, 24, 29, 33],
    [19, 23, 27, 31],
    [18, 22, 26, 30],
    [17, 21, 25, 28],
    [16, 20, 23, 27],
    [15, 19, 22, 25],
    [14, 18, 21, 24],
    [14, 17, 20, 23],
    [13, 16, 19, 22],
    [12, 15, 18, 21],
    [12, 14, 17, 20],
    [11, 14, 16, 19],
    [11, 13, 15, 18],
    [10, 12, 15, 17],
    [10, 12, 14, 16],
    [9, 11, 13, 15],
    [9, 11, 12, 14],
    [8, 10, 12, 14],
    [8, 9, 11, 13],
    [7, 9, 11, 12],
    [7, 9, 10, 12],
    [7, 8, 10, 11],
    [6, 8, 9, 11],
    [6, 7, 9, 10],
    [6, 7, 8, 9],
    [2, 2, 2, 2],
];

/// `transIdxLps` (table 9-53).
const AFTER_LPS: [u8; 64] = [
    0, 0, 1, 2, 2, 4, 4, 5, 6, 7, 8, 9, 9, 11, 11, 12, 13, 13, 15, 15, 16, 16, 18, 18, 19, 19, 21, 21, 22,
    22, 23, 24, 24, 25, 26, 26, 27, 27, 28, 29, 29, 30, 30, 30, 31, 32, 32, 33, 33, 33, 34, 34, 35, 35, 35,
    36, 36, 36, 37, 37, 37, 38, 38, 63,
];

/// By a context's state: the state after a bin that was the more probable one, and after another.
const NEXT: [[u8; 2]; 128] = {
    let mut next = [[0; 2]; 128];
    let mut state = 0;
    while state < 128 {
        let (probability, mps) = (state as u8 >> 1, state as u8 & 1);
        let more = if probability < 62 { probability + 1 } else { probability };
        let flipped = if probability == 0 { 1 - mps } else { mps };
        next[state] = [more << 1 | mps, AFTER_LPS[probability as usize] << 1 | flipped];
        state += 1;
    }
    next
};

/// A context variable: `pStateIdx` and, in the lowest bit, `valMps`.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Context(u8);

impl Context {
    /// Clause 9.3.2.2: from `initValue` and `SliceQpY`.
    pub(super) fn new(value: u8, qp: i32) -> Self {
        let slope = i32::from(value >> 4) * 5 - 45;
        let offset = (i32::from(value & 15) << 3) - 16;
        let state = (((slope * qp.clamp(0, 51)) >> 4) + offset).clamp(1, 126) as u8;
        Self(if state > 63 { (state - 64) << 1 | 1 } else { (63 - state) << 1 })
    }
}

/// The engine. Loops copy it, so that it stays in registers.
#[derive(Clone, Copy)]
pub(super) struct Cabac<'a> {
    data: &'a [u8],
    /// How many bytes were taken; behind the end of the data they are zeros.
    at: usize,
    /// `ivlCurrRange`.
    range: u32,
    /// `ivlOffset`, followed by `ahead` bits that the standard's decoder has not read yet.
    value: u64,
    ahead: u32,
}

impl<'a> Cabac<'a> {
    /// Begins at a byte (9.3.2.5).
    pub(super) fn new(data: &'a [u8], at: usize) -> Self {
        let mut engine = Self { data, at, range: 510, value: 0, ahead: 0 };
        // Nine bits are read.
        engine.take_byte();
        engine.take_byte();
        engine.ahead -= 9;
        engine.fill();
        engine
    }

    fn take_byte(&mut self) {
        let byte = self.data.get(self.at).copied().unwrap_or(0);
        self.value = self.value << 8 | u64::from(byte);
        self.at += 1;
        self.ahead += 8;
    }

    /// Makes sure that at least 16 bits are ahead.
    #[inline]
    fn fill(&mut self) {
        if self.ahead >= 16 {
            return;
        }
        if let Some(next) = self.data.get(self.at..).and_then(<[u8]>::first_chunk::<4>) {
            self.value = self.value << 32 | u64::from(u32::from_be_bytes(*next));
            self.at += 4;
            self.ahead += 32;
        } else {
            self.take_byte();
            self.take_byte();
        }
    }

    /// A bin with a context (9.3.4.3.2).
    #[inline]
    pub(super) fn bin(&mut self, context: &mut Context) -> bool {
        let state = usize::from(context.0 & 127);
        let lps = u32::from(RANGE_LPS[state >> 1][(self.range >> 6 & 3) as usize]);
        self.range -= lps;
        let scaled = u64::from(self.range) << self.ahead;
        // What comes cannot be foreseen, so there is no branch on it.
        let is_less_probable = self.value >= scaled;
        self.value -= scaled & u64::from(is_less_probable).wrapping_neg();
        let range = if is_less_probable { lps } else { self.range };
        let shift = range.leading_zeros() - 23;
        self.range = range << shift;
        self.ahead -= shift;
        context.0 = NEXT[state][usize::from(is_less_probable)];
        self.fill();
        (state & 1 == 1) != is_less_probable
    }

    /// A bin that is as likely as not (9.3.4.3.4).
    #[inline]
    pub(super) fn bypass(&mut self) -> bool {
        self.ahead -= 1;
        let scaled = u64::from(self.range) << self.ahead;
        let bin = self.value >= scaled;
        if bin {
            self.value -= scaled;
        }
        self.fill();
        bin
    }

    /// A number of so many bypass bins, up to 32.
    #[inline]
    pub(super) fn bypass_bits(&mut self, count: u32) -> u32 {
        let (mut number, mut left) = (0, count);
        while left > 0 {
            // So many are always ahead.
            let few = left.min(16);
            for _ in 0..few {
                self.ahead -= 1;
                let scaled = u64::from(self.range) << self.ahead;
                let bin = self.value >= scaled;
                self.value -= if bin { scaled } else { 0 };
                number = number << 1 | u32::from(bin);
            }
            self.fill();
            left -= few;
        }
        number
    }

    /// A bin before which data may end (9.3.4.3.5).
    pub(super) fn terminate(&mut self) -> bool {
        self.range -= 2;
        let scaled = u64::from(self.range) << self.ahead;
        if self.value >= scaled {
            return true;
        }
        if self.range < 256 {
            self.range <<= 1;
            self.ahead -= 1;
            self.fill();
        }
        false
    }

    /// Before bypass bins with `cabac_bypass_alignment_enabled_flag` (9.3.4.3.6).
    pub(super) fn align(&mut self) {
        self.range = 256;
    }

    /// Refuses to go on behind the end of the data.
    pub(super) fn check(&self) -> Parsed<()> {
        if self.position() > self.data.len() * 8 { Err("a slice ends too early") } else { Ok(()) }
    }

    /// How many bits the standard's decoder has read.
    fn position(&self) -> usize {
        self.at * 8 - self.ahead as usize
    }

    /// The byte after those of the code that [`Self::terminate`] has just said ends:
    /// the last bit that was read is 1, and up to the next byte there are zeros. That is
    /// `rbsp_slice_segment_trailing_bits` (7.3.2.11) as well as `byte_alignment` (7.3.2.12).
    pub(super) fn end(&self) -> Parsed<usize> {
        const WRONG: &str = "a slice without the bits that end it";
        let last = self.position().checked_sub(1).ok_or(WRONG)?;
        let byte = self.data.get(last / 8).ok_or("a slice ends too early")?;
        if byte << (last % 8) == 0x80 { Ok(last / 8 + 1) } else { Err(WRONG) }
    }

    /// Begins anew at another byte of the data.
    pub(super) fn restart(&mut self, at: usize) {
        *self = Self::new(self.data, at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An encoder as clause 9.3.4.4 to 9.3.4.6 describe it, bit by bit.
    struct Encoder {
        bits: Vec<bool>,
        low: u32,
        range: u32,
        outstanding: usize,
        is_first: bool,
    }

    impl Encoder {
        fn new(bits: Vec<bool>) -> Self {
            Self { bits, low: 0, range: 510, outstanding: 0, is_first: true }
        }

        fn put(&mut self, bit: bool) {
            if self.is_first {
                self.is_first = false;
            } else {
                self.bits.push(bit);
            }
            self.bits.extend(std::iter::repeat_n(!bit, std::mem::take(&mut self.outstanding)));
        }

        fn shift(&mut self) {
            if self.low < 256 {
                self.put(false);
            } else if self.low >= 512 {
                self.low -= 512;
                self.put(true);
            } else {
                self.low -= 256;
                self.outstanding += 1;
            }
            self.low <<= 1;
        }

        fn renormalize(&mut self) {
            while self.range < 256 {
                self.shift();
                self.range <<= 1;
            }
        }

        fn bin(&mut self, context: &mut Context, bin: bool) {
            let state = usize::from(context.0);
            let lps = u32::from(RANGE_LPS[state >> 1][(self.range >> 6 & 3) as usize]);
            self.range -= lps;
            let is_less_probable = bin != (state & 1 == 1);
            if is_less_probable {
                self.low += self.range;
                self.range = lps;
            }
            context.0 = NEXT[state][usize::from(is_less_probable)];
            self.renormalize();
        }

        fn bypass(&mut self, bin: bool) {
            self.low <<= 1;
            if bin {
                self.low += self.range;
            }
            if self.low >= 1024 {
                self.low -= 1024;
                self.put(true);
            } else if self.low < 512 {
                self.put(false);
            } else {
                self.low -= 512;
                self.outstanding += 1;
            }
        }

        fn terminate(&mut self, bin: bool) {
            self.range -= 2;
            if bin {
                self.low += self.range;
                self.range = 2;
                self.renormalize();
                self.put(self.low >> 9 & 1 == 1);
                // The last bit is 1, whatever the code says.
                self.bits.extend([self.low >> 8 & 1 == 1, true]);
                while !self.bits.len().is_multiple_of(8) {
                    self.bits.push(false);
                }
            } else {
                self.renormalize();
            }
        }

        fn bytes(&self) -> Vec<u8> {
            let byte = |bits: &[bool]| bits.iter().fold(0, |byte, &bit| byte << 1 | u8::from(bit));
            self.bits.chunks(8).map(byte).collect()
        }
    }

    #[derive(Debug, Clone, Copy)]
    enum Bin {
        Context(usize, bool),
        Bypass(bool),
        Terminate,
    }

    /// Bins of all kinds; contexts learn, since what they say is often true.
    fn bins(seed: u32, count: usize) -> Vec<Bin> {
        let mut state = seed.wrapping_mul(2_654_435_761) | 1;
        let mut random = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state
        };
        let bin = |_| match random() % 16 {
            0 => Bin::Terminate,
            1..4 => Bin::Bypass(random() & 1 == 1),
            _ => {
                let context = random() as usize % 4;
                Bin::Context(context, random() % 64 < [1, 8, 32, 63][context])
            }
        };
        (0..count).map(bin).collect()
    }

    #[test]
    fn what_was_encoded_is_decoded_up_to_its_last_bit() {
        for seed in 0..400 {
            let bins = bins(seed, seed as usize * 3);
            let contexts =
                [Context::new(154, 26), Context::new(63, 26), Context::new(197, 0), Context::new(94, 51)];
            let mut encoding = contexts;
            let mut encoder = Encoder::new(Vec::new());
            for bin in &bins {
                match *bin {
                    Bin::Context(context, bin) => encoder.bin(&mut encoding[context], bin),
                    Bin::Bypass(bin) => encoder.bypass(bin),
                    Bin::Terminate => encoder.terminate(false),
                }
            }
            encoder.terminate(true);
            let data = encoder.bytes();
            let longer = [&data[..], b"\x80CANARY"].concat();
            for data in [&data, &longer] {
                let mut decoding = contexts;
                let mut cabac = Cabac::new(data, 0);
                for bin in &bins {
                    match *bin {
                        Bin::Context(context, bin) => assert_eq!(cabac.bin(&mut decoding[context]), bin),
                        Bin::Bypass(bin) => assert_eq!(cabac.bypass(), bin),
                        Bin::Terminate => assert!(!cabac.terminate()),
                    }
                }
                assert!(cabac.terminate());
                cabac.check().unwrap();
                assert_eq!(cabac.end(), Ok(encoder.bytes().len()), "seed {seed}");
                assert_eq!(decoding, encoding);
            }
            // Any other end is none.
            let last = data.len() - 1;
            for other in (0..=255).filter(|&other| other != data[last]) {
                let mut wrong = data.clone();
                wrong[last] = other;
                let mut decoding = contexts;
                let mut cabac = Cabac::new(&wrong, 0);
                let is_same = bins.iter().all(|bin| match *bin {
                    Bin::Context(context, bin) => cabac.bin(&mut decoding[context]) == bin,
                    Bin::Bypass(bin) => cabac.bypass() == bin,
                    Bin::Terminate => !cabac.terminate(),
                });
                assert!(!is_same || !cabac.terminate() || cabac.end().is_err(), "seed {seed}: {other}");
            }
        }
    }

    #[test]
    fn several_bypass_bins_are_one_number() {
        let mut encoder = Encoder::new(Vec::new());
        let numbers = [(32, 0xDEAD_BEEF), (5, 19), (0, 0), (17, 0x1_2345), (1, 1), (31, 0x7FFF_FFFF)];
        for (count, number) in numbers {
            (0..count).rev().for_each(|bit| encoder.bypass(number >> bit & 1 == 1));
        }
        encoder.terminate(true);
        let data = encoder.bytes();
        let mut cabac = Cabac::new(&data, 0);
        for (count, number) in numbers {
            assert_eq!(cabac.bypass_bits(count), number);
        }
        assert!(cabac.terminate());
        assert_eq!(cabac.end(), Ok(data.len()));
    }

    #[test]
    fn data_that_end_too_early_are_seen() {
        let mut cabac = Cabac::new(&[], 0);
        assert!(cabac.check().is_err());
        for _ in 0..1000 {
            cabac.bypass_bits(32);
        }
        assert!(cabac.check().is_err() && cabac.end().is_err());
    }
}

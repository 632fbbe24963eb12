//! Decodes bins.

use super::states::{NEXT, RANGE_LPS};
use crate::heif::bits::Parsed;

/// A context variable: `pStateIdx` and, in the lowest bit, `valMps`.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Context(pub(super) u8);

impl Context {
    /// Clause 9.3.2.2: from `initValue` and `SliceQpY`.
    pub(in super::super) fn new(value: u8, qp: i32) -> Self {
        let slope = i32::from(value >> 4) * 5 - 45;
        let offset = (i32::from(value & 15) << 3) - 16;
        let state = (((slope * qp.clamp(0, 51)) >> 4) + offset).clamp(1, 126) as u8;
        Self(if state > 63 { (state - 64) << 1 | 1 } else { (63 - state) << 1 })
    }
}

/// The engine. Loops copy it, so that it stays in registers.
#[derive(Clone, Copy)]
pub(in super::super) struct Cabac<'a> {
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
    pub(in super::super) fn new(data: &'a [u8], at: usize) -> Self {
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
    pub(in super::super) fn bin(&mut self, context: &mut Context) -> bool {
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
    pub(in super::super) fn bypass(&mut self) -> bool {
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
    pub(in super::super) fn bypass_bits(&mut self, count: u32) -> u32 {
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
    pub(in super::super) fn terminate(&mut self) -> bool {
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
    pub(in super::super) fn align(&mut self) {
        self.range = 256;
    }

    /// Refuses to go on behind the end of the data.
    pub(in super::super) fn check(&self) -> Parsed<()> {
        if self.position() > self.data.len() * 8 { Err("a slice ends too early") } else { Ok(()) }
    }

    /// How many bits the standard's decoder has read.
    fn position(&self) -> usize {
        self.at * 8 - self.ahead as usize
    }

    /// The byte after those of the code that [`Self::terminate`] has just said ends:
    /// the last bit that was read is 1, and up to the next byte there are zeros. That is
    /// `rbsp_slice_segment_trailing_bits` (7.3.2.11) as well as `byte_alignment` (7.3.2.12).
    pub(in super::super) fn end(&self) -> Parsed<usize> {
        const WRONG: &str = "a slice without the bits that end it";
        // `ivlOffset` is within the two numbers that are left of the range; it is not when it
        // was too large from the start, which no encoder makes (9.3.2.5).
        if self.value >> self.ahead >= u64::from(self.range) + 2 {
            return Err(WRONG);
        }
        let last = self.position().checked_sub(1).ok_or(WRONG)?;
        let byte = self.data.get(last / 8).ok_or("a slice ends too early")?;
        if byte << (last % 8) == 0x80 { Ok(last / 8 + 1) } else { Err(WRONG) }
    }

    /// Begins anew at another byte of the data.
    pub(in super::super) fn restart(&mut self, at: usize) {
        *self = Self::new(self.data, at);
    }
}

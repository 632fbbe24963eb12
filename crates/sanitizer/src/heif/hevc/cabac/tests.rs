//! What an encoder as the standard describes it writes.

use super::states::{NEXT, RANGE_LPS};
use super::{Cabac, Context};

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
fn an_offset_that_is_too_large_has_no_end() {
    // Nine ones: 511.
    let mut cabac = Cabac::new(b"\xFF\x80", 0);
    assert!(cabac.terminate());
    assert!(cabac.end().is_err());
    // 508 and 509 are what is left of the range; the last bit is 1.
    let mut cabac = Cabac::new(b"\xFE\x80", 0);
    assert!(cabac.terminate());
    assert_eq!(cabac.end(), Ok(2));
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

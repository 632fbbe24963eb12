//! The prefix codes of lossless image data (RFC 9649, 3.7.2.1): canonical, with
//! codes of up to 15 bits.

use super::vp8l::{Bits, Failure};

const MOST_BITS: usize = 15;

/// The order in which the lengths of the code for code lengths come.
const ORDER: [usize; 19] = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// A code: how many symbols have each length, and the symbols by code.
pub(super) struct PrefixCode {
    counts: [u16; MOST_BITS + 1],
    symbols: Box<[u16]>,
}

impl PrefixCode {
    /// Reads a code for an alphabet of so many symbols.
    pub(super) fn read(bits: &mut Bits<'_>, alphabet: usize) -> Result<Self, Failure> {
        let mut lengths = [0_u8; 256 + 24 + (1 << 11)];
        let lengths = &mut lengths[..alphabet];
        if bits.read(1)? == 1 {
            let two = bits.read(1)? == 1;
            let first_size = if bits.read(1)? == 1 { 8 } else { 1 };
            let mut symbols = vec![bits.read(first_size)?];
            if two {
                symbols.push(bits.read(8)?);
            }
            for symbol in symbols {
                *lengths.get_mut(symbol as usize).ok_or(WRONG)? = 1;
            }
        } else {
            Self::read_lengths(bits, lengths)?;
        }
        Self::new(lengths)
    }

    fn read_lengths(bits: &mut Bits<'_>, lengths: &mut [u8]) -> Result<(), Failure> {
        let mut code_lengths = [0; ORDER.len()];
        let count = bits.read(4)? as usize + 4;
        for &at in ORDER.get(..count).ok_or(WRONG)? {
            code_lengths[at] = bits.read(3)? as u8;
        }
        let code = Self::new(&code_lengths)?;
        let mut left = lengths.len();
        if bits.read(1)? == 1 {
            let size = 2 + 2 * bits.read(3)?;
            left = 2 + bits.read(size)? as usize;
            if left > lengths.len() {
                return Err(WRONG);
            }
        }
        let (mut at, mut previous) = (0, 8);
        while at < lengths.len() && left > 0 {
            left -= 1;
            let (value, times) = match code.symbol(bits)? {
                16 => (previous, 3 + bits.read(2)?),
                17 => (0, 3 + bits.read(3)?),
                18 => (0, 11 + bits.read(7)?),
                length => (length as u8, 1),
            };
            if value != 0 {
                previous = value;
            }
            let end = at + times as usize;
            lengths.get_mut(at..end).ok_or(WRONG)?.fill(value);
            at = end;
        }
        Ok(())
    }

    /// Builds the code of these lengths, 0 for a symbol that has none.
    fn new(lengths: &[u8]) -> Result<Self, Failure> {
        let mut counts = [0_u16; MOST_BITS + 1];
        for &length in lengths {
            counts[usize::from(length)] += 1;
        }
        counts[0] = 0;
        let used: u16 = counts.iter().sum();
        let mut free = 1_i32;
        for &count in &counts[1..] {
            free = 2 * free - i32::from(count);
            if free < 0 {
                return Err(WRONG);
            }
        }
        // A code is complete, or has one symbol, which then takes no bits.
        if used == 0 || (free != 0 && used > 1) {
            return Err(WRONG);
        }
        let mut starts = [0_u16; MOST_BITS + 2];
        for length in 1..=MOST_BITS {
            starts[length + 1] = starts[length] + counts[length];
        }
        let mut symbols = vec![0; usize::from(used)].into_boxed_slice();
        for (symbol, &length) in lengths.iter().enumerate().filter(|(_, length)| **length > 0) {
            let start = &mut starts[usize::from(length)];
            symbols[usize::from(*start)] = symbol as u16;
            *start += 1;
        }
        Ok(Self { counts, symbols })
    }

    /// The bytes that it takes besides itself.
    pub(super) fn heap(&self) -> usize {
        size_of_val(&*self.symbols)
    }

    /// The only symbol, if there is only one.
    pub(super) fn only(&self) -> Option<u16> {
        if let [symbol] = *self.symbols { Some(symbol) } else { None }
    }

    pub(super) fn symbol(&self, bits: &mut Bits<'_>) -> Result<u16, Failure> {
        if let Some(symbol) = self.only() {
            return Ok(symbol);
        }
        let mut next = bits.peek();
        let (mut code, mut first, mut index) = (0_u32, 0_u32, 0_u32);
        for (length, &count) in self.counts.iter().enumerate().skip(1) {
            code |= next & 1;
            next >>= 1;
            let count = u32::from(count);
            if code < first + count {
                bits.skip(length as u32)?;
                return Ok(self.symbols[(index + code - first) as usize]);
            }
            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        Err(WRONG)
    }
}

const WRONG: Failure = Failure::Damaged("a prefix code is wrong");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_read_by_their_canonical_codes() {
        // 0: 0, 1: 10, 2: 110, 3: 111, the first bit of a code first.
        let code = PrefixCode::new(&[1, 2, 3, 3]).unwrap();
        let mut bits = Bits::new(&[0b1101_1010, 0b0000_0001]);
        let symbols: Vec<u16> = (0..4).map(|_| code.symbol(&mut bits).unwrap()).collect();
        assert_eq!(symbols, [0, 1, 2, 3]);
    }

    #[test]
    fn codes_that_do_not_add_up_are_refused() {
        for lengths in [&[0, 0][..], &[1, 1, 1], &[2, 2, 2]] {
            assert!(PrefixCode::new(lengths).is_err());
        }
        assert_eq!(PrefixCode::new(&[0, 7]).unwrap().only(), Some(1));
    }
}

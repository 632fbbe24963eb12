//! Huffman tables (ITU-T T.81 C and F.2.2.3) as lookup tables that tell how
//! far to go on, instead of what a coefficient's value is.

use super::bits::{Bits, Fault};

/// Codes of up to this many bits are found by one look. Longer ones are rare.
const SHORT: u32 = 9;

pub(super) struct Table {
    /// Symbols by increasing code.
    symbols: [u8; 256],
    /// For each code length, the first number (16 bits, left-aligned) behind its codes.
    behind: [u32; 17],
    /// For each code length, the index of its first symbol minus its first code.
    base: [i32; 17],
    /// For each start of [`SHORT`] bits, the code it begins with; length 0 when longer.
    short: [Code; 1 << SHORT],
    /// For each symbol, by increasing code, a bit that says whether it means something. A code of
    /// one that does not counts as none.
    means: [u64; 4],
    /// The shortest codes that are to be looked for among the long ones.
    long: u32,
}

/// A code and what it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Code {
    /// Its length in bits.
    pub length: u8,
    /// For AC a run of zeros (upper half) and the number of extra bits (lower
    /// half); for DC just the latter.
    pub symbol: u8,
}

impl Table {
    /// Reads one table: 16 counts, then the symbols. Returns it and the rest of the payload.
    pub(super) fn read(payload: &[u8]) -> Result<(Self, &[u8]), &'static str> {
        Self::read_meaning(payload, |symbols| vec![true; symbols.len()])
    }

    /// Reads one table, with `meanings` to tell which of the symbols mean something.
    pub(super) fn read_meaning(
        payload: &[u8],
        meanings: impl FnOnce(&[u8]) -> Vec<bool>,
    ) -> Result<(Self, &[u8]), &'static str> {
        let (counts, rest) = payload.split_first_chunk::<16>().ok_or("a Huffman table is cut off")?;
        let total = counts.iter().map(|&count| usize::from(count)).sum::<usize>();
        if total > 256 {
            return Err("a Huffman table has more than 256 codes");
        }
        let (listed, rest) = rest.split_at_checked(total).ok_or("a Huffman table is cut off")?;
        let mut table = Self {
            symbols: [0; 256],
            behind: [0; 17],
            base: [0; 17],
            short: [Code { length: 0, symbol: 0 }; 1 << SHORT],
            means: [0; 4],
            long: SHORT + 1,
        };
        table.symbols[..total].copy_from_slice(listed);
        let meanings = meanings(listed);
        for (index, _) in meanings.iter().enumerate().filter(|(_, means)| **means) {
            table.means[index / 64] |= 1 << (index % 64);
        }

        let mut code = 0u32;
        let mut index = 0usize;
        for length in 1..=16u32 {
            let count = u32::from(counts[length as usize - 1]);
            table.base[length as usize] = index as i32 - code as i32;
            let range = index..index + count as usize;
            for (symbol, means) in listed[range.clone()].iter().zip(&meanings[range]) {
                if code >> length != 0 {
                    return Err("a Huffman table has more codes than fit");
                }
                if length <= SHORT && !means {
                    // It is missing among the short ones, and must not be taken for a longer one.
                    table.long = 1;
                } else if length <= SHORT {
                    let first = (code << (SHORT - length)) as usize;
                    let span = 1 << (SHORT - length);
                    table.short[first..first + span].fill(Code { length: length as u8, symbol: *symbol });
                }
                code += 1;
            }
            index += count as usize;
            if code > 1 << length {
                return Err("a Huffman table has more codes than fit");
            }
            table.behind[length as usize] = code << (16 - length);
            code <<= 1;
        }
        Ok((table, rest))
    }

    /// The code that the next 16 bits begin with; length 0 when there is none.
    #[inline(always)]
    pub(super) fn find(&self, next: usize) -> Code {
        let code = self.short[next >> (16 - SHORT)];
        if code.length != 0 { code } else { self.find_long(next) }
    }

    #[cold]
    #[inline(never)]
    fn find_long(&self, next: usize) -> Code {
        for length in self.long..=16 {
            if (next as u32) < self.behind[length as usize] {
                let index = ((self.base[length as usize] + (next >> (16 - length)) as i32) & 255) as usize;
                if self.means[index / 64] >> (index % 64) & 1 == 0 {
                    break;
                }
                return Code { length: length as u8, symbol: self.symbols[index] };
            }
        }
        Code { length: 0, symbol: 0 }
    }

    /// Reads a code; at least 16 bits must be loaded.
    #[inline(always)]
    pub(super) fn decode(&self, bits: &mut Bits<'_>) -> Result<u8, Fault> {
        let code = self.find(bits.peek(16));
        if code.length == 0 {
            return Err(Fault::Code);
        }
        bits.skip(u32::from(code.length));
        Ok(code.symbol)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Codes 00, 01, 100, 1010 and one of 16 bits.
    pub(in super::super) fn example() -> Vec<u8> {
        let mut payload = vec![0, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
        payload.extend([0x00, 0x01, 0x12, 0xF0, 0x25, 0xAA]);
        payload
    }

    #[test]
    fn finds_short_and_long_codes() {
        let payload = example();
        let (table, rest) = Table::read(&payload).unwrap();
        assert_eq!(rest, [0xAA]);
        for (next, length, symbol) in [
            (0x0000, 2, 0x00),
            (0x7FFF, 2, 0x01),
            (0x8001, 3, 0x12),
            (0xA000, 4, 0xF0),
            (0xB000, 16, 0x25),
            (0xB001, 0, 0),
            (0xFFFF, 0, 0),
        ] {
            assert_eq!(table.find(next), Code { length, symbol }, "{next:04x}");
        }
    }

    #[test]
    fn a_code_that_means_nothing_is_none() {
        let payload = example();
        for (missing, next, others) in [
            (0, 0x0000, [0x7FFF, 0x8001, 0xA000, 0xB000]),
            (2, 0x8001, [0x0000, 0x7FFF, 0xA000, 0xB000]),
            (4, 0xB000, [0x0000, 0x7FFF, 0x8001, 0xA000]),
        ] {
            let meanings = |symbols: &[u8]| (0..symbols.len()).map(|index| index != missing).collect();
            let (table, _) = Table::read_meaning(&payload, meanings).unwrap();
            assert_eq!(table.find(next).length, 0);
            let (whole, _) = Table::read(&payload).unwrap();
            for next in others {
                assert_eq!(table.find(next), whole.find(next), "{next:04x}");
            }
        }
    }

    #[test]
    fn refuses_tables_that_cannot_be() {
        let mut counts = [0u8; 16];
        counts[0] = 3;
        let payload = [&counts[..], &[1, 2, 3]].concat();
        assert!(Table::read(&payload).is_err());
        assert!(Table::read(&example()[..20]).is_err());
        assert!(Table::read(&example()[..15]).is_err());
        counts = [255; 16];
        assert!(Table::read(&[&counts[..], &[0; 4080]].concat()).is_err());
    }
}

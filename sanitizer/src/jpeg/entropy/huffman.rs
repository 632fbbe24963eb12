//! Huffman tables (ITU-T T.81 C and F.2.2.3) as lookup tables that tell how
//! far to go on, instead of what a coefficient's value is.

use std::cell::OnceCell;

use super::bits::{Bits, Fault};

/// Codes of up to this many bits are found by one look. Longer ones are rare.
const SHORT: u32 = 9;

/// How many bits [`Leaps`] looks at. 2^13 entries of two bytes are 16 KiB, so that
/// the tables for luminance and chrominance share a first-level cache of 32 KiB.
const WINDOW: u32 = 13;

/// One Huffman table.
pub(super) struct Table {
    /// Symbols by increasing code.
    symbols: [u8; 256],
    /// For each code length, the first number (16 bits, left-aligned) behind its codes.
    behind: [u32; 17],
    /// For each code length, the index of its first symbol minus its first code.
    base: [i32; 17],
    /// For each start of [`SHORT`] bits, the code it begins with; length 0 when longer.
    short: [Code; 1 << SHORT],
    /// Made when a big scan first asks for it.
    leaps: OnceCell<Box<Leaps>>,
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
            leaps: OnceCell::new(),
        };
        table.symbols[..total].copy_from_slice(listed);

        let mut code = 0u32;
        let mut index = 0usize;
        for length in 1..=16u32 {
            let count = u32::from(counts[length as usize - 1]);
            table.base[length as usize] = index as i32 - code as i32;
            for symbol in &listed[index..index + count as usize] {
                if code >> length != 0 {
                    return Err("a Huffman table has more codes than fit");
                }
                if length <= SHORT {
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

    /// Whether each symbol is at most `limit`, as those of DC tables must be.
    pub(super) fn symbols_within(&self, limit: u8) -> bool {
        self.symbols.iter().all(|&symbol| symbol <= limit)
    }

    /// The code that the next 16 bits begin with; length 0 when there is none.
    #[inline(always)]
    fn find(&self, next: usize) -> Code {
        let code = self.short[next >> (16 - SHORT)];
        if code.length != 0 { code } else { self.find_long(next) }
    }

    #[cold]
    #[inline(never)]
    fn find_long(&self, next: usize) -> Code {
        for length in SHORT + 1..=16 {
            if (next as u32) < self.behind[length as usize] {
                let index = self.base[length as usize] + (next >> (16 - length)) as i32;
                return Code { length: length as u8, symbol: self.symbols[(index & 255) as usize] };
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

    /// The table as leaps over several AC codes at once.
    pub(super) fn leaps(&self) -> &Leaps {
        self.leaps.get_or_init(|| Leaps::new(self))
    }
}

/// For each start of [`WINDOW`] bits: how far the codes (and extra bits) that
/// are wholly in it lead. An AC code takes about seven bits with its extra
/// bits, so one look mostly resolves two of them.
pub(super) struct Leaps([Leap; 1 << WINDOW]);

/// What one look tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Leap(u16);

impl Leap {
    const END_OF_BLOCK: u16 = 1 << 15;

    /// How many bits to go on; 0 when not even one code is in the window.
    #[inline(always)]
    pub(super) fn bits(self) -> u32 {
        u32::from(self.0 & 31)
    }

    /// How many coefficients to go on, the end of the block not counted.
    #[inline(always)]
    pub(super) fn coefficients(self) -> u32 {
        u32::from(self.0 >> 5 & 127)
    }

    /// Whether the last of the codes ends the block.
    #[inline(always)]
    pub(super) fn ends_block(self) -> bool {
        self.0 & Self::END_OF_BLOCK != 0
    }
}

impl Leaps {
    fn new(table: &Table) -> Box<Self> {
        let mut leaps = Box::new(Self([Leap(0); 1 << WINDOW]));
        for (start, leap) in leaps.0.iter_mut().enumerate() {
            let mut used = 0;
            let mut coefficients = 0;
            let mut end_of_block = 0;
            while end_of_block == 0 {
                // What lies behind the window shows as zeros, but then the code does not fit.
                let next = (start << (32 - WINDOW) << used) >> 16 & 0xFFFF;
                let code = table.find(next);
                let (run, extra) = (u32::from(code.symbol >> 4), u32::from(code.symbol & 15));
                let length = u32::from(code.length) + extra;
                let meaningless = extra == 0 && run != 0 && run != 15;
                if code.length == 0 || used + length > WINDOW || meaningless || coefficients + run > 62 {
                    break;
                }
                used += length;
                if code.symbol == 0 {
                    end_of_block = Leap::END_OF_BLOCK;
                } else {
                    coefficients += run + 1;
                }
            }
            *leap = Leap(used as u16 | (coefficients as u16) << 5 | end_of_block);
        }
        leaps
    }

    /// Looks at the next bits; at least [`WINDOW`] must be loaded.
    #[inline(always)]
    pub(super) fn look(&self, bits: &Bits<'_>) -> Leap {
        self.0[bits.peek(WINDOW) & ((1 << WINDOW) - 1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Codes 00, 01, 100, 1010 and one of 16 bits.
    fn example() -> Vec<u8> {
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
    fn leaps_over_several_codes() {
        let payload = example();
        let (table, _) = Table::read(&payload).unwrap();
        let leap = |window: &[u8]| {
            table.leaps().look(&{
                let mut bits = Bits::new(window, 0);
                bits.load().unwrap();
                bits
            })
        };
        // 01 x, 100 xx, 1010, and one bit left over
        let several = leap(&[0b0101_0011, 0b1010_1111]);
        assert_eq!((several.bits(), several.coefficients(), several.ends_block()), (12, 1 + 2 + 16, false));
        // 01 x, 00: the rest belongs to the next block
        let end = leap(&[0b0110_0010, 0x0F]);
        assert_eq!((end.bits(), end.coefficients(), end.ends_block()), (5, 1, true));
        assert_eq!(leap(&[0xB0, 0x00]).bits(), 0, "longer than the window");
        assert_eq!(leap(&[0xEE, 0x00]).bits(), 0, "no code");
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

//! Which symbols a Huffman table can have (T.81, F.1.2, G.1.2 and H.1.2), and how a table with others is mended.
//!
//! Some encoders list symbols that no picture can have, mostly runs of no
//! coefficient behind all others, and never use their codes. A symbol that nobody
//! reads is a place to hide, so it goes. The codes of the others must
//! stay, and they follow from how many codes are in front: so what stands
//! behind the last good symbol is cut off, and in front of that one the lowest
//! symbols that the table has not take the place. Only the proof
//! knows whether such a code is used: the verifier takes it for no code at all.

use super::frame::Process;

/// The number of code lengths, and so of the counts in front of the symbols.
const LENGTHS: usize = 16;

/// What decides on the symbols of a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    pub process: Process,
    /// Bits per sample.
    pub precision: u8,
    pub is_ac: bool,
}

impl Kind {
    /// Whether a picture can have the symbol.
    pub(super) fn allows(self, symbol: u8) -> bool {
        let (run, size) = (symbol >> 4, symbol & 15);
        let wide = self.precision > 8;
        match (self.process, self.is_ac) {
            (Process::Lossless, _) => symbol <= 16,
            (_, false) => symbol <= if wide { 15 } else { 11 },
            (process, true) if size == 0 => process == Process::Progressive || run == 0 || run == 15,
            (_, true) => size <= if wide { 14 } else { 10 },
        }
    }

    /// For each of a table's symbols whether it means something: one that comes
    /// again does not.
    pub(super) fn meanings(self, symbols: &[u8]) -> Vec<bool> {
        let mut seen = [false; 256];
        let is_new = |symbol: u8| !std::mem::replace(&mut seen[usize::from(symbol)], true);
        symbols
            .iter()
            .copied()
            .map(is_new)
            .zip(symbols)
            .map(|(new, &symbol)| new && self.allows(symbol))
            .collect()
    }

    /// Mends a table: its counts and its symbols. `None` when it needs no
    /// mending; an error when nothing can be put in the place of what goes.
    pub(super) fn mend(self, table: &[u8]) -> Result<Option<Vec<u8>>, &'static str> {
        let (counts, symbols) = table.split_at(LENGTHS);
        let meanings = self.meanings(symbols);
        if meanings.iter().all(|&means| means) {
            return Ok(None);
        }
        let kept = meanings.iter().rposition(|&means| means).map_or(0, |last| last + 1);
        let mut left = kept;
        let mut mended = Vec::with_capacity(LENGTHS + kept);
        for &count in counts {
            let count = left.min(count.into());
            mended.push(count as u8);
            left -= count;
        }
        let mut has = [false; 256];
        for (&symbol, _) in symbols.iter().zip(&meanings).filter(|(_, means)| **means) {
            has[usize::from(symbol)] = true;
        }
        let mut free = (0..=u8::MAX).filter(|&symbol| self.allows(symbol) && !has[usize::from(symbol)]);
        for (&symbol, &means) in symbols.iter().zip(&meanings).take(kept) {
            let free = if means { Some(symbol) } else { free.next() };
            mended.push(free.ok_or("a Huffman table of more codes than there are symbols")?);
        }
        Ok(Some(mended))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASELINE: Kind = Kind { process: Process::Sequential, precision: 8, is_ac: true };

    /// A table of codes of 8 bits.
    fn table(symbols: &[u8]) -> Vec<u8> {
        let mut table = vec![0; LENGTHS];
        table[7] = symbols.len() as u8;
        table.extend(symbols);
        table
    }

    #[test]
    fn impossible_symbols_are_told() {
        let dc = Kind { is_ac: false, ..BASELINE };
        let progressive = Kind { process: Process::Progressive, ..BASELINE };
        assert!(dc.allows(11) && !dc.allows(12));
        assert!(Kind { precision: 12, ..dc }.allows(15));
        assert_eq!(BASELINE.meanings(&[0x00, 0xF0, 0xFA, 0x0B, 0x50]), [true, true, true, false, false]);
        assert_eq!(progressive.meanings(&[0x50, 0xE0, 0x0B]), [true, true, false]);
        assert_eq!(BASELINE.meanings(&[0x11, 0x12, 0x11]), [true, true, false]);
    }

    #[test]
    fn what_is_behind_all_others_is_cut_off() {
        assert_eq!(BASELINE.mend(&table(&[0x00, 0x11, 0xF0])), Ok(None));
        assert_eq!(BASELINE.mend(&table(&[0x00, 0x11, 0x10, 0x20])), Ok(Some(table(&[0x00, 0x11]))));
        assert_eq!(BASELINE.mend(&table(b"LLLL")), Ok(Some(table(&[]))));
    }

    #[test]
    fn what_is_between_others_is_replaced_so_that_their_codes_stay() {
        let mended = BASELINE.mend(&table(&[0x01, 0x10, 0x02, 0x01, 0x11, 0xE0])).unwrap().unwrap();
        assert_eq!(mended, table(&[0x01, 0x00, 0x02, 0x03, 0x11]));
        assert_eq!(BASELINE.mend(&mended), Ok(None));
    }

    #[test]
    fn no_more_codes_than_symbols() {
        let dc = Kind { is_ac: false, ..BASELINE };
        let symbols: Vec<u8> = (0..13).map(|symbol| if symbol < 12 { 0x20 } else { 0 }).collect();
        assert!(dc.mend(&table(&symbols[1..])).is_ok());
        assert!(dc.mend(&table(&symbols)).is_err());
    }
}

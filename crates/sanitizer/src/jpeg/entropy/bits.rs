//! Reads bits of entropy-coded data, over stuffed bytes, up to a marker.
//!
//! In the data a byte 0xFF is followed by a stuffed 0x00 (ITU-T T.81 B.1.1.5);
//! 0xFF followed by anything else is a marker, where the data ends.

/// Why decoding stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The data ended before the last block.
    End,
    /// The next bits are no code of the Huffman table.
    Code,
    /// A run of zeros goes past the last coefficient of its block.
    Run,
    /// A code that the coding process gives no meaning.
    Meaning,
    /// A run of empty blocks goes past the end of the scan or restart interval.
    BlockRun,
}

/// A position in the data, with the bits from there on.
///
/// Copied in and out of the rare slow path instead of borrowed, so that its
/// fields stay in registers where it matters.
#[derive(Clone, Copy)]
pub(super) struct Bits<'a> {
    data: &'a [u8],
    /// The next byte to load.
    position: usize,
    /// The bits that follow, the next one on top. Below the lowest of
    /// `count` there may be more of the same stream, which is why loading ORs.
    buffer: u64,
    /// How many of them are loaded.
    count: u32,
    /// How many of the loaded are made up, since the data has ended.
    made_up: u32,
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = ONES << 7;

impl<'a> Bits<'a> {
    /// Starts at a byte.
    pub(super) fn new(data: &'a [u8], position: usize) -> Self {
        Self { data, position, buffer: 0, count: 0, made_up: 0 }
    }

    /// Some bits alone, the next one on top.
    pub(super) fn of_word(word: u64, count: u32) -> Self {
        Self { data: &[], position: 0, buffer: word, count, made_up: 0 }
    }

    /// The data, and the next byte of it to load.
    pub(super) fn data_and_position(&self) -> (&'a [u8], usize) {
        (self.data, self.position)
    }

    /// How many bits are loaded.
    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// Loads, so that at least 56 bits are there to be peeked at and skipped.
    #[inline(always)]
    pub(super) fn load(&mut self) -> Result<(), Fault> {
        if let Some(&bytes) = self.data.get(self.position..).and_then(|rest| rest.first_chunk::<8>()) {
            let word = u64::from_be_bytes(bytes);
            let has_ff = (!word).wrapping_sub(ONES) & word & HIGHS;
            if has_ff == 0 && self.count < 64 {
                self.buffer |= word >> self.count;
                self.position += ((63 - self.count) / 8) as usize;
                self.count |= 56;
                return Ok(());
            }
        }
        if self.count < self.made_up {
            return Err(Fault::End);
        }
        *self = self.load_bytewise();
        Ok(())
    }

    /// Loads when fewer than `need` bits (at most 56) are there.
    #[inline(always)]
    pub(super) fn ensure(&mut self, need: u32) -> Result<(), Fault> {
        if self.count < need { self.load() } else { Ok(()) }
    }

    /// Near stuffed bytes, markers and the end of the file.
    #[cold]
    #[inline(never)]
    fn load_bytewise(mut self) -> Self {
        while self.count <= 56 {
            let byte = match self.data.get(self.position) {
                Some(0xFF) if self.data.get(self.position + 1) == Some(&0) => {
                    self.position += 2;
                    0xFF
                }
                None | Some(0xFF) => {
                    self.made_up += 64 - self.count;
                    self.count = 64;
                    break;
                }
                Some(&byte) => {
                    self.position += 1;
                    byte
                }
            };
            self.buffer |= u64::from(byte) << (56 - self.count);
            self.count += 8;
        }
        self
    }

    /// The next `width` bits (1..=32), loaded before.
    #[inline(always)]
    pub(super) fn peek(&self, width: u32) -> usize {
        (self.buffer >> (64 - width)) as usize
    }

    /// The bits behind the next `width` (less than 64), loaded before, the first on top.
    #[inline(always)]
    pub(super) fn ahead(&self, width: u32) -> u64 {
        self.buffer << width
    }

    /// Goes on by `width` bits (less than 64), loaded before.
    #[inline(always)]
    pub(super) fn skip(&mut self, width: u32) {
        debug_assert!(width < 64 && width <= self.count);
        self.buffer <<= width;
        self.count -= width;
    }

    /// Goes on by any number of bits.
    pub(super) fn skip_many(&mut self, mut width: u64) -> Result<(), Fault> {
        while width > 0 {
            self.load()?;
            let step = width.min(u64::from(self.count.min(56)));
            self.skip(step as u32);
            width -= step;
        }
        Ok(())
    }

    /// The next `width` bits (at most 16) as a number.
    pub(super) fn take(&mut self, width: u32) -> Result<u32, Fault> {
        if width == 0 {
            return Ok(0);
        }
        self.ensure(width)?;
        let value = self.peek(width) as u32;
        self.skip(width);
        Ok(value)
    }

    /// Where reading stands: the byte after the last one of which a bit was
    /// read, and the bits of that last one that were not.
    pub(super) fn stop(&self) -> Result<Stop, Fault> {
        let left = self.count.checked_sub(self.made_up).ok_or(Fault::End)?;
        let mut position = self.position;
        for _ in 0..left / 8 {
            let stuffed = position >= 2 && self.data[position - 2..position] == [0xFF, 0];
            position -= if stuffed { 2 } else { 1 };
        }
        let padding = left % 8;
        let value = if padding == 0 { 0 } else { self.peek(padding) as u8 };
        Ok(Stop { position, padding, value })
    }

    /// About where reading stands, for messages.
    pub(super) fn position(&self) -> usize {
        self.position
    }

    /// Whether the data is used up, or nearly, so that what was decoded last is
    /// made of bits that are not there.
    pub(super) fn is_used_up(&self) -> bool {
        self.made_up > 0 && self.count < self.made_up + 16
    }

    /// Whether the file ends here (and not just the data, at a marker).
    pub(super) fn at_end_of_file(&self) -> bool {
        self.position + 1 >= self.data.len()
    }
}

/// Where the data of an interval stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stop {
    /// The first byte behind.
    pub position: usize,
    /// How many bits of the last byte are unused, 0..=7.
    pub padding: u32,
    pub value: u8,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_over_stuffed_bytes_and_stops_in_the_right_place() {
        let data = [0x12, 0xFF, 0x00, 0x34, 0xFF, 0x00, 0x56, 0x78, 0x9A, 0xBC, 0xDE, 0xF7, 0xFF, 0xD9];
        let plain = [0x12u8, 0xFF, 0x34, 0xFF, 0x56, 0x78, 0x9A, 0xBC, 0xDE, 0xF7];
        let ends = [1usize, 3, 4, 6, 7, 8, 9, 10, 11, 12];
        for step in 1..=16 {
            let mut bits = Bits::new(&data, 0);
            let mut read = 0;
            while read + step <= 80 {
                let value = bits.take(step as u32).unwrap();
                for bit in 0..step {
                    let at = read + bit;
                    let expected = u32::from(plain[at / 8] >> (7 - at % 8) & 1);
                    assert_eq!(value >> (step - 1 - bit) & 1, expected, "bit {at}, step {step}");
                }
                read += step;
                let stop = bits.stop().unwrap();
                assert_eq!(stop.position, ends[(read - 1) / 8], "after {read} bits, step {step}");
                assert_eq!(stop.padding, (80 - read) as u32 % 8);
            }
        }
    }

    #[test]
    fn bits_beyond_the_end_are_noticed() {
        let data = [0b1010_0111, 0xFF, 0xD9];
        let mut bits = Bits::new(&data, 0);
        bits.take(5).unwrap();
        assert_eq!(bits.stop().unwrap(), Stop { position: 1, padding: 3, value: 0b111 });
        bits.take(4).unwrap();
        assert_eq!(bits.stop().unwrap_err(), Fault::End);
        assert_eq!(bits.skip_many(1000).unwrap_err(), Fault::End);
    }
}

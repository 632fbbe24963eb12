//! Writes bits of entropy-coded data, with a stuffed byte behind each 0xFF (T.81 F.1.2.3).

/// Behind what was written before, and no longer than the capacity of that.
pub(super) struct BitWriter {
    bytes: Vec<u8>,
    /// The bits that are not written yet are the lowest `count`.
    buffer: u64,
    count: u32,
    is_full: bool,
}

const ONES: u32 = 0x0101_0101;

impl BitWriter {
    /// Goes on behind `bytes`.
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, buffer: 0, count: 0, is_full: false }
    }

    /// Writes the lowest `width` (at most 32) of `bits`; the others are zeros.
    #[inline(always)]
    pub(super) fn put(&mut self, bits: u32, width: u32) {
        self.buffer = self.buffer << width | u64::from(bits);
        self.count += width;
        if self.count >= 32 {
            self.count -= 32;
            let word = (self.buffer >> self.count) as u32;
            if self.bytes.capacity() - self.bytes.len() < 16 {
                self.is_full = true;
                return;
            }
            let has_ff = (!word).wrapping_sub(ONES) & word & ONES << 7;
            if has_ff == 0 { self.bytes.extend_from_slice(&word.to_be_bytes()) } else { self.stuff(word) }
        }
    }

    #[cold]
    fn stuff(&mut self, word: u32) {
        for byte in word.to_be_bytes() {
            self.bytes.push(byte);
            if byte == 0xFF {
                self.bytes.push(0);
            }
        }
    }

    /// Whether more was to be written than there is room for.
    pub(super) fn is_full(&self) -> bool {
        self.is_full
    }

    /// Fills the last byte with ones. None when it was full.
    pub(super) fn finish(mut self) -> Option<Vec<u8>> {
        let padding = (8 - self.count % 8) % 8;
        self.put((1 << padding) - 1, padding);
        while self.count > 0 {
            self.count -= 8;
            let byte = (self.buffer >> self.count) as u8;
            self.bytes.push(byte);
            if byte == 0xFF {
                self.bytes.push(0);
            }
        }
        (!self.is_full).then_some(self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stuffs_and_pads() {
        for step in [1, 3, 8, 13, 31, 32] {
            let bits = "0001001011111111001101001111111100000000101";
            let mut bytes = Vec::with_capacity(64);
            bytes.push(7);
            let mut writer = BitWriter::new(bytes);
            for chunk in bits.as_bytes().chunks(step) {
                let chunk = std::str::from_utf8(chunk).unwrap();
                writer.put(u32::from_str_radix(chunk, 2).unwrap(), chunk.len() as u32);
            }
            assert_eq!(
                writer.finish().unwrap(),
                [7, 0x12, 0xFF, 0, 0x34, 0xFF, 0, 0, 0b1011_1111],
                "by {step}"
            );
        }
        assert!(BitWriter::new(Vec::new()).finish().unwrap().is_empty());
    }

    #[test]
    fn it_never_takes_more_room() {
        let mut writer = BitWriter::new(Vec::with_capacity(1000));
        let before = writer.bytes.as_ptr();
        for _ in 0..1000 {
            writer.put(u32::MAX, 32);
        }
        assert!(writer.is_full() && writer.bytes.as_ptr() == before);
        assert_eq!(writer.finish(), None);
    }
}

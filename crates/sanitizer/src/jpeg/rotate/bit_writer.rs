//! Writes bits of entropy-coded data, with a stuffed byte behind each 0xFF (T.81 F.1.2.3).

/// Behind what was written before.
pub(super) struct BitWriter {
    bytes: Vec<u8>,
    /// The bits that are not written yet are the lowest `count`.
    buffer: u64,
    count: u32,
}

const ONES: u32 = 0x0101_0101;

impl BitWriter {
    /// Goes on behind `bytes`.
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, buffer: 0, count: 0 }
    }

    /// Writes the lowest `width` (at most 32) of `bits`; the others are zeros.
    #[inline(always)]
    pub(super) fn put(&mut self, bits: u32, width: u32) {
        self.buffer = self.buffer << width | u64::from(bits);
        self.count += width;
        if self.count >= 32 {
            self.count -= 32;
            let word = (self.buffer >> self.count) as u32;
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

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Fills the last byte with ones.
    pub(super) fn finish(mut self) -> Vec<u8> {
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
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stuffs_and_pads() {
        for step in [1, 3, 8, 13, 31, 32] {
            let bits = "0001001011111111001101001111111100000000101";
            let mut writer = BitWriter::new(vec![7]);
            for chunk in bits.as_bytes().chunks(step) {
                let chunk = std::str::from_utf8(chunk).unwrap();
                writer.put(u32::from_str_radix(chunk, 2).unwrap(), chunk.len() as u32);
            }
            assert_eq!(writer.finish(), [7, 0x12, 0xFF, 0, 0x34, 0xFF, 0, 0, 0b1011_1111], "by {step}");
        }
        assert_eq!(BitWriter::new(Vec::new()).finish(), []);
    }
}

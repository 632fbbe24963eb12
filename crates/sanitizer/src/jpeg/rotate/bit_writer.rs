//! Writes bits of entropy-coded data, with a stuffed byte behind each 0xFF (T.81 F.1.2.3).
//!
//! Bits go into a chunk without a thought of stuffed bytes: whatever there is of them is stored, whole bytes or not, and
//! the place moves on by the whole ones. So there is nothing that the processor would have to guess. Each full
//! chunk is copied to the output, where the stuffed bytes come in.

/// Bytes of a chunk, which stays in a first-level cache.
const CHUNK: usize = 4096;

/// More than a block takes: 64 codes of up to 16 bits with up to 11 extra bits, and what is stored beyond the place.
const BLOCK: usize = 64 * 27 / 8 + 8;

/// Behind what was written before, and no longer than the capacity of that.
pub(super) struct BitWriter {
    bytes: Vec<u8>,
    chunk: Box<[u8; CHUNK]>,
    place: Place,
    is_full: bool,
}

/// Where writing stands.
#[derive(Clone, Copy, Default)]
pub(super) struct Place {
    /// Whole bytes in the chunk.
    length: usize,
    /// The bits behind these, on top.
    buffer: u64,
    /// How many there are, 0..=7.
    count: u32,
}

/// The bits of a block, on their way into the chunk. A value of its own, so that it stays in registers.
pub(super) struct BlockWriter<'w> {
    chunk: &'w mut [u8; CHUNK],
    place: Place,
}

impl BlockWriter<'_> {
    /// Where it stands.
    #[inline(always)]
    pub(super) fn place(&self) -> Place {
        self.place
    }

    /// Writes the lowest `width` (at most 32) of `bits`; the others are zeros.
    #[inline(always)]
    pub(super) fn put(&mut self, bits: u32, width: u32) {
        let Place { length, buffer, count } = self.place;
        let buffer = buffer | (u64::from(bits) << 32 << (32 - width)) >> count;
        // There is room, see [`BitWriter::begin`].
        if let Some(stored) = self.chunk.get_mut(length..length + 8) {
            stored.copy_from_slice(&buffer.to_be_bytes());
        }
        let count = count + width;
        self.place =
            Place { length: length + (count / 8) as usize, buffer: buffer << (count & !7), count: count % 8 };
    }
}

impl BitWriter {
    /// Goes on behind `bytes`.
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, chunk: Box::new([0; CHUNK]), place: Place::default(), is_full: false }
    }

    /// Takes the bits of a block, or less, until they are [given back](Self::end).
    #[inline(always)]
    pub(super) fn begin(&mut self) -> BlockWriter<'_> {
        if self.place.length + BLOCK > CHUNK {
            self.flush();
        }
        BlockWriter { chunk: &mut self.chunk, place: self.place }
    }

    /// Goes on behind a block.
    #[inline(always)]
    pub(super) fn end(&mut self, place: Place) {
        self.place = place;
    }

    /// Copies the whole bytes of the chunk to the output.
    #[cold]
    #[inline(never)]
    fn flush(&mut self) {
        let mut rest = &self.chunk[..self.place.length];
        self.place.length = 0;
        // Each of them may need another one behind it.
        if self.bytes.capacity() - self.bytes.len() < 2 * rest.len() {
            let stuffed = memchr::memchr_iter(0xFF, rest).count();
            self.is_full |= self.bytes.capacity() - self.bytes.len() < rest.len() + stuffed;
        }
        if self.is_full {
            return;
        }
        while let Some(at) = memchr::memchr(0xFF, rest) {
            self.bytes.extend_from_slice(&rest[..=at]);
            self.bytes.push(0);
            rest = &rest[at + 1..];
        }
        self.bytes.extend_from_slice(rest);
    }

    /// Whether more was to be written than there is room for.
    pub(super) fn is_full(&self) -> bool {
        self.is_full
    }

    /// Fills the last byte with ones. None when it was full.
    pub(super) fn finish(mut self) -> Option<Vec<u8>> {
        let padding = (8 - self.place.count) % 8;
        let mut block = self.begin();
        block.put((1 << padding) - 1, padding);
        self.place = block.place();
        self.flush();
        (!self.is_full).then_some(self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(writer: &mut BitWriter, parts: &[(u32, u32)]) {
        let mut block = writer.begin();
        for &(bits, width) in parts {
            block.put(bits, width);
        }
        let place = block.place();
        writer.end(place);
    }

    #[test]
    fn stuffs_and_pads() {
        for step in [1, 3, 8, 13, 31, 32] {
            let bits = "0001001011111111001101001111111100000000101";
            let mut bytes = Vec::with_capacity(64);
            bytes.push(7);
            let mut writer = BitWriter::new(bytes);
            for chunk in bits.as_bytes().chunks(step) {
                let chunk = std::str::from_utf8(chunk).unwrap();
                let bits = u32::from_str_radix(chunk, 2).unwrap();
                write(&mut writer, &[(bits, chunk.len() as u32)]);
            }
            let written = writer.finish().unwrap();
            assert_eq!(written, [7, 0x12, 0xFF, 0, 0x34, 0xFF, 0, 0, 0b1011_1111], "by {step}");
        }
        assert!(BitWriter::new(Vec::new()).finish().unwrap().is_empty());
    }

    #[test]
    fn blocks_are_joined_over_chunks() {
        let mut writer = BitWriter::new(Vec::with_capacity(3 * CHUNK));
        let mut expected = Vec::new();
        for block in 0..40_u32 {
            let bytes: Vec<u8> = (0..60).map(|number| ((block * 60 + number) % 250) as u8).collect();
            write(&mut writer, &bytes.iter().map(|&byte| (byte.into(), 8)).collect::<Vec<_>>());
            expected.extend(bytes);
        }
        assert_eq!(writer.finish().unwrap(), expected);
    }

    #[test]
    fn it_never_takes_more_room() {
        for room in [0, 1, 7999, 8000, 8001] {
            let mut bytes = Vec::new();
            bytes.reserve_exact(room);
            let (room, before) = (bytes.capacity(), bytes.as_ptr());
            let mut writer = BitWriter::new(bytes);
            for _ in 0..1000 {
                write(&mut writer, &[(u32::MAX, 32)]);
            }
            let written = writer.finish();
            assert_eq!(written.is_some(), room >= 8000, "{room}");
            assert!(written.is_none_or(|written| written.as_ptr() == before && written.len() == 8000));
        }
    }
}

//! Where the image data of a GIF really ends (GIF89a, appendix F): after the
//! code that gives the last pixel comes the end code, and then nothing. The
//! codes are followed for their lengths only; no pixel is made.

/// Codes have at most 12 bits.
const MOST_CODES: usize = 4096;

/// Follows the codes of one image.
pub(super) struct Lzw {
    min_size: u32,
    /// How many pixels each code stands for.
    lengths: [u16; MOST_CODES],
    next: usize,
    size: u32,
    /// How many pixels the previous code stood for; `None` after a clear code.
    previous: Option<u16>,
    pixels_left: u64,
    bits: u32,
    bit_count: u32,
    /// Bits of the codes followed so far.
    followed: u64,
    state: State,
}

/// How far the data is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// More codes have to come.
    Reading,
    /// All pixels are there, or the end code came.
    Ended,
    /// A code that stands for nothing.
    Broken,
}

/// How the data has to end.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ending {
    /// Whole bytes of the data that stay as they are.
    pub(super) whole_bytes: usize,
    /// Bits of the byte after these that stay.
    pub(super) bits: u32,
    /// The end code.
    pub(super) code: u32,
    pub(super) code_size: u32,
}

impl Lzw {
    pub(super) fn new() -> Self {
        Self {
            min_size: 0,
            lengths: [1; MOST_CODES],
            next: 0,
            size: 0,
            previous: None,
            pixels_left: 0,
            bits: 0,
            bit_count: 0,
            followed: 0,
            state: State::Broken,
        }
    }

    /// Makes ready for an image of so many pixels. `min_size` is 2 to 8.
    pub(super) fn start(&mut self, min_size: u8, pixels: u64) {
        self.min_size = u32::from(min_size);
        self.pixels_left = pixels;
        (self.bits, self.bit_count, self.followed) = (0, 0, 0);
        self.state = State::Reading;
        self.lengths[..=MOST_CODES / 8].fill(1);
        self.clear();
    }

    pub(super) fn state(&self) -> State {
        self.state
    }

    /// Takes the next bytes.
    pub(super) fn feed(&mut self, data: &[u8]) {
        for &byte in data {
            self.bits |= u32::from(byte) << self.bit_count;
            self.bit_count += 8;
            while self.state == State::Reading && self.bit_count >= self.size {
                let code = self.bits & ((1 << self.size) - 1);
                let size = self.size;
                self.follow(code as usize);
                if self.state == State::Ended && code == self.end_code() {
                    return;
                }
                self.bits >>= size;
                self.bit_count -= size;
                self.followed += u64::from(size);
            }
            if self.state != State::Reading {
                return;
            }
        }
    }

    /// How the data has to end, once it is [`State::Ended`].
    pub(super) fn ending(&self) -> Ending {
        Ending {
            // Bounded by the length of the data that was fed.
            whole_bytes: (self.followed / 8) as usize,
            bits: (self.followed % 8) as u32,
            code: self.end_code(),
            code_size: self.size,
        }
    }

    fn end_code(&self) -> u32 {
        (1 << self.min_size) + 1
    }

    fn clear(&mut self) {
        self.next = (1 << self.min_size) + 2;
        self.size = self.min_size + 1;
        self.previous = None;
    }

    fn follow(&mut self, code: usize) {
        let clear = 1 << self.min_size;
        if code == clear {
            return self.clear();
        }
        if code == clear + 1 {
            self.state = State::Ended;
            return;
        }
        let length = match self.previous {
            None if code < clear => 1,
            Some(_) if code < self.next => self.lengths[code],
            Some(previous) if code == self.next && code < MOST_CODES => previous.saturating_add(1),
            _ => {
                self.state = State::Broken;
                return;
            }
        };
        if let Some(previous) = self.previous
            && self.next < MOST_CODES
        {
            self.lengths[self.next] = previous.saturating_add(1);
            self.next += 1;
            if self.next == 1 << self.size && self.size < 12 {
                self.size += 1;
            }
        }
        self.previous = Some(length);
        self.pixels_left = self.pixels_left.saturating_sub(u64::from(length));
        if self.pixels_left == 0 {
            self.state = State::Ended;
        }
    }
}

impl Ending {
    /// The last bytes, given the byte that stays in part.
    pub(super) fn bytes(&self, partial: u8) -> Vec<u8> {
        let kept = u32::from(partial) & ((1 << self.bits) - 1);
        let bits = kept | self.code << self.bits;
        bits.to_le_bytes()[..(self.bits + self.code_size).div_ceil(8) as usize].to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_ends_where_it_should() {
        // Clear, 1, 6, 6, 2, 9, 9, 7, 8, 10, ... as in a well-known 10 x 10 sample.
        let data = [
            0x8C, 0x2D, 0x99, 0x87, 0x2A, 0x1C, 0xDC, 0x33, 0xA0, 0x02, 0x75, 0xEC, 0x95, 0xFA, 0xA8, 0xDE,
            0x60, 0x8C, 0x04, 0x91, 0x4C, 0x01,
        ];
        let mut lzw = Lzw::new();
        for step in [1, 5, 100] {
            lzw.start(2, 100);
            data.chunks(step).for_each(|part| lzw.feed(part));
            assert_eq!(lzw.state(), State::Ended);
            let ending = lzw.ending();
            assert_eq!(ending.bytes(data[ending.whole_bytes]), data[ending.whole_bytes..]);
        }
    }

    #[test]
    fn a_code_that_stands_for_nothing_is_noticed() {
        let mut lzw = Lzw::new();
        lzw.start(2, 100);
        // Clear, then 7.
        lzw.feed(&[0b0011_1100]);
        assert_eq!(lzw.state(), State::Broken);
    }
}

//! The binary arithmetic decoder (ITU-T T.81 D.2), with an encoder (D.1) that
//! runs beside it and writes every decision again.
//!
//! A decoder reads ahead and makes up zeros at a marker, so where it stands says
//! little about which bytes it needed. But the decisions alone
//! determine what an encoder writes, to the last byte; so when the second
//! encoding is what the file holds, there is nothing else in it.

use super::states::STATES;

/// A context (statistics bin): the more probable symbol in the highest bit,
/// the index of its state below.
pub(super) type Bin = u8;

const SYMBOL: u8 = 0x80;

/// Follows the data of one scan or restart interval.
pub(super) struct Coder<'a> {
    data: &'a [u8],
    decoder: Decoder,
    encoder: Encoder,
    /// Decisions so far.
    pub decisions: u64,
}

struct Decoder {
    /// The next byte to read.
    position: usize,
    /// Whether a marker or the end of the file was met: zeros from here on.
    ended: bool,
    code: u64,
    interval: u32,
    /// Bits of `code` that are not yet used; negative while it is filled first.
    spare: i32,
}

struct Encoder {
    /// How much of the data was written again, and is the same.
    written: usize,
    differs: bool,
    code: u64,
    interval: u32,
    /// Shifts until the next byte is complete.
    shifts: u32,
    /// The last byte, to which a carry may be added still.
    last: Option<u8>,
    /// Bytes 0xFF behind it, which a carry would go through.
    stacked: u64,
    /// Zeros before it, written when something else follows.
    zeros: u64,
}

/// Where the data of an interval ends.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct End {
    /// The first byte behind.
    pub position: usize,
    /// How many zeros an encoder writes there that does not discard them (D.1.8).
    pub zeros: u64,
}

impl<'a> Coder<'a> {
    /// Starts at a byte of `data`.
    pub(super) fn new(data: &'a [u8], position: usize) -> Self {
        Self {
            data,
            decoder: Decoder { position, ended: false, code: 0, interval: 0, spare: -16 },
            encoder: Encoder {
                written: position,
                differs: false,
                code: 0,
                interval: 0x10000,
                shifts: 11,
                last: None,
                stacked: 0,
                zeros: 0,
            },
            decisions: 0,
        }
    }

    /// The next decision, in the context `bin`.
    #[inline]
    pub(super) fn decide(&mut self, bin: &mut Bin) -> bool {
        self.decisions += 1;
        let before = *bin;
        let state = STATES[usize::from(before & !SYMBOL)];
        let symbol = before & SYMBOL;
        let less_probable = self.decoder.decode(self.data, state.qe.into());
        *bin = if less_probable {
            symbol ^ state.after_lps ^ if state.switch { SYMBOL } else { 0 }
        } else if self.decoder.interval < 0x8000 {
            symbol ^ state.after_mps
        } else {
            before
        };
        self.encoder.encode(self.data, state.qe.into(), less_probable);
        less_probable != (symbol != 0)
    }

    /// Whether what was written again so far is what stands in the file.
    pub(super) fn agrees(&self) -> bool {
        !self.encoder.differs
    }

    /// Where reading stands, for messages.
    pub(super) fn position(&self) -> usize {
        self.decoder.position
    }

    /// Up to where an encoder would have written by now: not a byte of what may stand behind the data.
    pub(super) fn written(&self) -> usize {
        self.encoder.written
    }

    /// Whether reading has met the end of the file.
    pub(super) fn at_end_of_file(&self) -> bool {
        self.decoder.position + 1 >= self.data.len()
    }

    /// Ends the interval (D.1.8); `None` when the file holds something else
    /// than what an encoder writes.
    pub(super) fn finish(mut self) -> Option<End> {
        let zeros = self.encoder.flush(self.data);
        (!self.encoder.differs).then_some(End { position: self.encoder.written, zeros })
    }
}

impl Decoder {
    /// Whether the next decision is for the less probable symbol, in an interval of
    /// which `qe` is its part (D.2.4, D.2.5). The interval is made wider again
    /// before the next one, so that the caller can see whether it has to be.
    #[inline]
    fn decode(&mut self, data: &[u8], qe: u32) -> bool {
        while self.interval < 0x8000 {
            self.spare -= 1;
            if self.spare < 0 {
                self.code = self.code << 8 | u64::from(self.next_byte(data));
                self.spare += 8;
                if self.spare < 0 {
                    self.spare += 1;
                    if self.spare == 0 {
                        self.interval = 0x8000;
                    }
                }
            }
            self.interval <<= 1;
        }
        self.interval -= qe;
        let border = u64::from(self.interval) << self.spare;
        // Where the parts are the wrong way round, they are exchanged.
        let exchanged = self.interval < qe;
        if self.code >= border {
            self.code -= border;
            self.interval = qe;
            !exchanged
        } else {
            self.interval < 0x8000 && exchanged
        }
    }

    /// The next byte of data (D.2.6), as libjpeg reads it: repeated 0xFF are
    /// passed over. The encoder writes none, so that they are noticed.
    #[inline]
    fn next_byte(&mut self, data: &[u8]) -> u8 {
        match data.get(self.position) {
            Some(&byte) if byte != 0xFF => {
                self.position += 1;
                byte
            }
            _ if self.ended => 0,
            _ => self.next_unusual_byte(data),
        }
    }

    #[cold]
    fn next_unusual_byte(&mut self, data: &[u8]) -> u8 {
        let rest = data.get(self.position..).unwrap_or_default();
        let row = rest.iter().take_while(|&&byte| byte == 0xFF).count();
        match rest.get(row) {
            Some(0) => {
                self.position += row + 1;
                0xFF
            }
            _ => {
                self.ended = true;
                0
            }
        }
    }
}

impl Encoder {
    /// Writes a decision (D.1.4 to D.1.6).
    #[inline]
    fn encode(&mut self, data: &[u8], qe: u32, less_probable: bool) {
        self.interval -= qe;
        if !less_probable && self.interval >= 0x8000 {
            return;
        }
        if less_probable == (self.interval >= qe) {
            self.code += u64::from(self.interval);
            self.interval = qe;
        }
        loop {
            self.interval <<= 1;
            self.code <<= 1;
            self.shifts -= 1;
            if self.shifts == 0 {
                self.put(data, self.code >> 19);
                self.code &= 0x7_FFFF;
                self.shifts = 8;
            }
            if self.interval >= 0x8000 {
                return;
            }
        }
    }

    /// Takes eight bits and a carry.
    fn put(&mut self, data: &[u8], bits: u64) {
        if bits == 0xFF {
            self.stacked += 1;
            return;
        }
        self.settle(data, bits > 0xFF);
        self.last = Some(bits as u8);
    }

    /// Writes what no later carry can change: the last byte, and those stacked behind it.
    fn settle(&mut self, data: &[u8], carry: bool) {
        match self.last.take() {
            Some(0) if !carry => self.zeros += 1,
            Some(byte) => self.write(data, byte.wrapping_add(u8::from(carry))),
            None => {}
        }
        if carry {
            self.zeros += std::mem::take(&mut self.stacked);
        }
        for _ in 0..std::mem::take(&mut self.stacked) {
            self.write(data, 0xFF);
        }
    }

    /// Ends the interval. Of the codes that mean the same, it is the one with
    /// the most zeros at its end. These are not written; gives how many they are.
    fn flush(&mut self, data: &[u8]) -> u64 {
        let low = self.code;
        let high = (low + u64::from(self.interval) - 1) & !0xFFFF;
        self.code = if high < low { high + 0x8000 } else { high };
        self.code <<= self.shifts;
        self.settle(data, self.code >> 27 != 0);
        let [first, second] = [(self.code >> 19) as u8, (self.code >> 11) as u8];
        match (first, second) {
            (0, 0) => self.zeros + 2,
            (_, 0) => {
                self.write(data, first);
                1
            }
            _ => {
                self.write(data, first);
                self.write(data, second);
                0
            }
        }
    }

    /// "Writes" a byte, after the zeros that were held back: compares it with what the file has.
    fn write(&mut self, data: &[u8], byte: u8) {
        for _ in 0..std::mem::take(&mut self.zeros) {
            self.compare(data, 0);
        }
        self.compare(data, byte);
        if byte == 0xFF {
            self.compare(data, 0);
        }
    }

    fn compare(&mut self, data: &[u8], byte: u8) {
        self.differs |= data.get(self.written) != Some(&byte);
        self.written += 1;
    }
}

//! Bits of parameter sets and sequence headers.

/// Reads bits from the first on; after the end there is an error.
pub(super) struct Bits<'a> {
    data: &'a [u8],
    at: usize,
}

/// What a parser of bits says.
pub(super) type Parsed<T> = Result<T, &'static str>;

impl<'a> Bits<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self { data, at: 0 }
    }

    /// How many bits were read.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    pub(super) fn flag(&mut self) -> Parsed<bool> {
        let byte = self.data.get(self.at / 8).ok_or("coded parameters end too early")?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Ok(bit == 1)
    }

    /// An unsigned number of up to 32 bits.
    pub(super) fn number(&mut self, bits: u32) -> Parsed<u32> {
        (0..bits).try_fold(0_u32, |number, _| Ok(number << 1 | u32::from(self.flag()?)))
    }

    pub(super) fn skip(&mut self, bits: u32) -> Parsed<()> {
        (0..bits).try_for_each(|_| self.flag().map(drop))
    }

    /// `ue(v)` of H.265, 9.2 and `uvlc()` of AV1, 4.10.3: no value above `max`.
    pub(super) fn golomb(&mut self, max: u32) -> Parsed<u32> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
            if zeros > 31 {
                return Err(LARGE);
            }
        }
        let value = (1_u32 << zeros) - 1 + self.number(zeros)?;
        if value > max { Err(LARGE) } else { Ok(value) }
    }

    /// `se(v)` of H.265, 9.2: no value whose `ue(v)` is above `max`.
    pub(super) fn signed_golomb(&mut self, max: u32) -> Parsed<i32> {
        let code = self.golomb(max.min(i32::MAX as u32 - 1))?;
        Ok(if code % 2 == 1 { code.div_ceil(2) as i32 } else { -((code / 2) as i32) })
    }

    /// Whether a one and zeros to the end of the last byte are all that follows.
    pub(super) fn is_at_trailing_bits(&mut self) -> bool {
        if !matches!(self.flag(), Ok(true)) {
            return false;
        }
        while let Ok(bit) = self.flag() {
            if bit {
                return false;
            }
        }
        true
    }
}

const LARGE: &str = "a coded parameter is larger than it may be";

/// The first `len` bits of `data`, then `tail`, then a one and zeros up to a whole byte.
pub(super) fn rebuilt(data: &[u8], len: usize, tail: &[bool]) -> Vec<u8> {
    let old = (0..len).map(|at| data.get(at / 8).is_some_and(|byte| byte >> (7 - at % 8) & 1 == 1));
    let mut out = Vec::new();
    for (at, bit) in old.chain(tail.iter().copied()).chain([true]).enumerate() {
        if at % 8 == 0 {
            out.push(0);
        }
        if let Some(last) = out.last_mut() {
            *last |= u8::from(bit) << (7 - at % 8);
        }
    }
    out
}

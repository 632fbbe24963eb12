//! The boolean decoder (RFC 6386, section 7), which knows how far it has read.

/// Reads bools of given probability.
pub(super) struct Bools<'a> {
    data: &'a [u8],
    /// Bytes loaded, zeros after the end included.
    loaded: usize,
    value: u64,
    /// Bits of `value` below the eight that a decision looks at.
    bits: i32,
    range: u32,
    /// By how much the last decision shifted.
    last_shift: i32,
}

impl<'a> Bools<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self { data, loaded: 0, value: 0, bits: -8, range: 255, last_shift: 0 }
    }

    /// Reads one bool that is false with this probability in 256.
    pub(super) fn read(&mut self, probability: u8) -> bool {
        if self.bits < 0 {
            self.load();
        }
        let split = 1 + (((self.range - 1) * u32::from(probability)) >> 8);
        let scaled = u64::from(split) << self.bits;
        let bit = self.value >= scaled;
        if bit {
            self.range -= split;
            self.value -= scaled;
        } else {
            self.range = split;
        }
        let shift = self.range.leading_zeros() - 24;
        self.range <<= shift;
        self.last_shift = shift.cast_signed();
        self.bits -= self.last_shift;
        bit
    }

    /// A number of so many bits, the highest first.
    pub(super) fn literal(&mut self, bits: u32) -> u32 {
        (0..bits).fold(0, |value, _| value << 1 | u32::from(self.read(128)))
    }

    pub(super) fn flag(&mut self) -> bool {
        self.read(128)
    }

    /// How many bytes the decisions so far depend on: a decision looks at the
    /// next eight bits, and no byte after these could have changed it.
    pub(super) fn needed(&self) -> usize {
        if self.loaded == 0 {
            return 0;
        }
        let bits = (self.loaded * 8) as i64 - i64::from(self.bits) - i64::from(self.last_shift);
        usize::try_from(bits).unwrap_or(0).div_ceil(8)
    }

    /// Whether a decision depended on a byte after the end.
    pub(super) fn is_overdrawn(&self) -> bool {
        self.needed() > self.data.len()
    }

    fn load(&mut self) {
        if let Some(bytes) = self.data.get(self.loaded..).and_then(<[u8]>::first_chunk::<4>) {
            self.value = self.value << 32 | u64::from(u32::from_be_bytes(*bytes));
            self.bits += 32;
            self.loaded += 4;
        } else {
            let byte = self.data.get(self.loaded).copied().unwrap_or(0);
            self.value = self.value << 8 | u64::from(byte);
            self.bits += 8;
            self.loaded += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_byte_after_those_needed_changes_a_decision() {
        let data: Vec<u8> = (0..200_u32).map(|at| (at * 89 + 7) as u8).collect();
        for count in [1, 2, 7, 8, 9, 100, 333] {
            let run = |data: &[u8]| {
                let mut bools = Bools::new(data);
                let bits: Vec<bool> = (0..count).map(|at| bools.read((at * 37 % 255 + 1) as u8)).collect();
                (bits, bools.needed())
            };
            let (bits, needed) = run(&data);
            let mut changed = data.clone();
            changed[needed..].fill(0xA5);
            assert_eq!(run(&changed), (bits.clone(), needed));
            assert_eq!(run(&data[..needed]), (bits, needed));
        }
    }
}

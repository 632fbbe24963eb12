//! How much memory a picture may take, so that a large one is refused with a
//! reason instead of ending the whole process.

const MIB: u64 = 1 << 20;

/// What the process itself takes: the program, the TLS connections and their
/// buffers, the allocator's slack. It waits for its first event with 7 MiB; the
/// rest is for what cannot be counted.
const PROCESS: u64 = 48 * MIB;

/// The memory that pictures may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// What Lambda gives the function, in megabytes.
    function_megabytes: u64,
}

impl Memory {
    /// The memory of a function of so many megabytes.
    #[must_use]
    pub fn of_function(megabytes: u64) -> Self {
        Self { function_megabytes: megabytes }
    }

    /// The least that Lambda gives a function.
    #[must_use]
    pub fn smallest() -> Self {
        Self::of_function(128)
    }

    /// The largest file that is read. The kept parts of a clean picture share
    /// the memory of the input, hence no second copy is counted.
    #[must_use]
    pub fn max_input(self) -> u64 {
        (self.function_megabytes * MIB).saturating_sub(PROCESS)
    }

    /// What a rotation may take for a file of `input` bytes: all that the
    /// input, and an output of the same size, leave.
    #[must_use]
    pub fn max_rotation(self, input: u64) -> u64 {
        self.max_input().saturating_sub(input.saturating_mul(2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_function_turns_what_phones_make() {
        // 4032x3024 in 4:2:0: coefficients of 17 bits, 12 MB file.
        let coefficients = 4032 * 3024 * 3 / 2 * 17 / 8;
        assert!(Memory::of_function(1024).max_rotation(12_000_000) > coefficients);
    }

    #[test]
    fn nothing_underflows() {
        assert_eq!(Memory::of_function(0).max_input(), 0);
        assert_eq!(Memory::smallest().max_rotation(u64::MAX), 0);
        assert_eq!(Memory::smallest().max_input(), 80 * MIB);
    }
}

//! How much memory a picture may take, so that a large one is refused with a
//! reason instead of ending the whole process.
//!
//! A picture takes its file's length and what cleaning it takes besides
//! ([`sanitizer::memory_needed`]). Whether that fits is decided by two numbers:
//!
//! - What Lambda gives, less `PROCESS`. It is always the same, so the same picture always gets the same answer, and
//!   what does not fit is rejected with the `memory` that is enough.
//! - What is free at this moment. The process gives its memory back after each picture (`main.rs` sees to that), so this
//!   is more, or something is wrong: then the invocation fails, and Lambda tries again.

use crate::error::Error;

const MIB: u64 = 1 << 20;

/// What is not there for pictures: the program, the TLS connections and their buffers, what Lambda's own processes take,
/// and what the allocator cannot give back. It waits for its first event with 7 MiB; the rest is for what cannot be counted.
const PROCESS: u64 = 40 * MIB;

/// What stays free beside a picture and all that the process holds already.
const MARGIN: u64 = 16 * MIB;

/// The most that Lambda gives a function, in megabytes.
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>
const MOST_MEGABYTES: u64 = 10_240;

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

    /// What a picture may take, its file included. The kept parts of a clean picture share
    /// the memory of the file.
    #[must_use]
    pub fn of_picture(self) -> u64 {
        (self.function_megabytes * MIB).saturating_sub(PROCESS)
    }

    /// Asks whether a picture that takes `bytes` in all ever fits.
    ///
    /// # Errors
    /// [`Error::Rejected`] when it does not.
    pub fn fits(self, bytes: u64) -> Result<(), Error> {
        if bytes > self.of_picture() { Err(self.rejection(bytes)) } else { Ok(()) }
    }

    /// Asks whether it fits at this moment, beside what the process holds.
    ///
    /// # Errors
    /// [`Error::MemoryHeld`] when it does not; [`Error::Rejected`] when the process may not map as much.
    pub fn fits_now(self, bytes: u64) -> Result<(), Error> {
        let process = Process::now();
        if let Some(space) = process.address_space
            && bytes > space.saturating_sub(MARGIN)
        {
            let reason = format!(
                "cleaning it takes {} MB of memory, and the process may map no more than {} MB more (RLIMIT_AS)",
                megabytes(bytes),
                space / MIB
            );
            return Err(Error::Rejected { kind: TOO_LARGE, reason });
        }
        let free = (self.function_megabytes * MIB).saturating_sub(process.held + MARGIN);
        if bytes > free {
            return Err(Error::MemoryHeld { held: process.held / MIB, needed: megabytes(bytes) });
        }
        Ok(())
    }

    /// Whether the addresses of the process are limited (`RLIMIT_AS`), which Lambda does not do.
    #[must_use]
    pub fn is_address_space_limited() -> bool {
        Process::now().address_space.is_some()
    }

    /// Why a picture that takes `bytes` in all is rejected, and what would help.
    #[must_use]
    pub fn rejection(self, bytes: u64) -> Error {
        let (needed, given) = (megabytes(bytes), self.of_picture() / MIB);
        let enough = megabytes(bytes.saturating_add(PROCESS));
        let advice = if enough <= MOST_MEGABYTES {
            format!("function.memory = {enough} in config.toml is enough")
        } else {
            format!("the most that Lambda gives, function.memory = {MOST_MEGABYTES}, would not be enough")
        };
        let reason = format!(
            "cleaning it takes {needed} MB of memory, more than the {given} MB that function.memory = {} leaves for a \
             picture; {advice}",
            self.function_megabytes
        );
        Error::Rejected { kind: TOO_LARGE, reason }
    }
}

/// The word for what does not fit.
const TOO_LARGE: &str = "too-large";

/// Whole megabytes that hold so many bytes.
fn megabytes(bytes: u64) -> u64 {
    bytes.div_ceil(MIB)
}

/// What this process holds, by what Linux says of it
/// (<https://man7.org/linux/man-pages/man5/proc_pid_status.5.html>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Process {
    /// Bytes of memory. Zero where it is not known: then the constant part of the model stands alone.
    held: u64,
    /// Bytes of addresses that are left, where they are limited.
    address_space: Option<u64>,
}

impl Process {
    fn now() -> Self {
        let read = |path| std::fs::read_to_string(path).unwrap_or_default();
        Self::read(&read("/proc/self/status"), &read("/proc/self/limits"))
    }

    fn read(status: &str, limits: &str) -> Self {
        let number = |text: &str, name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse::<u64>().ok()
        };
        let kilobytes = |name| number(status, name).map(|kilobytes| kilobytes * 1024);
        // In bytes, or the word "unlimited".
        let address_space = number(limits, "Max address space")
            .zip(kilobytes("VmSize:"))
            .map(|(limit, mapped)| limit.saturating_sub(mapped));
        Self { held: kilobytes("VmRSS:").unwrap_or(0), address_space }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_function_turns_what_phones_make() {
        // 4032x3024 in 4:2:0: coefficients of 17 bits, a file of 12 MB, and its output.
        let coefficients = 4032 * 3024 * 3 / 2 * 17 / 8;
        assert!(Memory::of_function(1024).of_picture() > coefficients + 12_000_000 * 9 / 4);
    }

    #[test]
    fn nothing_underflows() {
        assert_eq!(Memory::of_function(0).of_picture(), 0);
        assert_eq!(Memory::smallest().of_picture(), 88 * MIB);
        assert!(Memory::of_function(0).fits(u64::MAX).unwrap_err().is_rejection());
    }

    #[test]
    fn what_would_be_enough_is_enough() {
        let memory = Memory::smallest();
        memory.fits(memory.of_picture()).unwrap();
        memory.fits_now(memory.of_picture() / 4).unwrap();
        for bytes in [89 * MIB, 213_647_367, 10_200 * MIB] {
            let error = memory.fits(bytes).unwrap_err().to_string();
            let (_, enough) = error.split_once("; function.memory = ").unwrap();
            let enough: u64 = enough.split(' ').next().unwrap().parse().unwrap();
            assert!(enough <= MOST_MEGABYTES && Memory::of_function(enough).of_picture() >= bytes, "{error}");
            assert!(Memory::of_function(enough - 1).of_picture() < bytes, "{error}");
        }
        let error = memory.fits(10_200 * MIB + 1).unwrap_err();
        assert!(error.is_rejection() && error.to_string().ends_with("10240, would not be enough"), "{error}");
    }

    #[test]
    fn what_the_process_holds_is_read() {
        let status = "Name:\tbootstrap\nVmSize:\t  300000 kB\nVmRSS:\t   12000 kB\n";
        let limits = |limit: &str| {
            format!("Limit  Soft Limit  Hard Limit  Units\nMax address space   {limit}  unlimited  bytes\n")
        };
        let read = |limit: &str| Process::read(status, &limits(limit));
        assert_eq!(read("unlimited"), Process { held: 12_288_000, address_space: None });
        assert_eq!(read("400000000").address_space, Some(92_800_000));
        assert_eq!(read("4").address_space, Some(0));
        assert_eq!(Process::read("", ""), Process { held: 0, address_space: None });
        let now = Process::now();
        assert!(!cfg!(target_os = "linux") || (1..1 << 32).contains(&now.held), "{now:?}");
    }
}

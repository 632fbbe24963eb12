//! Reads the built program: would Lambda start it?
//!
//! A program for the wrong processor or a newer C library is accepted by
//! `CreateFunction` and fails at its first event, so it is refused before the
//! upload. <https://refspecs.linuxfoundation.org/LSB_5.0.0/LSB-Core-generic/LSB-Core-generic/symversion.html>

use std::fmt;

use object::{
    Endianness,
    elf::{EM_AARCH64, EM_X86_64, ET_DYN, ET_EXEC, FileHeader64, VER_FLG_WEAK},
    read::elf::FileHeader,
};

use engine::config::Architecture;

/// The glibc of Lambda's `provided.al2023` (Amazon Linux 2023).
pub(super) const LAMBDA_GLIBC: Glibc = Glibc(2, 34);

/// A version of glibc.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub(crate) struct Glibc(pub u16, pub u16);

impl fmt::Display for Glibc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

/// What a program says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Elf {
    /// The processor it is for.
    pub architecture: Architecture,
    /// The newest glibc it needs; none when it is linked statically.
    pub glibc: Option<Glibc>,
}

/// Reads the headers of a program.
///
/// # Errors
/// In words: why this is no program for a Linux that Lambda runs.
pub(super) fn read(file: &[u8]) -> Result<Elf, String> {
    if !file.starts_with(b"\x7fELF") {
        return Err("it is no ELF file".to_owned());
    }
    let damaged = |error: object::read::Error| format!("its ELF headers are damaged ({error})");
    let header =
        FileHeader64::<Endianness>::parse(file).map_err(|_| "it is no 64-bit ELF file".to_owned())?;
    let endian = header.endian().map_err(damaged)?;
    let is_little = !matches!(endian, Endianness::Big);
    let architecture = match header.e_machine(endian) {
        EM_X86_64 if is_little => Architecture::X86_64,
        EM_AARCH64 if is_little => Architecture::Arm64,
        machine => {
            return Err(format!(
                "it is for a processor that Lambda does not have (ELF machine {})",
                machine.0
            ));
        }
    };
    // Position-independent programs are of the type of libraries, which however
    // have no place where to start.
    let is_program = matches!(header.e_type(endian), ET_EXEC | ET_DYN) && header.e_entry(endian) != 0;
    if !is_program {
        return Err("it is an object file or a library, not a program".to_owned());
    }
    let sections = header.sections(endian, file).map_err(damaged)?;
    let mut newest = None;
    if let Some((mut libraries, link)) = sections.gnu_verneed(endian, file).map_err(damaged)? {
        let names = sections.strings(endian, file, link).map_err(damaged)?;
        while let Some((_, mut versions)) = libraries.next().map_err(damaged)? {
            while let Some(version) = versions.next().map_err(damaged)? {
                // The loader only warns when a weak one is missing.
                let is_weak = version.vna_flags.get(endian).contains(VER_FLG_WEAK);
                let name = version.name(endian, names).map_err(damaged)?;
                newest = newest.max(glibc(name).filter(|_| !is_weak));
            }
        }
    }
    Ok(Elf { architecture, glibc: newest })
}

/// `GLIBC_2.34` or `GLIBC_2.2.5`, but not `GLIBC_PRIVATE` or `GCC_3.0`.
fn glibc(version: &[u8]) -> Option<Glibc> {
    let mut numbers = std::str::from_utf8(version).ok()?.strip_prefix("GLIBC_")?.split('.');
    Some(Glibc(numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// This test itself: a Linux program, where the tests run on Linux.
    fn this_program() -> Vec<u8> {
        // Its headers and sections, not its debug information, count here.
        std::fs::read(std::env::current_exe().unwrap()).unwrap()
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(glibc(b"GLIBC_2.34"), Some(Glibc(2, 34)));
        assert_eq!(glibc(b"GLIBC_2.2.5"), Some(Glibc(2, 2)));
        assert_eq!(glibc(b"GLIBC_PRIVATE"), None);
        assert_eq!(glibc(b"GCC_3.0"), None);
        assert!(Glibc(2, 9) < Glibc(2, 34));
    }

    #[test]
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    fn a_program_is_read() {
        let elf = read(&this_program()).unwrap();
        assert_eq!(elf.architecture.as_str(), if cfg!(target_arch = "x86_64") { "x86_64" } else { "arm64" });
        assert!(elf.glibc.unwrap() >= Glibc(2, 17), "{elf:?}");
    }

    #[test]
    fn what_is_no_program_is_told_apart() {
        assert_eq!(read(b"").unwrap_err(), "it is no ELF file");
        assert_eq!(read(b"#!/bin/sh").unwrap_err(), "it is no ELF file");
        assert_eq!(read(b"\x7fELF\x02\x01\x01").unwrap_err(), "it is no 64-bit ELF file");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn other_machines_and_libraries_are_refused() {
        let program = this_program();
        let changed = |at: usize, to: &[u8]| {
            let mut copy = program.clone();
            copy[at..at + to.len()].copy_from_slice(to);
            read(&copy)
        };
        // e_machine = EM_RISCV, e_type = ET_REL, e_entry = 0 (System V ABI, "ELF Header").
        assert!(changed(18, &243u16.to_le_bytes()).unwrap_err().contains("ELF machine 243"));
        assert!(changed(16, &1u16.to_le_bytes()).unwrap_err().contains("an object file or a library"));
        assert!(changed(24, &[0; 8]).unwrap_err().contains("an object file or a library"));
        // e_shoff far behind the end.
        assert!(changed(40, &u64::MAX.to_le_bytes()).unwrap_err().contains("damaged"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        #[cfg(target_os = "linux")]
        fn damaged_files_never_panic(
            cut in any::<prop::sample::Index>(),
            changes in prop::collection::vec((0usize..4096, any::<u8>()), 0..12),
        ) {
            // Changed and put back in place: it is large.
            static PROGRAM: std::sync::LazyLock<std::sync::Mutex<Vec<u8>>> =
                std::sync::LazyLock::new(|| std::sync::Mutex::new(this_program()));
            let mut file = PROGRAM.lock().unwrap();
            let mut undo = Vec::new();
            // The headers are at the start, the section table at the end.
            let from_end = file.len() - 4096;
            for (index, (at, byte)) in changes.into_iter().enumerate() {
                let at = if index % 2 == 0 { at } else { from_end + at };
                undo.push((at, std::mem::replace(&mut file[at], byte)));
            }
            let _ = read(&file);
            let _ = read(&file[..cut.index(file.len())]);
            for (at, byte) in undo.into_iter().rev() {
                file[at] = byte;
            }
        }

        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            let _ = read(&bytes);
            let _ = read(&[b"\x7fELF\x02\x01\x01\x00".as_slice(), &bytes].concat());
        }
    }
}

//! How to build for Lambda with the tools that are on this machine.

use std::path::Path;

use super::Error;
use engine::config::Architecture;

/// A way to build for Lambda.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Method {
    /// This machine is what Lambda is: plain `cargo build`.
    Native,
    /// `cargo zigbuild`, against exactly Lambda's glibc.
    Zig,
    /// `cargo build --target` with the distribution's cross compiler.
    Cross {
        /// The linker, which is also the C compiler.
        linker: &'static str,
    },
}

/// What is on this machine.
#[derive(Debug, Clone)]
pub(super) struct Tools {
    /// Linux on this processor, if it is that.
    pub(super) linux: Option<Architecture>,
    /// `cargo-zigbuild` is installed.
    pub(super) zigbuild: bool,
    /// The cross compiler for the wanted processor is installed.
    pub(super) cross_compiler: bool,
    /// Rust's standard library for the wanted processor is installed.
    pub(super) std: bool,
}

/// The target triple of Lambda's `provided.al2023`.
pub(super) fn triple(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::X86_64 => "x86_64-unknown-linux-gnu",
        Architecture::Arm64 => "aarch64-unknown-linux-gnu",
    }
}

/// The cross compiler as Debian, Ubuntu and Fedora call it.
fn cross_compiler(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::X86_64 => "x86_64-linux-gnu-gcc",
        Architecture::Arm64 => "aarch64-linux-gnu-gcc",
    }
}

/// Chooses how to build for `architecture`.
pub(super) fn choose(architecture: Architecture, tools: &Tools) -> Result<Method, Error> {
    let triple = triple(architecture);
    if tools.linux == Some(architecture) {
        return Ok(Method::Native);
    }
    let method = if tools.zigbuild {
        Method::Zig
    } else if tools.cross_compiler {
        Method::Cross { linker: cross_compiler(architecture) }
    } else {
        return Err(Error::NoLinker { triple });
    };
    if tools.std { Ok(method) } else { Err(Error::NoTarget { triple }) }
}

impl Tools {
    /// Looks what is there. `target_libdir` is what
    /// `rustc --print target-libdir --target ...` answers.
    pub(super) fn look(architecture: Architecture, target_libdir: Option<&Path>) -> Self {
        let linux = match (std::env::consts::OS, std::env::consts::ARCH) {
            ("linux", "x86_64") => Some(Architecture::X86_64),
            ("linux", "aarch64") => Some(Architecture::Arm64),
            _ => None,
        };
        Self {
            linux,
            zigbuild: on_path("cargo-zigbuild"),
            cross_compiler: on_path(cross_compiler(architecture)),
            std: target_libdir.is_some_and(Path::is_dir),
        }
    }
}

fn on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&path).any(|folder| folder.join(&file).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Tools = Tools { linux: None, zigbuild: false, cross_compiler: false, std: false };

    #[test]
    fn the_same_machine_needs_nothing_else() {
        let tools = Tools { linux: Some(Architecture::X86_64), ..NOTHING };
        assert_eq!(choose(Architecture::X86_64, &tools).unwrap(), Method::Native);
    }

    #[test]
    fn zig_goes_before_the_distributions_compiler() {
        let tools = Tools { zigbuild: true, cross_compiler: true, std: true, ..NOTHING };
        assert_eq!(choose(Architecture::Arm64, &tools).unwrap(), Method::Zig);
        let tools = Tools { zigbuild: false, ..tools };
        assert_eq!(
            choose(Architecture::Arm64, &tools).unwrap(),
            Method::Cross { linker: "aarch64-linux-gnu-gcc" }
        );
    }

    #[test]
    fn what_is_missing_is_said() {
        let linux = Tools { linux: Some(Architecture::X86_64), ..NOTHING };
        assert!(matches!(choose(Architecture::Arm64, &linux), Err(Error::NoLinker { .. })));
        let zig = Tools { zigbuild: true, ..linux };
        assert!(matches!(choose(Architecture::Arm64, &zig), Err(Error::NoTarget { .. })));
    }
}

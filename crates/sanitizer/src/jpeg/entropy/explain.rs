//! Errors for what the readers of coded data stopped at.

use super::{
    arithmetic::{Failure, Why},
    bits::{Bits, Fault},
};
use crate::{
    Error,
    jpeg::{malformed, truncated, unprovable},
};

pub(super) fn explain(fault: Fault, bits: &Bits<'_>, offset: usize) -> Error {
    let at = offset + bits.position();
    match fault {
        _ if bits.is_used_up() && bits.at_end_of_file() => truncated(at, "a scan goes on"),
        Fault::End => malformed(at, "a scan ends before its last block"),
        Fault::Code => malformed(at, "the coded data has a code that its Huffman table has not"),
        Fault::Run => malformed(at, "a run of zeros goes past the end of its block"),
        Fault::Meaning => malformed(at, "the coded data has a code without a meaning"),
        Fault::BlockRun => malformed(at, "a run of empty blocks goes past the end of the scan"),
    }
}

pub(super) fn explain_arithmetic(failure: &Failure, offset: usize) -> Error {
    let at = offset + failure.position;
    match failure.why {
        Why::Fault(_) | Why::End if failure.at_end_of_file => truncated(at, "a scan goes on"),
        Why::Fault(_) => malformed(at, "the arithmetic-coded data has a coefficient that cannot be"),
        Why::End => unprovable(at, "arithmetic-coded data that ends as no encoder ends it"),
        Why::Zeros => unprovable(at, "the coded data ends with zeros here and without there"),
        Why::Work => unprovable(at, "too large a picture for so few bytes of arithmetic-coded data"),
    }
}

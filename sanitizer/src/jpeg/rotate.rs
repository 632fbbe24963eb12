//! Exact rotation of a JPEG's coefficients, as jpegtran does it.

use super::entropy::Frame;
use crate::Error;

/// What turns a picture upright.
#[derive(Clone, Copy)]
pub(crate) enum Transform {
    FlipH,
    Rotate180,
    FlipV,
    Transpose,
    Rotate90,
    Transverse,
    Rotate270,
}

impl Transform {
    pub(crate) fn for_orientation(orientation: u8) -> Option<Self> {
        Some(match orientation {
            2 => Self::FlipH,
            3 => Self::Rotate180,
            4 => Self::FlipV,
            5 => Self::Transpose,
            6 => Self::Rotate90,
            7 => Self::Transverse,
            8 => Self::Rotate270,
            _ => return None,
        })
    }
}

pub(crate) fn is_exact(_frame: &Frame, _transform: Transform) -> bool {
    false
}

pub(crate) fn turn(
    _jpeg: &[u8],
    _transform: Transform,
    _trim: bool,
    _max_memory: u64,
) -> Result<Vec<u8>, Error> {
    Err(Error::NotRotatable { what: "not built yet" })
}

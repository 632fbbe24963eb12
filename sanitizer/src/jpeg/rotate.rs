//! Exact rotation of a JPEG's coefficients, as jpegtran does it.

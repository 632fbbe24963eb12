//! Proves where the entropy-coded data of a JPEG ends, without making pixels of it.

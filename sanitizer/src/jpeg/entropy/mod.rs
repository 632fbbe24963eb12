//! Proves where the entropy-coded data of a JPEG ends, without making pixels of it.

/// A component of the frame header (SOFn).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Component {
    /// Its identifier, which scan headers refer to.
    pub id: u8,
    /// Horizontal sampling factor, 1..=4.
    pub h: u8,
    /// Vertical sampling factor, 1..=4.
    pub v: u8,
}

/// A frame header (SOFn), ITU-T T.81 B.2.2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    /// The second byte of the marker, 0xC0..=0xCF: the coding process.
    pub sof: u8,
    /// Bits per sample.
    pub precision: u8,
    /// Width in pixels.
    pub width: u16,
    /// Height in pixels; 0 when a DNL segment tells it after the first scan.
    pub height: u16,
    /// The components, in the order of the header.
    pub components: Vec<Component>,
}

#[cfg(test)]
pub(crate) mod samples;

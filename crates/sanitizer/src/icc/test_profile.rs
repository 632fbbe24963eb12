//! Profiles for tests, tag by tag.

use super::srgb::COLORANTS;

/// A profile in the making.
#[derive(Clone)]
pub(crate) struct TestProfile {
    header: Vec<u8>,
    tags: Vec<([u8; 4], Vec<u8>)>,
}

impl TestProfile {
    /// A version 2 profile without tags.
    pub(crate) fn new(space: &[u8; 4], pcs: &[u8; 4]) -> Self {
        let mut header = vec![0; 128];
        header[8..10].copy_from_slice(&[2, 0x40]);
        header[12..24].copy_from_slice(&[b"mntr", &space[..], pcs].concat());
        header[36..40].copy_from_slice(b"acsp");
        Self { header, tags: Vec::new() }
    }

    /// sRGB by colorants and parametric curves.
    pub(crate) fn srgb() -> Self {
        let mut profile = Self::new(b"RGB ", b"XYZ ");
        for (kind, values) in COLORANTS {
            let values: Vec<u8> = values.iter().flat_map(|value| value.to_be_bytes()).collect();
            profile = profile.tag(kind, [b"XYZ \0\0\0\0", &values[..]].concat());
        }
        let curve = b"para\0\0\0\0\0\x03\0\0\0\x02\x66\x66\0\0\xF2\xA7\0\0\x0D\x59\0\0\x13\xD0\0\0\x0A\x5B";
        [b"rTRC", b"gTRC", b"bTRC"]
            .into_iter()
            .fold(profile, |profile, kind| profile.tag(kind, curve.to_vec()))
    }

    /// Sets a tag.
    pub(crate) fn tag(mut self, signature: &[u8; 4], data: Vec<u8>) -> Self {
        self.tags.retain(|(known, _)| known != signature);
        self.tags.push((*signature, data));
        self
    }

    /// Writes bytes over the header.
    pub(crate) fn header(mut self, at: usize, bytes: &[u8]) -> Self {
        self.header[at..at + bytes.len()].copy_from_slice(bytes);
        self
    }

    /// The profile, with `gap` in front of each tag's data.
    pub(crate) fn build_with_gaps(&self, gap: &[u8]) -> Vec<u8> {
        let mut profile = self.header.clone();
        profile.extend((self.tags.len() as u32).to_be_bytes());
        let mut data = Vec::new();
        let start = 132 + 12 * self.tags.len();
        for (signature, bytes) in &self.tags {
            data.extend_from_slice(gap);
            data.resize(data.len().next_multiple_of(4), gap.first().copied().unwrap_or(0));
            profile.extend(signature);
            profile.extend(((start + data.len()) as u32).to_be_bytes());
            profile.extend((bytes.len() as u32).to_be_bytes());
            data.extend_from_slice(bytes);
        }
        profile.extend(data);
        let len = profile.len() as u32;
        profile[..4].copy_from_slice(&len.to_be_bytes());
        profile
    }

    pub(crate) fn build(&self) -> Vec<u8> {
        self.build_with_gaps(&[])
    }
}

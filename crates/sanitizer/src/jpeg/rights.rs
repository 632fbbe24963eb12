//! Collects what the segments in front of the picture say about rights.

use std::ops::Range;

use super::app::{Content, XMP};
use crate::{
    Category, Rights, RightsOutcome,
    facts::PHOTOSHOP,
    rights::{Collector, Statement},
};

/// Image resources in all that are looked at, in bytes.
const MOST_RESOURCES: usize = 1 << 20;

/// Collects along the walk.
pub(super) struct RightsReader {
    collector: Collector,
    /// Photoshop's image resources, one range for each segment. What is too long for one goes on in the next.
    resources: Vec<Range<usize>>,
    /// Their length in all.
    len: usize,
}

impl RightsReader {
    pub(super) fn new(keep: Rights) -> Self {
        Self { collector: Collector::new(keep), resources: Vec::new(), len: 0 }
    }

    /// Reads the APPn segment with `payload`. Extended XMP is not read: what editors say of rights stands in the packet itself.
    pub(super) fn segment(&mut self, input: &[u8], content: Content, payload: &Range<usize>) {
        if !self.collector.is_on() {
            return;
        }
        let bytes = &input[payload.clone()];
        match content {
            Content::Exif => self.collector.exif(&bytes[6..]),
            Content::Xmp => self.collector.xmp(&bytes[XMP.len()..]),
            Content::Other(Category::Iptc) if bytes.starts_with(PHOTOSHOP) => {
                self.len += bytes.len();
                if self.len <= MOST_RESOURCES {
                    self.resources.push(payload.start + PHOTOSHOP.len()..payload.end);
                }
            }
            _ => {}
        }
    }

    /// What stays.
    pub(super) fn finish(mut self, input: &[u8]) -> (Statement, RightsOutcome) {
        if !self.resources.is_empty() {
            let parts: Vec<&[u8]> = self.resources.into_iter().map(|range| &input[range]).collect();
            self.collector.iptc(&parts.concat());
        }
        self.collector.finish()
    }
}

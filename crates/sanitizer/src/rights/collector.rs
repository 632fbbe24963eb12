//! Collects what the blocks of a file say about rights, in the order of the file.

use super::{Rights, Statement, exif, iim, statement::Property, xmp};
use crate::RightsOutcome;

/// The longest packet of XMP that is read.
pub(crate) const MOST_PACKET: usize = 4 << 20;
const TOO_LONG: &str = "its XMP is too long to be read";
/// Blocks of each kind that are read. The first decides, and there is hardly a second.
const MOST_BLOCKS: usize = 8;

/// Reads blocks as they come. It reads none when nothing is to be kept.
#[derive(Debug, Default)]
pub(crate) struct Collector {
    keep: Rights,
    xmp: Source,
    iptc: Source,
    exif: Source,
    text: Source,
    /// Why a block could not be read that may have said something.
    unread: Option<&'static str>,
}

#[derive(Debug, Default)]
struct Source {
    said: Statement,
    blocks: usize,
}

impl Source {
    fn add(&mut self, read: impl FnOnce() -> Statement) {
        if self.blocks < MOST_BLOCKS {
            self.blocks += 1;
            self.said = std::mem::take(&mut self.said).or(read());
        }
    }
}

impl Collector {
    pub(crate) fn new(keep: Rights) -> Self {
        Self { keep, ..Self::default() }
    }

    /// Whether anything is to be kept, so that it is worth while to get at blocks.
    pub(crate) fn is_on(&self) -> bool {
        !self.keep.is_empty()
    }

    /// Whether more blocks of any kind may be read, where it takes work to get at them.
    pub(crate) fn takes_more(&self) -> bool {
        let sources = [&self.xmp, &self.iptc, &self.exif, &self.text];
        self.is_on() && sources.iter().map(|source| source.blocks).sum::<usize>() < MOST_BLOCKS
    }

    /// Reads a packet of XMP.
    pub(crate) fn xmp(&mut self, packet: &[u8]) {
        if !self.is_on() {
            return;
        }
        let unread = &mut self.unread;
        self.xmp.add(|| {
            if packet.len() > MOST_PACKET {
                unread.get_or_insert(TOO_LONG);
                return Statement::default();
            }
            xmp::read(packet).unwrap_or_else(|| {
                unread.get_or_insert("its XMP cannot be read");
                Statement::default()
            })
        });
    }

    /// Notes a packet that is longer than [`MOST_PACKET`], and not read.
    pub(crate) fn skip_xmp(&mut self) {
        if self.is_on() {
            self.unread.get_or_insert(TOO_LONG);
        }
    }

    /// Reads Photoshop's image resources, with the name in front of them or without, or a bare record of IPTC.
    pub(crate) fn iptc(&mut self, resources: &[u8]) {
        if self.is_on() {
            self.iptc.add(|| iim::read(resources));
        }
    }

    /// Reads a block of EXIF: its TIFF structure, with JPEG's name in front of it or without.
    pub(crate) fn exif(&mut self, block: &[u8]) {
        if self.is_on() {
            self.exif.add(|| exif::read(block.strip_prefix(b"Exif\0\0").unwrap_or(block)));
        }
    }

    /// Reads a text of PNG (W3C PNG, third edition, 11.3.3.1).
    pub(crate) fn png_text(&mut self, keyword: &str, text: &str) {
        let property = match keyword {
            "Author" => Property::Creator,
            "Copyright" => Property::Copyright,
            _ => return,
        };
        if self.is_on() {
            self.text.add(|| {
                let mut said = Statement::default();
                said.add(property, text);
                said
            });
        }
    }

    /// What stays, and the words for the report.
    pub(crate) fn finish(self) -> (Statement, RightsOutcome) {
        let said = self.xmp.said.or(self.iptc.said).or(self.exif.said).or(self.text.said);
        let statement = said.only(self.keep);
        let outcome = RightsOutcome { kept: statement.rights(), unread: self.unread };
        (statement, outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Right;

    fn packet(creator: &str, copyright: &str) -> String {
        let mut said = Statement::default();
        said.add(Property::Creator, creator);
        said.add(Property::Copyright, copyright);
        said.packet().unwrap_or_default()
    }

    fn kept(collector: Collector) -> String {
        collector.finish().0.packet().unwrap_or_default()
    }

    #[test]
    fn of_what_is_said_twice_xmp_comes_first_and_then_the_order_of_the_file() {
        let mut collector = Collector::new(Rights::ALL);
        collector.png_text("Author", "by text");
        collector.iptc(b"\x1C\x02\x74\0\x07by IPTC\x1C\x02\x50\0\x07by IPTC");
        collector.xmp(packet("by XMP", "").as_bytes());
        collector.xmp(packet("by more XMP", "more").as_bytes());
        assert_eq!(kept(collector), packet("by XMP", "more"));

        let mut collector = Collector::new(Rights::ALL);
        collector.png_text("Author", "by text");
        collector.iptc(b"\x1C\x02\x74\0\x07by IPTC");
        assert_eq!(kept(collector), packet("by text", "by IPTC"));
    }

    #[test]
    fn nothing_is_read_that_was_not_asked_for() {
        let mut collector = Collector::new(Rights::NONE);
        collector.xmp(b"<");
        assert_eq!(collector.finish(), (Statement::default(), RightsOutcome::default()));
        let mut collector = Collector::new([Right::Credit].into_iter().collect());
        collector.xmp(packet("Ada", "Rights").as_bytes());
        assert_eq!(collector.finish(), (Statement::default(), RightsOutcome::default()));
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let mut collector = Collector::new(Rights::ALL);
        collector.xmp(b"<a>");
        collector.xmp(packet("Ada", "").as_bytes());
        let (said, outcome) = collector.finish();
        assert_eq!(said.packet().unwrap(), packet("Ada", ""));
        assert_eq!(outcome.unread, Some("its XMP cannot be read"));
        let mut collector = Collector::new(Rights::ALL);
        collector.xmp(&vec![b' '; 10 << 20]);
        assert_eq!(collector.finish().1.unread, Some("its XMP is too long to be read"));
    }

    #[test]
    fn a_thousand_blocks_are_no_thousand_readings() {
        let mut collector = Collector::new(Rights::ALL);
        for _ in 0..1000 {
            collector.xmp(&vec![b' '; 1 << 20]);
        }
        assert!(collector.finish().1.kept.is_empty());
    }
}

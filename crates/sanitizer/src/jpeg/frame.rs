//! The frame header (T.81, B.2.2) and the scan headers (B.2.3): what they say,
//! and which order of scans makes one picture and no more than one.

use std::ops::RangeInclusive;

use super::{malformed, unprovable};
use crate::Error;

/// The highest precision of successive approximation (T.81, table B.3).
const MAX_AL: u8 = 13;
/// More scans than any progression needs that a person would call one.
const MAX_SCANS: usize = 1024;

/// A component of the frame header (SOFn).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Component {
    /// Its identifier, which scan headers refer to.
    pub id: u8,
    /// Horizontal sampling factor, 1..=4.
    pub h: u8,
    /// Vertical sampling factor, 1..=4.
    pub v: u8,
}

/// A frame header (SOFn), ITU-T T.81 B.2.2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    /// The second byte of the marker, 0xC0..=0xCF: the coding process.
    pub sof: u8,
    /// Bits per sample.
    pub precision: u8,
    pub width: u16,
    /// Height in pixels; 0 when a DNL segment tells it after the first scan.
    pub height: u16,
    /// The components, in the order of the header.
    pub components: Vec<Component>,
}

impl Frame {
    /// The largest sampling factors.
    pub(super) fn max_sampling(&self) -> (u64, u64) {
        let h = self.components.iter().map(|component| component.h).max().unwrap_or(1);
        let v = self.components.iter().map(|component| component.v).max().unwrap_or(1);
        (u64::from(h), u64::from(v))
    }

    /// Columns and rows of a component in data units of `unit` x `unit` samples,
    /// as in a scan of its own (A.2.2).
    pub(super) fn size(&self, component: Component, unit: u64) -> (u64, u64) {
        let (max_h, max_v) = self.max_sampling();
        let samples =
            |length: u16, factor: u8, max: u64| (u64::from(length) * u64::from(factor)).div_ceil(max);
        (
            samples(self.width, component.h, max_h).div_ceil(unit),
            samples(self.height, component.v, max_v).div_ceil(unit),
        )
    }

    /// Columns and rows of a component in blocks of 8x8 samples.
    pub(super) fn size_in_blocks(&self, component: Component) -> (u64, u64) {
        self.size(component, 8)
    }
}

/// How coefficients come out of the scans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Process {
    /// Each component at once: baseline and extended.
    Sequential,
    /// In several scans that complete each other.
    Progressive,
    /// Predicted samples, no transform.
    Lossless,
}

pub(super) struct FrameHeader {
    /// What the entropy decoder and the rotation need. Where two components have one name, all have
    /// new ones.
    pub frame: Frame,
    /// The names of the components as they are in the file.
    names: Vec<u8>,
    /// The quantisation table of each component.
    pub tables: Vec<u8>,
    pub process: Process,
    pub arithmetic: bool,
    /// Whether the height stands in a DNL segment behind the first scan.
    pub has_dnl: bool,
    /// Bytes of the payload in use; more is slack.
    pub used: usize,
}

impl FrameHeader {
    /// Reads the payload of the SOF at `offset`.
    pub(super) fn read(sof: u8, payload: &[u8], offset: usize) -> Result<Self, Error> {
        let (process, precisions): (Process, RangeInclusive<u8>) = match sof {
            0xC0..=0xC1 | 0xC9 => (Process::Sequential, 8..=12),
            0xC2 | 0xCA => (Process::Progressive, 8..=12),
            0xC3 | 0xCB => (Process::Lossless, 2..=16),
            _ => return Err(unprovable(offset, "a hierarchical picture, which holds several pictures")),
        };
        let &[precision, y1, y0, x1, x0, count, ref rest @ ..] = payload else {
            return Err(malformed(offset, "a frame header that is too short"));
        };
        let count = usize::from(count);
        if count == 0 || count > 4 {
            return Err(unprovable(offset, "a picture of no or more than four components"));
        }
        let Some(specifications) = rest.get(..3 * count) else {
            return Err(malformed(offset, "a frame header that is too short"));
        };
        if !precisions.contains(&precision) {
            return Err(malformed(offset, "a precision that its process does not have"));
        }
        let width = u16::from_be_bytes([x1, x0]);
        if width == 0 {
            return Err(malformed(offset, "a picture of no width"));
        }
        let mut components: Vec<Component> = Vec::with_capacity(count);
        let mut tables = Vec::with_capacity(count);
        for specification in specifications.as_chunks::<3>().0 {
            let &[id, sampling, table] = specification;
            let (h, v) = (sampling >> 4, sampling & 15);
            if !(1..=4).contains(&h) || !(1..=4).contains(&v) || table > 3 {
                return Err(malformed(offset, "a component with impossible parameters"));
            }
            components.push(Component { id, h, v });
            tables.push(table);
        }
        let names: Vec<u8> = components.iter().map(|component| component.id).collect();
        if names.iter().enumerate().any(|(index, name)| names[..index].contains(name)) {
            for (component, id) in components.iter_mut().zip(1..) {
                component.id = id;
            }
        }
        let height = u16::from_be_bytes([y1, y0]);
        let frame = Frame { sof, precision, width, height, components };
        let (arithmetic, has_dnl) = (sof >= 0xC9, height == 0);
        Ok(Self { frame, names, tables, process, arithmetic, has_dnl, used: 6 + 3 * count })
    }

    /// Whether the components have other names than in the file.
    pub(super) fn is_renamed(&self) -> bool {
        self.frame.components.iter().zip(&self.names).any(|(component, &name)| component.id != name)
    }

    /// The part of its payload that is in use, with the names of `frame`.
    pub(super) fn payload(&self, payload: &[u8]) -> Vec<u8> {
        let mut payload = payload[..self.used].to_vec();
        for (index, component) in self.frame.components.iter().enumerate() {
            payload[6 + 3 * index] = component.id;
        }
        payload
    }

    /// The places of the components that a scan names. Of two with one name decoders
    /// agree which is meant only where all are named in the order of the frame.
    fn places(&self, named: &[u8], offset: usize) -> Result<Vec<usize>, Error> {
        if named == self.names {
            return Ok((0..named.len()).collect());
        }
        let place_of = |name: &u8| {
            let mut places = (0..self.names.len()).filter(|&index| self.names[index] == *name);
            match (places.next(), places.next()) {
                (Some(index), None) => Ok(index),
                (Some(_), Some(_)) => Err(malformed(offset, "a scan of one of two components of one name")),
                (None, _) => Err(malformed(offset, "a scan of a component that is not there")),
            }
        };
        named.iter().map(place_of).collect()
    }
}

/// One component of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ScanComponent {
    /// Its place in the frame header.
    pub index: usize,
    pub dc_table: u8,
    pub ac_table: u8,
}

#[derive(Debug)]
pub(super) struct ScanHeader {
    pub components: Vec<ScanComponent>,
    pub ss: u8,
    pub se: u8,
    pub ah: u8,
    pub al: u8,
    /// Bytes of the payload in use; more is slack.
    pub used: usize,
}

impl ScanHeader {
    /// Reads the payload of the SOS at `offset`.
    pub(super) fn read(header: &FrameHeader, payload: &[u8], offset: usize) -> Result<Self, Error> {
        let too_short = || malformed(offset, "a scan header that is too short");
        let count = usize::from(*payload.first().ok_or_else(too_short)?);
        if !(1..=4).contains(&count) {
            return Err(malformed(offset, "a scan of no or more than four components"));
        }
        let selectors = payload.get(1..1 + 2 * count).ok_or_else(too_short)?;
        let Some(&[ss, se, approximation]) = payload.get(1 + 2 * count..4 + 2 * count) else {
            return Err(too_short());
        };
        let mut components: Vec<ScanComponent> = Vec::with_capacity(count);
        let selectors = selectors.as_chunks::<2>().0;
        let named: Vec<u8> = selectors.iter().map(|&[name, _]| name).collect();
        for (index, &[_, tables]) in header.places(&named, offset)?.into_iter().zip(selectors) {
            if components.iter().any(|component| component.index == index) {
                return Err(malformed(offset, "a scan that names a component twice"));
            }
            components.push(ScanComponent { index, dc_table: tables >> 4, ac_table: tables & 15 });
        }
        let (ah, al) = (approximation >> 4, approximation & 15);
        Ok(Self { components, ss, se, ah, al, used: 4 + 2 * count })
    }

    /// The parameters as bytes. Where a sequential process has nothing to
    /// choose, decoders ignore what is written there; so the one legal value
    /// stands there (T.81, table B.3).
    pub(super) fn payload(&self, header: &FrameHeader) -> Vec<u8> {
        self.payload_naming(header, |index| header.frame.components[index].id)
    }

    /// The same with the names that the components have in the file.
    pub(super) fn payload_as_named(&self, header: &FrameHeader) -> Vec<u8> {
        self.payload_naming(header, |index| header.names[index])
    }

    fn payload_naming(&self, header: &FrameHeader, name: impl Fn(usize) -> u8) -> Vec<u8> {
        let mut payload = Vec::with_capacity(self.used);
        payload.push(self.components.len() as u8);
        for component in &self.components {
            payload.extend([name(component.index), component.dc_table << 4 | component.ac_table]);
        }
        payload.extend(match header.process {
            Process::Sequential => [0, 63, 0],
            _ => [self.ss, self.se, self.ah << 4 | self.al],
        });
        payload
    }
}

/// Which coefficients were sent already, so that no scan can be decoded over
/// an earlier one, which would make that one a hidden picture.
#[derive(Default)]
pub(super) struct Progress {
    scans: usize,
    /// For each component and coefficient 1 + the lowest bit sent so far, or 0.
    sent: Vec<[u8; 64]>,
}

impl Progress {
    pub(super) fn scans(&self) -> usize {
        self.scans
    }

    /// Whether the scans so far told all of the picture.
    pub(super) fn is_complete(&self, header: &FrameHeader) -> bool {
        let told = if header.process == Process::Progressive { 64 } else { 1 };
        self.sent.len() == header.frame.components.len()
            && self.sent.iter().all(|sent| sent[..told].iter().all(|&bit| bit == 1))
    }

    /// Whether the component at `index` was in a scan.
    pub(super) fn has_begun(&self, index: usize) -> bool {
        self.sent.get(index).is_some_and(|sent| sent.iter().any(|&bit| bit != 0))
    }

    /// Notes a scan; refuses one that says again what was said already.
    pub(super) fn note(
        &mut self,
        header: &FrameHeader,
        scan: &ScanHeader,
        offset: usize,
    ) -> Result<(), Error> {
        if self.scans == MAX_SCANS {
            return Err(unprovable(offset, "more than 1024 scans"));
        }
        self.scans += 1;
        self.sent.resize(header.frame.components.len(), [0; 64]);
        let band = match header.process {
            Process::Progressive => {
                let dc = scan.ss == 0;
                let legal = if dc { scan.se == 0 } else { scan.se >= scan.ss && scan.components.len() == 1 };
                if !legal || scan.se > 63 || scan.al > MAX_AL || (scan.ah != 0 && scan.ah != scan.al + 1) {
                    return Err(malformed(offset, "a scan with impossible progression parameters"));
                }
                usize::from(scan.ss)..=usize::from(scan.se)
            }
            Process::Sequential | Process::Lossless => 0..=0,
        };
        let progressive = header.process == Process::Progressive;
        let before = if progressive && scan.ah != 0 { scan.ah + 1 } else { 0 };
        let after = if progressive { scan.al + 1 } else { 1 };
        for component in &scan.components {
            for sent in &mut self.sent[component.index][band.clone()] {
                if *sent != before {
                    return Err(unprovable(offset, "a scan that is decoded over an earlier one"));
                }
                *sent = after;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GREY: &[u8] = &[8, 0, 16, 0, 16, 1, 1, 0x11, 0];

    fn progress(sof: u8, scans: &[&[u8]]) -> Result<(), Error> {
        let header = FrameHeader::read(sof, GREY, 0)?;
        let mut progress = Progress::default();
        for payload in scans {
            progress.note(&header, &ScanHeader::read(&header, payload, 0)?, 0)?;
        }
        Ok(())
    }

    #[test]
    fn a_frame_is_read() {
        let header = FrameHeader::read(0xC2, GREY, 0).unwrap();
        assert_eq!((header.frame.width, header.frame.height, header.used), (16, 16, 9));
        assert_eq!(header.process, Process::Progressive);
        for end in 0..GREY.len() {
            assert!(FrameHeader::read(0xC0, &GREY[..end], 0).is_err());
        }
        assert_eq!(FrameHeader::read(0xC5, GREY, 0).err().unwrap().kind(), "unprovable");
    }

    #[test]
    fn a_component_is_sent_once() {
        let once: &[u8] = &[1, 1, 0, 0, 63, 0];
        assert!(progress(0xC0, &[once]).is_ok());
        assert_eq!(progress(0xC0, &[once, once]).unwrap_err().kind(), "unprovable");
    }

    #[test]
    fn a_progression_completes_and_never_repeats() {
        let dc: &[u8] = &[1, 1, 0, 0, 0, 0x01];
        let dc_more: &[u8] = &[1, 1, 0, 0, 0, 0x10];
        let ac: &[u8] = &[1, 1, 0, 1, 63, 0x00];
        assert!(progress(0xC2, &[dc, ac, dc_more]).is_ok());
        assert!(progress(0xC2, &[dc, dc]).is_err());
        assert!(progress(0xC2, &[dc, dc_more, dc_more]).is_err());
        assert!(progress(0xC2, &[dc_more]).is_err());
        assert!(progress(0xC2, &[&[1, 1, 0, 0, 63, 0]]).is_err());
        assert!(progress(0xC2, &[&[1, 1, 0, 5, 64, 0]]).is_err());
    }

    #[test]
    fn components_of_one_name_get_others() {
        let sof: &[u8] = &[8, 0, 16, 0, 16, 3, 7, 0x11, 0, 9, 0x11, 1, 7, 0x11, 1];
        let header = FrameHeader::read(0xC0, sof, 0).unwrap();
        assert!(header.is_renamed());
        assert_eq!(header.payload(sof), [8, 0, 16, 0, 16, 3, 1, 0x11, 0, 2, 0x11, 1, 3, 0x11, 1]);
        let scan = |components: &[u8]| {
            let mut payload = vec![components.len() as u8];
            payload.extend(components.iter().flat_map(|&name| [name, 0]));
            payload.extend([0, 63, 0]);
            ScanHeader::read(&header, &payload, 0).map(|scan| {
                assert_eq!(scan.payload_as_named(&header), payload);
                scan.payload(&header)
            })
        };
        assert_eq!(scan(&[7, 9, 7]).unwrap(), [3, 1, 0, 2, 0, 3, 0, 0, 63, 0]);
        assert_eq!(scan(&[9]).unwrap(), [1, 2, 0, 0, 63, 0]);
        for ambiguous in [&[7][..], &[7, 9], &[7, 7, 9], &[9, 7, 7], &[1], &[9, 9, 9]] {
            assert_eq!(scan(ambiguous).unwrap_err().kind(), "malformed", "{ambiguous:?}");
        }
    }

    #[test]
    fn a_picture_is_complete_when_each_bit_was_sent() {
        let complete = |sof, scans: &[&[u8]]| {
            let header = FrameHeader::read(sof, GREY, 0).unwrap();
            let mut progress = Progress::default();
            for payload in scans {
                assert!(!progress.is_complete(&header));
                progress.note(&header, &ScanHeader::read(&header, payload, 0).unwrap(), 0).unwrap();
            }
            progress.is_complete(&header)
        };
        assert!(complete(0xC0, &[&[1, 1, 0, 0, 63, 0]]));
        let (dc, ac): (&[u8], &[u8]) = (&[1, 1, 0, 0, 0, 0], &[1, 1, 0, 1, 63, 1]);
        assert!(!complete(0xC2, &[dc]));
        assert!(!complete(0xC2, &[dc, ac]));
        assert!(complete(0xC2, &[dc, ac, &[1, 1, 0, 1, 63, 0x10]]));
    }

    #[test]
    fn a_sequential_scan_header_has_one_form() {
        let header = FrameHeader::read(0xC0, GREY, 0).unwrap();
        let scan = ScanHeader::read(&header, &[1, 1, 0x10, 7, 9, 0xAB, 0xCD], 0).unwrap();
        assert_eq!(scan.used, 6);
        assert_eq!(scan.payload(&header), [1, 1, 0x10, 0, 63, 0]);
    }
}

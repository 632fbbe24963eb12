//! The memory that cleaning a JPEG takes, told from what stands in front of its first scan.

use img_parts::jpeg::markers::*;

use super::{
    app::{self, Content},
    frame::{FrameHeader, Process},
    icc, rotate, segment,
};
use crate::{
    Error, IccPolicy, Options, Orientation, PartialEdges, orientation::orientation_of_exif,
    transform::Transform,
};

/// See [`crate::memory_needed`].
pub(crate) fn memory_needed(start: &[u8], length: u64, options: &Options) -> Option<u64> {
    let (mut orientation, mut profile) = (None, 0);
    let mut at = 2;
    loop {
        let segment = match segment::read(start, at) {
            Ok(segment) => segment,
            Err(Error::Truncated { .. }) if (start.len() as u64) < length => return None,
            // It is going to be refused.
            Err(_) => return Some(0),
        };
        let payload = &start[segment.payload.clone()];
        match segment.marker {
            SOF0..=SOF3 | SOF9..=SOF11 => {
                let header = FrameHeader::read(segment.marker, payload, segment.start);
                return Some(
                    header.map_or(0, |header| profile + of_frame(&header, orientation, length, options)),
                );
            }
            SOS | EOI => return Some(0),
            marker @ APP0..=APP15 => match app::content(marker, payload) {
                Content::Exif if orientation.is_none() => orientation = orientation_of_exif(&payload[6..]),
                Content::Icc if options.icc != IccPolicy::Drop => {
                    // Read, rebuilt and written.
                    profile = 3 * icc::most_bytes(payload).min(length);
                }
                _ => {}
            },
            _ => {}
        }
        at = segment.payload.end;
    }
}

fn of_frame(header: &FrameHeader, orientation: Option<u8>, length: u64, options: &Options) -> u64 {
    let frame = &header.frame;
    let transform = orientation
        .and_then(Transform::for_orientation)
        .filter(|_| options.orientation == Orientation::Upright && rotate::check_supported(header).is_ok())
        .filter(|&transform| {
            options.partial_edges == PartialEdges::Trim || rotate::is_exact(frame, transform)
        });
    if transform.is_some() {
        return rotate::memory(frame, length);
    }
    if header.process == Process::Progressive && options.verify_entropy {
        // Which coefficients of each block are known to be not zero.
        return 8 * frame
            .components
            .iter()
            .map(|component| frame.size_in_blocks(*component))
            .map(|(columns, rows)| columns * rows)
            .sum::<u64>();
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{jpeg::entropy::samples::Sample, memory_needed as needed};

    /// A picture of an orientation, with `more` bytes of comments in front of it.
    fn picture(sample: Sample, orientation: u8, more: usize) -> Vec<u8> {
        let jpeg = sample.encode();
        let exif = [&b"Exif\0\0"[..], &crate::orientation::minimal_exif(orientation)].concat();
        let comment = segment::write(COM, vec![b'x'; 1000]).repeat(more / 1004);
        [&jpeg[..2], &segment::write(APP1, exif), &comment, &jpeg[2..]].concat()
    }

    #[test]
    fn what_is_reckoned_from_the_header_is_enough() {
        for (progressive, orientation) in [(false, 1), (false, 6), (true, 1), (true, 6)] {
            let file = picture(Sample { progressive, ..Sample::PLAIN }, orientation, 0);
            let length = file.len() as u64;
            let max_memory = needed(&file[..1000], length, &Options::default()).unwrap();
            crate::sanitize(file.clone(), &Options { max_memory, ..Options::default() }).unwrap();
            // Without what is there for any picture.
            let taken = max_memory - crate::memory::ANY;
            assert_eq!(taken > 0, progressive || orientation == 6);
            if let Some(max_memory) = taken.checked_sub(length) {
                let refused =
                    crate::sanitize(file, &Options { max_memory: max_memory / 2, ..Options::default() });
                assert_eq!(refused.unwrap_err().kind(), "too-large");
            }
        }
    }

    #[test]
    fn it_asks_for_more_until_it_has_seen_the_frame_header() {
        let file = picture(Sample::PLAIN, 6, 100_000);
        let length = file.len() as u64;
        let options = Options::default();
        assert_eq!(needed(&file[..64 << 10], length, &options), None);
        let all = needed(&file[..100_800], length, &options);
        assert!(all.is_some_and(|all| all > crate::memory::ANY));
        // Cut off for good.
        assert_eq!(needed(&file[..1000], 1000, &options), Some(crate::memory::ANY));
    }

    #[test]
    fn what_is_not_turned_takes_nothing() {
        let uneven = Sample { width: 63, height: 47, ..Sample::PLAIN };
        let options = Options::default();
        let tag = Options { orientation: Orientation::Tag, ..Options::default() };
        let trim = Options { partial_edges: PartialEdges::Trim, ..Options::default() };
        for (sample, options, takes) in
            [(uneven, &options, false), (uneven, &trim, true), (Sample::PLAIN, &tag, false)]
        {
            let file = picture(sample, 6, 0);
            let memory = needed(&file, file.len() as u64, options).unwrap();
            assert_eq!(memory > crate::memory::ANY, takes);
        }
    }
}

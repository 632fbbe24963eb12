//! The memory that cleaning a PNG takes, told from what stands in front of its image data.

use super::{chunk::SIGNATURE, header::Header, turn};
use crate::{IccPolicy, Options, Orientation, icc::MAX_LEN, orientation::orientation_of_exif};

/// How many bytes a byte of a zlib stream can become.
const MOST_INFLATION: u64 = 1032;

/// See [`crate::memory_needed`].
pub(crate) fn memory_needed(start: &[u8], length: u64, options: &Options) -> Option<u64> {
    let (mut header, mut orientation) = (None, None);
    let (mut profile, mut is_animated) = (0, false);
    let mut at = SIGNATURE.len();
    loop {
        let is_whole = start.len() as u64 >= length;
        let Some(&[l0, l1, l2, l3, k0, k1, k2, k3]) = start.get(at..).and_then(<[u8]>::first_chunk) else {
            return is_whole.then_some(0);
        };
        let data_length = u32::from_be_bytes([l0, l1, l2, l3]) as usize;
        let data = start.get(at + 8..(at + 8).saturating_add(data_length));
        match &[k0, k1, k2, k3] {
            b"IDAT" | b"IEND" => break,
            b"iCCP" if options.icc != IccPolicy::Drop => {
                // Read, rebuilt and written.
                profile = 3 * (MOST_INFLATION * data_length as u64).min(MAX_LEN as u64);
            }
            b"acTL" => is_animated = true,
            kind @ (b"IHDR" | b"eXIf") => match data {
                Some(data) if kind == b"IHDR" => header = Header::read(data, at + 8).ok(),
                Some(data) => orientation = orientation.or(orientation_of_exif(data)),
                None => return is_whole.then_some(0),
            },
            _ => {}
        }
        at = (at + 12).saturating_add(data_length);
    }
    let is_turned = options.orientation == Orientation::Upright
        && !is_animated
        && orientation.is_some_and(|orientation| orientation > 1);
    let turning = header.filter(|_| is_turned).map_or(0, |header| turn::memory(&header, length));
    Some(turning.saturating_add(profile))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{memory::ANY, memory_needed as needed, png::chunk, sanitize};

    fn picture(orientation: Option<u8>) -> Vec<u8> {
        let mut file = Vec::new();
        let encoder = png::Encoder::new(&mut file, 300, 200);
        encoder.write_header().unwrap().write_image_data(&[7; 300 * 200]).unwrap();
        if let Some(orientation) = orientation {
            let exif = chunk::encode(*b"eXIf", &[&crate::orientation::minimal_exif(orientation)]);
            file.splice(33..33, exif);
        }
        file
    }

    #[test]
    fn what_is_reckoned_from_the_header_is_enough() {
        for orientation in [None, Some(1), Some(6)] {
            let file = picture(orientation);
            let length = file.len() as u64;
            let max_memory = needed(&file[..100], length, &Options::default()).unwrap();
            assert_eq!(max_memory > ANY, orientation == Some(6));
            sanitize(file.clone(), &Options { max_memory, ..Options::default() }).unwrap();
            if orientation == Some(6) {
                let refused = sanitize(file, &Options { max_memory: 60_000, ..Options::default() });
                assert_eq!(refused.unwrap_err().kind(), "too-large");
            }
        }
    }

    #[test]
    fn it_asks_for_more_until_it_has_seen_the_image_data() {
        let file = picture(Some(6));
        for end in 8..75 {
            assert_eq!(needed(&file[..end], file.len() as u64, &Options::default()), None, "{end}");
        }
        assert!(needed(&file[..79], file.len() as u64, &Options::default()).is_some());
        assert_eq!(needed(&file[..40], 40, &Options::default()), Some(ANY));
    }
}

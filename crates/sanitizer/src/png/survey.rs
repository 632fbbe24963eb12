//! What has to be known of a file before its first chunk is written.

use super::{animation::frame_size, chunk::Chunk, header::Header, text};
use crate::{Error, Options, orientation::orientation_of_exif, pixels::Pixels, rights::Collector};

/// What has to be known before the first chunk is written.
pub(super) struct Survey {
    pub orientation: Option<u8>,
    pub animated: bool,
    /// Bytes of image data that there are to inflate, in all frames.
    pub inflated: u64,
}

impl Survey {
    /// Goes over the chunks from `at` to IEND. EXIF may come after the pixels.
    ///
    /// What chunks say about rights goes into `rights`.
    ///
    /// # Errors
    /// When there are too many pixels, or the file ends before IEND.
    pub(super) fn make(
        input: &[u8],
        header: &Header,
        mut at: usize,
        options: &Options,
        rights: &mut Collector,
    ) -> Result<Self, Error> {
        let mut pixels = Pixels::new(options);
        pixels.add(header.width, header.height)?;
        let inflated = |width, height| header.inflated_len(width, height).unwrap_or(u64::MAX);
        let mut survey =
            Self { orientation: None, animated: false, inflated: inflated(header.width, header.height) };
        // Frames that acTL promises and that have not begun: more are not inflated.
        let mut frames = 0_u32;
        let (mut exif_seen, mut data_seen) = (false, false);
        loop {
            let chunk = Chunk::read(input, at)?;
            if rights.takes_more() {
                text::read_rights(chunk.kind, &input[chunk.data.clone()], rights);
            }
            match &chunk.kind {
                b"IEND" => return Ok(survey),
                b"IDAT" => data_seen = true,
                // Behind the first IDAT it is no animation (11.3.6.1).
                b"acTL" if !data_seen => {
                    survey.animated = true;
                    let promised = input[chunk.data.clone()].first_chunk();
                    frames = promised.map_or(0, |promised| u32::from_be_bytes(*promised));
                }
                b"fcTL" if frames > 0 => {
                    frames -= 1;
                    // The pixels of one before IDAT are IDAT's.
                    if data_seen && let Some((width, height)) = frame_size(&input[chunk.data.clone()]) {
                        pixels.add(width, height)?;
                        survey.inflated = survey.inflated.saturating_add(inflated(width, height));
                    }
                }
                b"eXIf" if !exif_seen => {
                    exif_seen = true;
                    survey.orientation = orientation_of_exif(&input[chunk.data.clone()]);
                }
                _ => {}
            }
            at = chunk.whole().end;
        }
    }
}

//! PNG and APNG (W3C PNG, third edition, <https://www.w3.org/TR/png-3/>).
//!
//! The file is read chunk by chunk. What is on the list stays, and neighbours
//! stay together as one slice of the input. Image data is inflated into the
//! void to find where it really ends.
//!
//! What some decoders take and we refuse: no IEND; a wrong checksum of a chunk
//! that the picture needs; image data that ends before the last row;
//! animations whose frames break the rules of APNG; critical chunks that the
//! standard does not know. Time goes with the inflated size, which the headers
//! announce: [`Options::max_inflated_bytes`] bounds it for all frames together.
//!
//! What is not looked into: how an encoder chose among equal codings (block
//! boundaries and filters of deflate, the unused bits at the end of rows of
//! less than eight bits a pixel), entries of palettes that pixels could name
//! but none does, numbers such as gamma.

mod ancillary;
mod animation;
mod chunk;
mod header;
mod image_data;
mod profile;
mod text;
mod turn;
mod walk;
mod zlib;

use bytes::Bytes;

use crate::{
    Error, Format, Options, Orientation, OrientationOutcome, PartialEdges, Report, Sanitized,
    orientation::orientation_of_exif,
};
use animation::frame_size;
use chunk::{Chunk, malformed};
use header::Header;
use walk::Walk;

/// The signature (5.2).
const SIGNATURE: &[u8; 8] = b"\x89PNG\r\n\x1A\n";

/// Cleans a PNG file.
pub(crate) fn sanitize(input: Bytes, options: &Options) -> Result<Sanitized, Error> {
    let ihdr = Chunk::read(&input, SIGNATURE.len())?;
    let offset = ihdr.data.start;
    if ihdr.kind != *b"IHDR" {
        return Err(malformed(offset, "the first chunk is not IHDR"));
    }
    if !ihdr.crc_is_right(&input) {
        return Err(malformed(offset, "the checksum of IHDR is wrong"));
    }
    let header = Header::read(&input[ihdr.data.clone()], offset)?;
    let survey = Survey::make(&input, &header, ihdr.whole().end)?;
    if survey.inflated > options.max_inflated_bytes {
        return Err(Error::TooLarge { needed: survey.inflated, limit: options.max_inflated_bytes });
    }
    let plan = plan(&survey, &header, options)?;

    let mut report = Report::new(Format::Png, header.width, header.height);
    report.orientation = plan.outcome;
    if options.facts {
        report.facts = Some(crate::facts::Facts::default());
    }
    let pieces = Walk::new(&input, header, options, plan.tag, &mut report).run(&ihdr)?;
    let pieces = match plan.turn {
        None => pieces,
        Some(orientation) => {
            let turned = turn::turn(pieces, &header, orientation)?;
            (report.width, report.height) = (turned.width, turned.height);
            vec![turned.file]
        }
    };
    Ok(Sanitized { format: Format::Png, report, pieces })
}

/// What has to be known before the first chunk is written.
struct Survey {
    orientation: Option<u8>,
    animated: bool,
    /// Bytes of image data that there are to inflate, in all frames.
    inflated: u64,
}

impl Survey {
    /// Goes over the chunks from `at` to IEND. EXIF may come after the pixels.
    fn make(input: &[u8], header: &Header, mut at: usize) -> Result<Self, Error> {
        let inflated = |width, height| header.inflated_len(width, height).unwrap_or(u64::MAX);
        let mut survey =
            Self { orientation: None, animated: false, inflated: inflated(header.width, header.height) };
        // Frames that acTL promises and that have not begun: more are not inflated.
        let mut frames = 0_u32;
        let (mut exif_seen, mut data_seen) = (false, false);
        loop {
            let chunk = Chunk::read(input, at)?;
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

/// What is done about the orientation.
struct Plan {
    outcome: OrientationOutcome,
    /// Write a minimal eXIf that holds this.
    tag: Option<u8>,
    /// Turn the pixels out of this orientation.
    turn: Option<u8>,
}

fn plan(survey: &Survey, header: &Header, options: &Options) -> Result<Plan, Error> {
    let Some(orientation @ 2..=8) = survey.orientation else {
        return Ok(Plan { outcome: OrientationOutcome::AlreadyUpright, tag: None, turn: None });
    };
    match options.orientation {
        Orientation::Drop => Ok(Plan { outcome: OrientationOutcome::Dropped, tag: None, turn: None }),
        Orientation::Tag => {
            Ok(Plan { outcome: OrientationOutcome::TagKept, tag: Some(orientation), turn: None })
        }
        Orientation::Upright if !survey.animated => {
            let needed = turn::memory(header);
            if needed > options.max_rotation_memory {
                return Err(Error::TooLarge { needed, limit: options.max_rotation_memory });
            }
            Ok(Plan { outcome: OrientationOutcome::Turned, tag: None, turn: Some(orientation) })
        }
        // The frames of an animation build on each other: turning them is more
        // than moving pixels, and viewers turn the whole by the tag.
        Orientation::Upright if options.partial_edges == PartialEdges::Refuse => {
            Err(Error::NotRotatable { what: "it is an animation" })
        }
        Orientation::Upright => {
            Ok(Plan { outcome: OrientationOutcome::TagKeptNotExact, tag: Some(orientation), turn: None })
        }
    }
}

//! The way from a file to a clean one.

use bytes::Bytes;

use super::{
    chunk::{Chunk, SIGNATURE, malformed},
    header::Header,
    survey::Survey,
    text, turn,
    walk::Walk,
};
use crate::{
    Error, Format, Options, Orientation, OrientationOutcome, PartialEdges, Report, Sanitized,
    rights::Collector, transform::Transform,
};

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
    let mut rights = Collector::new(options.keep);
    let survey = Survey::make(&input, &header, ihdr.whole().end, options, &mut rights)?;
    let (statement, rights) = rights.finish();
    if survey.inflated > options.max_inflated_bytes {
        return Err(Error::TooLarge { needed: survey.inflated, limit: options.max_inflated_bytes });
    }
    let plan = plan(&survey, &header, input.len() as u64, options)?;

    let mut report = Report::new(Format::Png, header.width, header.height);
    report.orientation = plan.outcome;
    report.facts = crate::facts::Facts::wanted(options);
    let packet = statement.packet().map(|packet| text::encode_xmp(&packet));
    let pieces = Walk::new(&input, header, options, plan.tag, packet, &mut report).run(&ihdr)?;
    report.keep_rights(&statement, rights);
    let pieces = match plan.turn {
        None => pieces,
        Some(transform) => {
            let turned = turn::turn(pieces, &header, transform, &options.cancellation)?;
            (report.width, report.height) = (turned.width, turned.height);
            turned.pieces
        }
    };
    Ok(Sanitized { format: Format::Png, report, pieces })
}

/// What is done about the orientation.
struct Plan {
    outcome: OrientationOutcome,
    /// Write a minimal eXIf that holds this.
    tag: Option<u8>,
    /// Turn the pixels like this.
    turn: Option<Transform>,
}

fn plan(survey: &Survey, header: &Header, length: u64, options: &Options) -> Result<Plan, Error> {
    let Some((orientation, transform)) = survey
        .orientation
        .and_then(|orientation| Some((orientation, Transform::for_orientation(orientation)?)))
    else {
        return Ok(Plan { outcome: OrientationOutcome::AlreadyUpright, tag: None, turn: None });
    };
    match options.orientation {
        Orientation::Drop => Ok(Plan { outcome: OrientationOutcome::Dropped, tag: None, turn: None }),
        Orientation::Tag => {
            Ok(Plan { outcome: OrientationOutcome::TagKept, tag: Some(orientation), turn: None })
        }
        Orientation::Upright if !survey.animated => {
            let needed = turn::memory(header, length);
            if needed > options.max_memory {
                return Err(Error::Memory { needed, limit: options.max_memory });
            }
            Ok(Plan { outcome: OrientationOutcome::Turned, tag: None, turn: Some(transform) })
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

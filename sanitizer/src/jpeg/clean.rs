//! Walks through a JPEG, sees to its orientation, and puts the clean one together.

use bytes::Bytes;

#[cfg(feature = "rotation")]
use super::rotate::{self, Transform};
use super::walk::{Walked, walk};
use crate::{Error, Format, Options, Orientation, OrientationOutcome, PartialEdges, Report, Sanitized};

/// Cleans a JPEG file.
pub(crate) fn sanitize(input: Bytes, options: &Options) -> Result<Sanitized, Error> {
    let walked = walk(&input, options)?;
    let (tag, outcome) =
        match (walked.orientation.filter(|&orientation| orientation > 1), options.orientation) {
            (None, _) => (None, OrientationOutcome::AlreadyUpright),
            (Some(_), Orientation::Drop) => (None, OrientationOutcome::Dropped),
            (tag, Orientation::Tag) => (tag, OrientationOutcome::TagKept),
            (Some(orientation), Orientation::Upright) => match turn(&walked, orientation, options)? {
                Some((pieces, report)) => return Ok(Sanitized { format: Format::Jpeg, report, pieces }),
                None => (Some(orientation), OrientationOutcome::TagKeptNotExact),
            },
        };
    let (pieces, mut report) = walked.assemble(tag);
    report.orientation = outcome;
    Ok(Sanitized { format: Format::Jpeg, report, pieces })
}

/// Turns the picture upright. None when it cannot be turned, and the options
/// want the tag kept then.
#[cfg(feature = "rotation")]
fn turn(walked: &Walked, orientation: u8, options: &Options) -> Result<Option<(Vec<Bytes>, Report)>, Error> {
    let Some(transform) = Transform::for_orientation(orientation) else { return Ok(None) };
    let exact = rotate::is_exact(&walked.header.frame, transform);
    match options.partial_edges {
        _ if exact => {}
        PartialEdges::Trim => {}
        PartialEdges::Tag => return Ok(None),
        PartialEdges::Refuse => {
            return Err(Error::NotRotatable { what: "its size is no multiple of its blocks' size" });
        }
    }
    let (pieces, mut report) = walked.assemble(None);
    let upright = Sanitized { format: Format::Jpeg, report: report.clone(), pieces }.into_bytes();
    let turned = match rotate::turn(&upright, transform, !exact, options.max_rotation_memory) {
        Ok(turned) => Bytes::from(turned),
        // Of a kind that cannot be turned at all, lossless for example.
        Err(Error::NotRotatable { .. }) if options.partial_edges != PartialEdges::Refuse => return Ok(None),
        Err(error) => return Err(error),
    };
    drop(upright);
    // What libjpeg wrote passes the same walk as what comes from outside. Its
    // entropy-coded data are its own, so these need no proof.
    let again = Options { verify_entropy: false, facts: false, ..options.clone() };
    let (pieces, written) = walk(&turned, &again)?.assemble(None);
    report.width = written.width;
    report.height = written.height;
    report.orientation =
        if exact { OrientationOutcome::Turned } else { OrientationOutcome::TurnedAndTrimmed };
    Ok(Some((pieces, report)))
}

/// Without the rotation feature nothing can be turned.
#[cfg(not(feature = "rotation"))]
fn turn(_: &Walked, _: u8, options: &Options) -> Result<Option<(Vec<Bytes>, Report)>, Error> {
    match options.partial_edges {
        PartialEdges::Refuse => Err(Error::NotRotatable { what: "built without rotation" }),
        PartialEdges::Tag | PartialEdges::Trim => Ok(None),
    }
}

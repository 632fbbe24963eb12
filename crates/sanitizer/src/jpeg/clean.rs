//! Walks through a JPEG, sees to its orientation, and puts the clean one together.

use bytes::Bytes;

use super::rotate;
use super::walk::{Walked, walk};
use crate::{
    Error, Format, Options, Orientation, OrientationOutcome, PartialEdges, Sanitized, transform::Transform,
};

/// Cleans a JPEG file.
pub(crate) fn sanitize(input: Bytes, options: &Options) -> Result<Sanitized, Error> {
    if options.orientation == Orientation::Upright && options.verify_entropy {
        // Turning reads the coded data as strictly as the proof does, so a picture that will be
        // turned needs none. Looking for it costs next to nothing.
        let unproven = Options { verify_entropy: false, ..options.clone() };
        if let Ok(walked) = walk(&input, &unproven)
            && walked.orientation.is_some_and(|orientation| orientation > 1)
            && let Some(turned) = turn(&walked, options)?
        {
            return Ok(turned);
        }
    }
    let walked = walk(&input, options)?;
    let (tag, outcome) =
        match (walked.orientation.filter(|&orientation| orientation > 1), options.orientation) {
            (None, _) => (None, OrientationOutcome::AlreadyUpright),
            (Some(_), Orientation::Drop) => (None, OrientationOutcome::Dropped),
            (tag, Orientation::Tag) => (tag, OrientationOutcome::TagKept),
            (tag, Orientation::Upright) if options.verify_entropy => {
                (tag, OrientationOutcome::TagKeptNotExact)
            }
            (tag, Orientation::Upright) => match turn(&walked, options)? {
                Some(turned) => return Ok(turned),
                None => (tag, OrientationOutcome::TagKeptNotExact),
            },
        };
    let (pieces, mut report) = walked.assemble(tag);
    report.orientation = outcome;
    Ok(Sanitized { format: Format::Jpeg, report, pieces })
}

/// Turns the picture upright. None when it cannot be turned, and the options
/// want the tag kept then.
fn turn(walked: &Walked, options: &Options) -> Result<Option<Sanitized>, Error> {
    let Some(transform) = walked.orientation.and_then(Transform::for_orientation) else { return Ok(None) };
    let exact = rotate::is_exact(&walked.header.frame, transform);
    match options.partial_edges {
        _ if exact => {}
        PartialEdges::Trim => {}
        PartialEdges::Tag => return Ok(None),
        PartialEdges::Refuse => {
            return Err(Error::NotRotatable { what: "its size is no multiple of its blocks' size" });
        }
    }
    let turned = match rotate::turn(walked, transform, !exact, options.max_rotation_memory) {
        Ok(turned) => Bytes::from(turned),
        // Of a kind that cannot be turned at all, lossless for example.
        Err(Error::NotRotatable { .. }) if options.partial_edges != PartialEdges::Refuse => return Ok(None),
        Err(error) => return Err(error),
    };
    let (_, mut report) = walked.assemble(None);
    // What was written passes the same walk as what comes from outside. The
    // entropy-coded data are our own, so these need no proof.
    let again = Options { verify_entropy: false, facts: false, ..options.clone() };
    let (pieces, written) = walk(&turned, &again)?.assemble(None);
    report.width = written.width;
    report.height = written.height;
    report.orientation =
        if exact { OrientationOutcome::Turned } else { OrientationOutcome::TurnedAndTrimmed };
    Ok(Some(Sanitized { format: Format::Jpeg, report, pieces }))
}

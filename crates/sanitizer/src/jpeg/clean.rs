//! Walks through a JPEG and its gain map, sees to their orientation, and puts the clean one together.

use bytes::Bytes;

use super::facts::{ANOTHER_PICTURE, another_picture};
use super::frame::Frame;
use super::gain_map::{Found, GainMap, find, why};
use super::rotate;
use super::walk::{Role, Walked, walk, walk_from, walk_once};
use super::write::{write_alone, write_pair};
use crate::{
    Error, Format, GainMapOutcome, Options, Orientation, OrientationOutcome, PartialEdges, Report, Sanitized,
    transform::Transform,
};

/// Cleans a JPEG file.
pub(crate) fn sanitize(input: Bytes, options: &Options) -> Result<Sanitized, Error> {
    let (mut is_tried, mut is_held_back) = (false, false);
    if options.orientation == Orientation::Upright && options.verify_entropy {
        // Turning reads the coded data as strictly as the proof does, so a picture that will be
        // turned needs none. Looking for it costs next to nothing.
        let unproven = Options { verify_entropy: false, ..options.clone() };
        // What is to be mended needs the proof, and is turned after that.
        if let Ok(walked) = walk_once(&input, 0, Role::Base, &unproven)
            && walked.orientation.is_some_and(|orientation| orientation > 1)
        {
            let found = find(&walked, &unproven);
            if let Some(turned) = turn(&walked, &found, options)? {
                return Ok(turned);
            }
            (is_tried, is_held_back) = (true, matches!(found, Found::Map(_)));
        }
    }
    let walked = walk(&input, options)?;
    let found = find(&walked, options);
    // A map that holds the picture back may turn out to be damaged, and then is no reason any more.
    let is_worth_trying = !is_tried || is_held_back && !matches!(found, Found::Map(_));
    let (tag, outcome) =
        match (walked.orientation.filter(|&orientation| orientation > 1), options.orientation) {
            (None, _) => (None, OrientationOutcome::AlreadyUpright),
            (Some(_), Orientation::Drop) => (None, OrientationOutcome::Dropped),
            (tag, Orientation::Tag) => (tag, OrientationOutcome::TagKept),
            (tag, Orientation::Upright) => {
                if is_worth_trying && let Some(turned) = turn(&walked, &found, options)? {
                    return Ok(turned);
                }
                (tag, OrientationOutcome::TagKeptNotExact)
            }
        };
    let (pieces, mut report) = write(&walked, tag, &found);
    report.orientation = outcome;
    Ok(Sanitized { format: Format::Jpeg, report, pieces })
}

/// Writes the clean file with its gain map, if it keeps that.
fn write(base: &Walked, tag: Option<u8>, found: &Found) -> (Vec<Bytes>, Report) {
    let unusable = |why| {
        let (pieces, mut report) = write_alone(base, tag);
        report.gain_map = GainMapOutcome::Dropped { why };
        if let Some(facts) = &mut report.facts {
            facts.name_gain_map(ANOTHER_PICTURE);
        }
        (pieces, report)
    };
    match found {
        Found::Nothing => write_alone(base, tag),
        Found::Unusable(why) => unusable(why),
        Found::Map(map) => match write_pair(base, tag, &map.walked, &map.metadata) {
            Some((pieces, mut report)) => {
                report.gain_map = GainMapOutcome::Kept;
                if let Some(facts) = &mut report.facts {
                    let frame = &map.walked.header.frame;
                    facts.add_gain_map(
                        (frame.width.into(), frame.height.into()),
                        map.metadata.most_headroom().to_f64(),
                        &another_picture(base.input.len() - map.walked.range.start),
                        "after the picture",
                    );
                }
                (pieces, report)
            }
            None => unusable("it does not fit into a file of this format"),
        },
    }
}

/// Turns the picture upright, and its gain map with it. None when it cannot be
/// turned, and the options want the tag kept then.
///
/// Both are turned or none is: readers stretch the map over the picture, and some
/// turn the picture by its tag, but not the map.
fn turn(base: &Walked, found: &Found, options: &Options) -> Result<Option<Sanitized>, Error> {
    let Some(transform) = base.orientation.and_then(Transform::for_orientation) else { return Ok(None) };
    let frame = &base.header.frame;
    let map_frame = match found {
        Found::Map(map) => Some(&map.walked.header.frame),
        Found::Nothing | Found::Unusable(_) => None,
    };
    let exact = rotate::is_exact(frame, transform);
    let both_exact = exact && map_frame.is_none_or(|frame| rotate::is_exact(frame, transform));
    let whole = |frame: &Frame| (frame.width, frame.height);
    let (size, map_size) = match (options.partial_edges, map_frame) {
        _ if both_exact => (whole(frame), map_frame.map(whole).unwrap_or_default()),
        (PartialEdges::Tag, _) => return Ok(None),
        (PartialEdges::Trim, None) => (rotate::trimmed(frame, transform), (0, 0)),
        (PartialEdges::Trim, Some(map_frame)) => match rotate::trimmed_pair(frame, map_frame, transform) {
            Some(sizes) => sizes,
            None => return Ok(None),
        },
        (PartialEdges::Refuse, _) if exact => {
            // The picture itself is as it was asked for; it is not refused for its map.
            return turn(base, &Found::Unusable("it cannot be turned exactly with the picture"), options);
        }
        (PartialEdges::Refuse, _) => {
            return Err(Error::NotRotatable { what: "its size is no multiple of its blocks' size" });
        }
    };
    // The map first: a picture whose map turns out to be damaged is turned without it.
    let turned_map = match found {
        Found::Map(map) => match turn_one(&map.walked, Role::GainMap, transform, map_size, options) {
            Ok(walked) => Found::Map(Box::new(GainMap { walked, metadata: map.metadata })),
            Err(Error::Cancelled) => return Err(Error::Cancelled),
            Err(error) => return turn(base, &Found::Unusable(why(&error)), options),
        },
        Found::Nothing => Found::Nothing,
        Found::Unusable(why) => Found::Unusable(why),
    };
    // What was written of it stays, so there is that much less for the picture.
    let map_length = match &turned_map {
        Found::Map(map) => map.walked.input.len() as u64,
        Found::Nothing | Found::Unusable(_) => 0,
    };
    let left = Options { max_memory: options.max_memory.saturating_sub(map_length), ..options.clone() };
    let turned_base = match turn_one(base, Role::Base, transform, size, &left) {
        Ok(turned) => turned,
        // It is not refused for its map.
        Err(error @ Error::Memory { .. }) if map_length > 0 => {
            return turn(base, &Found::Unusable(why(&error)), options);
        }
        // Of a kind that cannot be turned at all, lossless for example.
        Err(Error::NotRotatable { .. }) if options.partial_edges != PartialEdges::Refuse => return Ok(None),
        Err(error) => return Err(error),
    };
    let (pieces, written) = write(&turned_base, None, &turned_map);
    // What was removed is told of the input, what is there of the output.
    let (_, mut report) = write(base, None, found);
    report.width = written.width;
    report.height = written.height;
    report.gain_map = written.gain_map;
    report.orientation =
        if both_exact { OrientationOutcome::Turned } else { OrientationOutcome::TurnedAndTrimmed };
    Ok(Some(Sanitized { format: Format::Jpeg, report, pieces }))
}

/// Turns a picture, without what tells of a gain map, and walks through the
/// result: what was written passes the same walk as what comes from outside.
/// The entropy-coded data are our own, so these need no proof.
fn turn_one(
    picture: &Walked,
    role: Role,
    transform: Transform,
    size: (u16, u16),
    options: &Options,
) -> Result<Walked, Error> {
    let turned = rotate::turn(picture, transform, size, options)?;
    let again = Options { verify_entropy: false, ..options.clone() }.without_facts();
    let mut walked = walk_from(&turned.into(), 0, role, &again)?;
    walked.statement.clone_from(&picture.statement);
    Ok(walked)
}

//! The way from a file to a clean one.

use bytes::Bytes;

use super::{colors::colors_len, error::truncated, walk::Walk};
use crate::{Error, Format, Options, Report, Sanitized, facts::Facts, pixels::Pixels};

/// Cleans a GIF file.
pub(crate) fn sanitize(input: Bytes, options: &Options) -> Result<Sanitized, Error> {
    let Some(&[w0, w1, h0, h1, packed, ..]) = input.get(6..13) else {
        return Err(truncated(&input, "expected the screen descriptor"));
    };
    let screen = (u16::from_le_bytes([w0, w1]), u16::from_le_bytes([h0, h1]));
    let pixels = Pixels::new(options);
    let mut report = Report::new(Format::Gif, screen.0.into(), screen.1.into());
    pixels.check_whole(report.width, report.height)?;
    report.facts = Facts::wanted(options);
    let colors_end = 13 + colors_len(packed);
    if input.len() < colors_end {
        return Err(truncated(&input, "expected the colours of the screen"));
    }
    let pieces = Walk::new(&input, screen, options, &mut report, pixels).run(colors_end)?;
    Ok(Sanitized { format: Format::Gif, report, pieces })
}

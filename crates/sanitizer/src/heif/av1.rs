//! AV1 pictures: OBUs (AV1 specification, 5.3) and their configuration (`av1C`,
//! AV1 Codec ISO Media File Format Binding, 2.3).

use super::bits::Bits;
use super::cut::Cut;
use super::seq::sequence;
use crate::Category;

/// Why layers are refused that no viewer shows, not even for a moment.
const LAYERS: &str = "a layered AV1 picture of which viewers show some layers only; save it without layers";

/// There are two bits for their number (5.3.3), and `a1lx` has room for as many.
const LAYER_LIMIT: u8 = 4;

/// The configuration with nothing in it but the sequence header.
pub(super) fn clean_config(config: &[u8]) -> Result<Vec<u8>, &'static str> {
    let (head, units) =
        config.split_first_chunk::<4>().ok_or("an AV1 configuration is shorter than its fields")?;
    if head[0] != 0x81 {
        return Err("an AV1 configuration of unknown version");
    }
    let mut clean = head.to_vec();
    // Three reserved bits, then the delay in five bits, of which four are used when the first is set.
    clean[3] &= 0x1F;
    if let Some(header) = sequence_header(units)? {
        clean.extend_from_slice(header);
    }
    Ok(clean)
}

/// The one sequence header of a configuration.
fn sequence_header(units: &[u8]) -> Result<Option<&[u8]>, &'static str> {
    let mut header = None;
    for unit in Units::new(units) {
        let unit = unit?;
        if unit.kind == 1 {
            if header.is_some() {
                return Err("more AV1 sequence headers than a picture needs");
            }
            sequence(unit.payload(units))?;
            header = Some(&units[unit.range]);
        }
    }
    Ok(header)
}

/// Width and height by the first sequence header among these units; `None` when there is none that can be read.
pub(super) fn size(units: &[u8]) -> Option<(u32, u32)> {
    let header = Units::new(units).map_while(Result::ok).find(|unit| unit.kind == 1)?;
    Some(sequence(header.payload(units)).ok()?.size)
}

/// Keeps the units of the one picture (7.5): a temporal delimiter, a sequence
/// header, and one frame, whole or as a header and a group of all its tiles; of a progressive picture one for
/// each layer, from the lowest to the one that stays. Viewers that can show the lower ones while the file arrives, so
/// these are nothing hidden, if `shows_layers`: no property selects one.
pub(super) fn cut(
    data: &[u8],
    config: &[u8],
    shows_layers: bool,
    units: &mut usize,
) -> Result<Cut, &'static str> {
    let config = config.get(4..).ok_or("an AV1 configuration is shorter than its fields")?;
    let configured = match sequence_header(config)? {
        Some(header) => Units::new(header).next().transpose()?.map(|unit| unit.payload(header)),
        None => None,
    };
    let mut own = None;
    let mut cut = Cut::default();
    let mut frame = Frame::Awaited;
    let mut layer = 0;
    for (index, unit) in Units::new(data).enumerate() {
        *units = units.checked_sub(1).ok_or("more OBUs than a picture needs")?;
        let unit = unit?;
        let payload = unit.payload(data);
        match unit.kind {
            1 => {
                if own.replace(payload).is_some() || frame != Frame::Awaited {
                    return Err("more AV1 sequence headers than a picture needs");
                }
                if configured.is_some_and(|configured| configured != payload) {
                    return Err("an AV1 sequence header other than the configuration's");
                }
                cut.keep(unit.range);
            }
            3 | 6 if frame == Frame::Awaited || frame == Frame::Whole && unit.layer > layer => {
                let is_upper = frame == Frame::Whole;
                if is_upper && !shows_layers {
                    return Err(LAYERS);
                }
                check_frame(payload, own.or(configured), is_upper.then_some(unit.layer))?;
                layer = unit.layer;
                frame = if unit.kind == 6 { Frame::Whole } else { Frame::Header };
                cut.keep(unit.range);
            }
            4 if frame == Frame::Header && unit.layer == layer => {
                frame = Frame::Whole;
                cut.keep(unit.range);
            }
            3 | 4 | 6 => return Err("an AV1 item with more than one frame"),
            // Temporal delimiters are empty.
            2 if index == 0 && payload.is_empty() => cut.keep(unit.range),
            5 => cut.drop(Category::Application, "metadata OBU", unit.range),
            _ => cut.drop(Category::Hidden, "OBU", unit.range),
        }
    }
    if frame == Frame::Whole { Ok(cut) } else { Err("an AV1 picture without picture data") }
}

/// How much of the frame there was.
#[derive(PartialEq, Eq)]
enum Frame {
    Awaited,
    Header,
    Whole,
}

/// Checks that a frame is decoded without others, and shown (5.9.2). One of an upper layer may be predicted from
/// those of the lower ones, and must be among those that are decoded (5.5.1, 6.4.1).
fn check_frame(frame: &[u8], header: Option<&[u8]>, upper: Option<u8>) -> Result<(), &'static str> {
    let header = sequence(header.ok_or("an AV1 picture without a sequence header")?)?;
    let mut bits = Bits::new(frame);
    if let Some(layer) = upper {
        let is_decoded = header.operating_point == 0 || header.operating_point >> 8 >> layer & 1 == 1;
        if header.has_plain_frames || layer >= LAYER_LIMIT || !is_decoded {
            return Err(LAYERS);
        }
        let is_shown = !bits.flag()? && bits.number(2)? <= 2 && bits.flag()?;
        return if is_shown { Ok(()) } else { Err("an AV1 layer that is not shown") };
    }
    // Not one that was there before; a key frame, or one of intra blocks; shown.
    let is_plain =
        header.has_plain_frames || !bits.flag()? && matches!(bits.number(2)?, 0 | 2) && bits.flag()?;
    if is_plain { Ok(()) } else { Err("an AV1 frame that is not a picture of its own") }
}

struct Unit {
    kind: u8,
    /// The spatial layer that it belongs to (5.3.3).
    layer: u8,
    range: std::ops::Range<usize>,
    payload_len: usize,
}

/// Splits data into OBUs; ends after the first error.
struct Units<'a> {
    data: &'a [u8],
    at: usize,
}

impl Unit {
    fn payload<'a>(&self, data: &'a [u8]) -> &'a [u8] {
        data.get(self.range.end - self.payload_len..self.range.end).unwrap_or_default()
    }
}

impl<'a> Units<'a> {
    fn new(data: &'a [u8]) -> Self {
        Self { data, at: 0 }
    }

    fn read(&self) -> Result<Unit, &'static str> {
        const SHORT: &str = "an OBU runs over the end";
        let start = self.at;
        let head = *self.data.get(start).ok_or(SHORT)?;
        if head & 0x81 != 0 {
            return Err("an OBU with the forbidden or the reserved bit");
        }
        let (mut at, mut layer) = (start + 1, 0);
        if head & 4 != 0 {
            let extension = *self.data.get(at).ok_or(SHORT)?;
            if extension & 7 != 0 {
                return Err("an OBU with reserved bits");
            }
            layer = extension >> 3 & 3;
            at += 1;
        }
        let payload_len = if head & 2 != 0 {
            let (value, len) = leb128(&self.data[at..])?;
            at += len;
            value
        } else {
            // Without a size it goes on to the end.
            self.data.len() - at
        };
        let end = at.checked_add(payload_len).filter(|&end| end <= self.data.len()).ok_or(SHORT)?;
        Ok(Unit { kind: head >> 3 & 15, layer, range: start..end, payload_len })
    }
}

impl Iterator for Units<'_> {
    type Item = Result<Unit, &'static str>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.data.len() {
            return None;
        }
        let unit = self.read();
        self.at = unit.as_ref().map_or(self.data.len(), |unit| unit.range.end);
        Some(unit)
    }
}

/// A number in groups of seven bits, and how many bytes it took (AV1, 4.10.5).
/// Longer forms of a small number than needed are fine there: encoders write them.
fn leb128(bytes: &[u8]) -> Result<(usize, usize), &'static str> {
    let mut value = 0_u64;
    for (index, &byte) in bytes.iter().enumerate().take(8) {
        value |= u64::from(byte & 0x7F) << (7 * index);
        if byte & 0x80 == 0 {
            let value = usize::try_from(value).map_err(|_| "an OBU of more bytes than memory")?;
            return Ok((value, index + 1));
        }
    }
    Err("an OBU without a readable size")
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &[u8] = &[0x81, 0, 0x0C, 0];
    const SEQ: &[u8] = b"\0\0\0\x42\xAB\xBF\xC3\x77\xFF\xE6\x01";
    const FRAME: &[u8] = b"\x10frame";

    fn cut(data: &[u8], units: &mut usize) -> Result<Cut, &'static str> {
        super::cut(data, CONFIG, true, units)
    }

    fn unit(kind: u8, payload: &[u8]) -> Vec<u8> {
        [&[kind << 3 | 2, payload.len() as u8], payload].concat()
    }

    #[test]
    fn frames_stay_and_metadata_padding_and_reserved_types_go() {
        let data = [
            unit(2, b""),
            unit(1, SEQ),
            unit(5, b"meta"),
            unit(6, FRAME),
            unit(15, b"pad"),
            unit(9, b"?"),
            unit(7, b"again"),
        ]
        .concat();
        let done = cut(&data, &mut 100).unwrap();
        assert_eq!(done.keep, [0..15, 21..29]);
        assert_eq!(done.drop.len(), 4);
        let open = [&unit(1, SEQ)[..], &[6 << 3, 0x10, 2, 3]].concat();
        assert_eq!(cut(&open, &mut 9).unwrap().keep.first(), Some(&(0..open.len())));
    }

    #[test]
    fn data_that_is_not_all_units_is_refused() {
        let whole = [unit(1, SEQ), unit(6, FRAME)].concat();
        assert!(cut(&whole, &mut 9).is_ok());
        assert!(cut(&whole[..whole.len() - 1], &mut 9).is_err());
        assert!(cut(&[&whole[..], &[0xFF]].concat(), &mut 9).is_err());
        assert!(cut(&unit(1, SEQ), &mut 9).is_err());
        assert!(cut(&[whole, unit(15, b"").repeat(10)].concat(), &mut 9).is_err());
        assert!(cut(&[0x32, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1], &mut 9).is_err());
    }

    #[test]
    fn layers_stay_when_viewers_show_each() {
        let frame = |layer: u8, payload: &[u8]| {
            [&[6 << 3 | 4 | 2, layer << 3, payload.len() as u8][..], payload].concat()
        };
        let of = |frames: &[Vec<u8>], shows: bool| {
            let data = [unit(1, SEQ), frames.concat()].concat();
            super::cut(&data, CONFIG, shows, &mut 9).map(|cut| cut.keep.first() == Some(&(0..data.len())))
        };
        // A key frame, and one that is predicted; both are shown.
        let (low, high) = (frame(0, FRAME), frame(1, b"\x30frame"));
        assert_eq!(of(std::slice::from_ref(&low), true), Ok(true));
        assert_eq!(of(&[low.clone(), high.clone(), frame(3, FRAME)], true), Ok(true));
        assert_eq!(of(&[low.clone(), high.clone()], false), Err(LAYERS));
        let more = Err("an AV1 item with more than one frame");
        assert_eq!(of(&[low.clone(), low.clone()], true), more);
        assert_eq!(of(&[low.clone(), high.clone(), frame(1, FRAME)], true), more);
        // One that is predicted from nothing, one that shows another again, one that is not shown.
        assert!(of(std::slice::from_ref(&high), true).is_err());
        for hidden in [b"\xB0frame", b"\x20frame"] {
            assert_eq!(of(&[low.clone(), frame(1, hidden)], true), Err("an AV1 layer that is not shown"));
        }
    }

    #[test]
    fn layers_that_are_not_decoded_are_refused() {
        // The bits of the operating point after profile, three flags and the count of points.
        let with_point = |point: u16| {
            let mut header = SEQ.to_vec();
            let [upper, lower] = point.to_be_bytes();
            (header[1], header[2]) = (header[1] | upper, lower);
            header
        };
        assert_eq!(with_point(0), SEQ);
        let frame = |layer: u8| [&[6 << 3 | 4 | 2, layer << 3, FRAME.len() as u8][..], FRAME].concat();
        for (point, is_fine) in [(0x301, true), (0x101, false), (0xF0F, true)] {
            let data = [unit(1, &with_point(point)), frame(0), frame(1)].concat();
            assert_eq!(cut(&data, &mut 9).is_ok(), is_fine, "{point:x}");
        }
    }

    #[test]
    fn a_configuration_keeps_its_sequence_header_only() {
        let config = [&[0x81, 0, 0, 0xE0][..], &unit(1, SEQ), &unit(5, b"LEAK")].concat();
        assert_eq!(clean_config(&config).unwrap(), [&[0x81, 0, 0, 0][..], &unit(1, SEQ)].concat());
        assert!(clean_config(&config[..config.len() - 1]).is_err());
        assert!(clean_config(&config[..3]).is_err());
    }
}

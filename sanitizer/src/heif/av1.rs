//! AV1 pictures: OBUs (AV1 specification, 5.3) and their configuration (`av1C`,
//! AV1 Codec ISO Media File Format Binding, 2.3).

use super::coded::Cut;
use crate::Category;

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
    for unit in Units::new(units) {
        let unit = unit?;
        if unit.kind == 1 {
            clean.extend_from_slice(&units[unit.range]);
        }
    }
    Ok(clean)
}

/// Keeps the units that a decoder needs.
pub(super) fn cut(data: &[u8], units: &mut usize) -> Result<Cut, &'static str> {
    let mut cut = Cut::default();
    let mut has_picture = false;
    for unit in Units::new(data) {
        *units = units.checked_sub(1).ok_or("more OBUs than a picture needs")?;
        let unit = unit?;
        match unit.kind {
            // Sequence and frame headers, tile groups, frames.
            1 | 3 | 4 | 6 | 7 => {
                has_picture |= matches!(unit.kind, 4 | 6);
                cut.keep(unit.range);
            }
            // Temporal delimiters are empty.
            2 if unit.payload_len == 0 => cut.keep(unit.range),
            5 => cut.drop(Category::Application, "metadata OBU", unit.range),
            _ => cut.drop(Category::Hidden, "OBU", unit.range),
        }
    }
    if has_picture { Ok(cut) } else { Err("an AV1 picture without picture data") }
}

struct Unit {
    kind: u8,
    range: std::ops::Range<usize>,
    payload_len: usize,
}

/// Splits data into OBUs; ends after the first error.
struct Units<'a> {
    data: &'a [u8],
    at: usize,
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
        let mut at = start + 1;
        if head & 4 != 0 {
            let extension = *self.data.get(at).ok_or(SHORT)?;
            if extension & 7 != 0 {
                return Err("an OBU with reserved bits");
            }
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
        Ok(Unit { kind: head >> 3 & 15, range: start..end, payload_len })
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

    fn unit(kind: u8, payload: &[u8]) -> Vec<u8> {
        [&[kind << 3 | 2, payload.len() as u8], payload].concat()
    }

    #[test]
    fn frames_stay_and_metadata_padding_and_reserved_types_go() {
        let data = [
            unit(2, b""),
            unit(1, b"seq"),
            unit(5, b"meta"),
            unit(6, b"frame"),
            unit(15, b"pad"),
            unit(9, b"?"),
        ]
        .concat();
        let cut = cut(&data, &mut 100).unwrap();
        assert_eq!(cut.keep, [0..7, 13..20]);
        assert_eq!(cut.drop.len(), 3);
        let open = [&unit(1, b"seq")[..], &[6 << 3, 1, 2, 3]].concat();
        assert_eq!(super::cut(&open, &mut 9).unwrap().keep.first(), Some(&(0..open.len())));
    }

    #[test]
    fn data_that_is_not_all_units_is_refused() {
        let whole = unit(6, b"frame");
        assert!(cut(&whole[..whole.len() - 1], &mut 9).is_err());
        assert!(cut(&[&whole[..], &[0xFF]].concat(), &mut 9).is_err());
        assert!(cut(&unit(1, b"seq"), &mut 9).is_err());
        assert!(cut(&whole.repeat(10), &mut 9).is_err());
        assert!(cut(&[0x32, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1], &mut 9).is_err());
    }

    #[test]
    fn a_configuration_keeps_its_sequence_header_only() {
        let config = [&[0x81, 0, 0, 0xE0][..], &unit(1, b"seq"), &unit(5, b"LEAK")].concat();
        assert_eq!(clean_config(&config).unwrap(), [&[0x81, 0, 0, 0][..], &unit(1, b"seq")].concat());
        assert!(clean_config(&config[..config.len() - 1]).is_err());
        assert!(clean_config(&config[..3]).is_err());
    }
}

//! What application segments of JPEG tell that belong to one maker: Olympus' and others' texts in APP12, Canon's CIFF in
//! APP0, Samsung's and `GoPro`'s in APP5 and APP6.

use memchr::memmem;

use super::{FactKind, Facts, ciff::read_ciff};

/// Lines of a text that are looked at.
const LINE_LIMIT: usize = 500;

/// Adds what an application segment with this payload tells.
pub(crate) fn read_app_segment(payload: &[u8], facts: &mut Facts) {
    if payload.get(6..10) == Some(b"HEAP") && payload.starts_with(b"II") {
        return read_ciff(payload, facts);
    }
    if let Some(id) = payload.strip_prefix(b"ssuniqueid\0") {
        let hex: String = id.iter().take(32).map(|byte| format!("{byte:02x}")).collect();
        return facts.add(FactKind::Serial, &hex, "APP5");
    }
    if payload.starts_with(b"GoPro\0") {
        return read_gopro(payload, facts);
    }
    let is_text = [&b"[picture info]"[..], b"Type=", b"\r\n[", b"AGFA", b"OLYMPUS"]
        .iter()
        .any(|start| payload.starts_with(start));
    if is_text || memmem::find(&payload[..payload.len().min(256)], b"[picture info]").is_some() {
        read_picture_info(payload, facts);
    }
}

/// Lines of `name=value`.
fn read_picture_info(payload: &[u8], facts: &mut Facts) {
    let text = String::from_utf8_lossy(payload);
    for (name, value) in text.lines().take(LINE_LIMIT).filter_map(|line| line.split_once('=')) {
        let kind = match name.trim() {
            "Serial#" => FactKind::Serial,
            "Type" | "ID" | "Model" => FactKind::Device,
            "Version" => FactKind::Software,
            "TimeDate" => {
                // Seconds since 1970, by a clock that was never told the time zone.
                if let Ok(seconds) = value.trim_matches(is_blank).parse() {
                    facts.add(FactKind::Time, &date_of_seconds(seconds), "APP12");
                }
                continue;
            }
            _ => continue,
        };
        let value = value.trim_matches(is_blank);
        if value.chars().any(|c| c.is_alphanumeric() && c != '0') {
            facts.add(kind, value, "APP12");
        }
    }
}

fn is_blank(character: char) -> bool {
    character.is_whitespace() || character == '\0'
}

/// Date and time of day so many seconds after the start of 1970.
fn date_of_seconds(seconds: u32) -> String {
    // Years that start in March, of 400 of which each has 146,097 days
    // (<https://howardhinnant.github.io/date_algorithms.html>).
    let days = seconds / 86_400 + 719_468;
    let day_of_era = days % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, later) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = days / 146_097 * 400 + year_of_era + later;
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

/// Texts in GPMF (<https://github.com/gopro/gpmf-parser>): a name, a type, a size and how often it repeats.
fn read_gopro(payload: &[u8], facts: &mut Facts) {
    for (name, kind) in [
        (b"CASN", FactKind::Serial),
        (b"MINF", FactKind::Device),
        (b"FMWR", FactKind::Software),
        (b"MUID", FactKind::Serial),
    ] {
        for at in memmem::find_iter(payload, name).take(4) {
            let Some(&[form, size, r0, r1]) = payload.get(at + 4..at + 8) else { continue };
            let len = usize::from(size) * usize::from(u16::from_be_bytes([r0, r1]));
            let Some(value) = payload.get(at + 8..at + 8 + len.min(64)) else { continue };
            match form {
                b'c' => facts.add(kind, &String::from_utf8_lossy(value), "GoPro"),
                b'L' => {
                    let hex: String = value.iter().map(|byte| format!("{byte:02x}")).collect();
                    facts.add(kind, &hex, "GoPro");
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(payload: &[u8]) -> Vec<(FactKind, String)> {
        let mut facts = Facts::default();
        read_app_segment(payload, &mut facts);
        facts.items.into_iter().map(|fact| (fact.kind, fact.value)).collect()
    }

    #[test]
    fn segments_of_makers_are_told() {
        let info = b"OLYMPUS OPTICAL CO.,LTD.\0\0[picture info]\r\nType=SX000\r\nSerial#=#00000001\r\nFlash=1\r\nID=0\r\n";
        assert_eq!(
            told(info),
            [(FactKind::Device, "SX000".to_owned()), (FactKind::Serial, "#00000001".to_owned())]
        );
        assert_eq!(told(b"ssuniqueid\0\xAB\x01"), [(FactKind::Serial, "ab01".to_owned())]);
        let gopro = b"GoPro\0DEVC\0\x01\0\x30CASNc\x01\0\x0DC3221325000000\0\0\0MINFc\x01\0\x05HERO9\0\0\0MUIDL\x04\0\x01\xDE\xAD\xBE\xEF";
        assert_eq!(
            told(gopro),
            [
                (FactKind::Serial, "C322132500000".to_owned()),
                (FactKind::Device, "HERO9".to_owned()),
                (FactKind::Serial, "deadbeef".to_owned()),
            ]
        );
        for other in [&b""[..], b"Ducky\0", b"AVI1", b"II\x1A\0\0\0HEAP"] {
            assert_eq!(told(other), []);
        }
    }

    #[test]
    fn seconds_become_dates() {
        for (seconds, date) in [
            (0, "1970-01-01 00:00:00"),
            (909_698_819, "1998-10-29 22:06:59"),
            (951_782_400, "2000-02-29 00:00:00"),
            (1_709_251_199, "2024-02-29 23:59:59"),
            (u32::MAX, "2106-02-07 06:28:15"),
        ] {
            assert_eq!(date_of_seconds(seconds), date);
        }
    }

    proptest! {
        #[test]
        fn random_bytes_are_read_without_harm(bytes: Vec<u8>) {
            for head in [&b""[..], b"GoPro\0CASN", b"[picture info]", b"II\x1A\0\0\0HEAPJPGM"] {
                told(&[head, &bytes].concat());
            }
        }
    }
}

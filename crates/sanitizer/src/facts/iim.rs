//! What an IPTC record tells (IPTC-NAA Information Interchange Model 4.2, record 2).

use super::{FactKind, Facts};

const SOURCE: &str = "IPTC";

/// Data sets looked at, at most.
const ENTRY_LIMIT: usize = 2000;

/// Adds what a bare record tells.
pub(super) fn read_iim(bytes: &[u8], facts: &mut Facts) {
    let mut rest = bytes;
    let mut date = String::new();
    for _ in 0..ENTRY_LIMIT {
        let [0x1C, record, set, high, low, after @ ..] = rest else { return };
        // The high bit marks lengths of more than 32767 bytes, which no text has.
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let (Some(data), false) = (after.get(..length), high & 0x80 != 0) else { return };
        rest = &after[length..];
        if *record != 2 {
            continue;
        }
        let text = text(data);
        let kind = match set {
            // A date is followed by its time in the next data set.
            55 | 62 | 30 | 37 => {
                date = text;
                facts.add(FactKind::Time, &readable_date(&date), SOURCE);
                continue;
            }
            60 | 63 | 35 | 38 => {
                facts.add(
                    FactKind::Time,
                    &format!("{} {}", readable_date(&date), readable_time(&text)),
                    SOURCE,
                );
                continue;
            }
            80 | 85 | 110 | 115 | 116 | 118 | 122 => FactKind::Person,
            26 | 27 | 90 | 92 | 95 | 100 | 101 => FactKind::Place,
            65 | 70 => FactKind::Software,
            103 | 184 | 187 | 188 => FactKind::History,
            5 | 7 | 15 | 20 | 22 | 25 | 40 | 105 | 120 => FactKind::Text,
            _ => continue,
        };
        facts.add(kind, &text, SOURCE);
    }
}

/// UTF-8 where it is valid, else Latin-1; the record's own declaration is often wrong.
fn text(bytes: &[u8]) -> String {
    let bytes = &bytes[..bytes.len().min(4000)];
    std::str::from_utf8(bytes).map_or_else(|_| bytes.iter().copied().map(char::from).collect(), str::to_owned)
}

/// `20240501` as `2024-05-01`; anything else as it is.
fn readable_date(date: &str) -> String {
    match (date.get(..4), date.get(4..6), date.get(6..8), date.len()) {
        (Some(year), Some(month), Some(day), 8) => format!("{year}-{month}-{day}"),
        _ => date.to_owned(),
    }
}

/// `123456+0200` as `12:34:56+0200`; anything else as it is.
fn readable_time(time: &str) -> String {
    match (time.get(..2), time.get(2..4), time.get(4..)) {
        (Some(hour), Some(minute), Some(rest)) => format!("{hour}:{minute}:{rest}"),
        _ => time.to_owned(),
    }
}

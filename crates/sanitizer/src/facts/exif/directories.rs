//! Reads the directories, and what they point to.

use super::maker_note;
use super::tiff::{Entry, Tiff};
use crate::facts::{FactKind, Facts, Position, device::device, iim::read_iim, xmp::read_xmp};

const SOURCE: &str = "EXIF";

/// Directories followed at most; real files have five.
const DIRECTORY_LIMIT: usize = 16;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Directory {
    /// IFD0, IFD1, Exif and sub-directories: their tags share one number space.
    Main,
    /// As `Main`, but describing the thumbnail.
    Thumbnail,
    Gps,
}

/// Adds what the TIFF bytes of an EXIF block tell to `facts`. Never fails: what
/// cannot be read tells nothing.
pub(crate) fn read_exif(tiff: &[u8], facts: &mut Facts) {
    let tiff = tiff.strip_prefix(b"Exif\0\0").unwrap_or(tiff);
    let Some((tiff, first)) = Tiff::open(tiff) else { return };
    let mut reader = Reader { tiff, make: String::new(), main: Vec::new() };
    // A work list and the offsets already seen take the place of recursion, so
    // that directories pointing at one another end.
    let mut waiting = vec![(Directory::Main, first)];
    let mut seen = Vec::new();
    let mut chain_from_start = true;
    while let Some((kind, offset)) = waiting.pop() {
        if offset == 0 || seen.contains(&offset) || seen.len() >= DIRECTORY_LIMIT {
            continue;
        }
        seen.push(offset);
        let (entries, next) = tiff.directory(offset);
        // Only IFD0 has a successor that means something: IFD1, the thumbnail.
        if std::mem::take(&mut chain_from_start) {
            waiting.push((Directory::Thumbnail, next));
        }
        for entry in &entries {
            let child = match entry.tag {
                0x8769 | 0xA005 | 0x014A => Directory::Main,
                0x8825 => Directory::Gps,
                _ => continue,
            };
            if let Some(offset) = entry.number() {
                waiting.push((child, offset as usize));
            }
        }
        match kind {
            Directory::Main => reader.main.extend(entries),
            Directory::Thumbnail => read_thumbnail(&entries, facts),
            Directory::Gps => read_gps(&entries, facts),
        }
    }
    reader.read_main(facts);
}

struct Reader<'a> {
    tiff: Tiff<'a>,
    make: String,
    main: Vec<Entry<'a>>,
}

impl Reader<'_> {
    fn find(&self, tag: u16) -> Option<&Entry<'_>> {
        self.main.iter().find(|entry| entry.tag == tag)
    }

    fn text(&self, tag: u16) -> String {
        self.find(tag).and_then(Entry::text).unwrap_or_default()
    }

    fn read_density(&self, facts: &mut Facts) {
        let density = self.find(0x011A).and_then(|entry| entry.fraction(0)).unwrap_or(DEFAULT_DENSITY);
        let unit = match self.find(0x0128).and_then(Entry::number) {
            None | Some(2) => "inch",
            Some(3) => "centimetre",
            Some(_) => return,
        };
        // Numbers below are no density but blanks that someone filled in.
        if density > 1.0 && density < 100_000.0 && (density - DEFAULT_DENSITY).abs() > 0.01 {
            facts.add(FactKind::Density, &format!("{density} pixels to the {unit}"), SOURCE);
        }
    }

    fn read_main(mut self, facts: &mut Facts) {
        self.make = self.text(0x010F);
        facts.add(FactKind::Device, &device(&self.make, &self.text(0x0110)), SOURCE);
        facts.add(FactKind::Lens, &device(&self.text(0xA433), &self.text(0xA434)), SOURCE);
        for (time, fraction, zone) in
            [(0x9003, 0x9291, 0x9011), (0x9004, 0x9292, 0x9012), (0x0132, 0x9290, 0x9010)]
        {
            facts.add(
                FactKind::Time,
                &timestamp(&self.text(time), &self.text(fraction), &self.text(zone)),
                SOURCE,
            );
        }
        self.read_density(facts);
        let mut packets = 0;
        for entry in &self.main {
            let kind = match entry.tag {
                0x0131 | 0x000B | 0xA43A..=0xA43C => FactKind::Software,
                0x013B | 0x8298 | 0xA430 | 0xA437..=0xA439 | 0xFDE8 => FactKind::Person,
                0xA431 | 0xA435 | 0xC62F | 0xA420 | 0xC65D | 0xFDE9 => FactKind::Serial,
                0x010E | 0x010D | 0xA436 => FactKind::Text,
                // The computer, which is a phone as a rule.
                0x013C | 0xC614 => FactKind::Device,
                0xFDEA => FactKind::Lens,
                0x9286 => {
                    facts.add(FactKind::Text, &entry.comment(), SOURCE);
                    continue;
                }
                0x9C9D => {
                    facts.add(FactKind::Person, &entry.windows_text(), SOURCE);
                    continue;
                }
                0x9C9B | 0x9C9C | 0x9C9E | 0x9C9F => {
                    facts.add(FactKind::Text, &entry.windows_text(), SOURCE);
                    continue;
                }
                // Packets of other formats; a few at most, since each costs its length.
                0x02BC | 0x83BB if packets < 2 => {
                    packets += 1;
                    if entry.tag == 0x02BC {
                        read_xmp(entry.bytes(), facts);
                    } else {
                        read_iim(entry.bytes(), facts);
                    }
                    continue;
                }
                _ => continue,
            };
            facts.add(kind, &entry.text().unwrap_or_default(), SOURCE);
        }
        if let Some(note) = self.find(0x927C) {
            maker_note::read(&self.make, &self.text(0x0110), note, self.tiff, facts);
        }
    }
}

/// What EXIF says where nobody chose a density (CIPA DC-008, 4.6.4 A).
const DEFAULT_DENSITY: f64 = 72.0;

/// A date as EXIF writes it (`2024:05:01 12:34:56`), as a person reads it.
fn timestamp(time: &str, fraction: &str, zone: &str) -> String {
    let time = time.trim();
    // Cameras whose clock was never set write zeros or blanks.
    if !time.bytes().any(|byte| byte.is_ascii_digit() && byte != b'0') {
        return String::new();
    }
    let (date, clock) = time.split_once(' ').unwrap_or((time, ""));
    // Whoever writes the date another way (ISO 8601, say) is quoted.
    let has_colons =
        date.len() == 10 && date.bytes().enumerate().all(|(at, byte)| (byte == b':') == (at == 4 || at == 7));
    let date = if has_colons { date.replace(':', "-") } else { date.to_owned() };
    let mut text = format!("{date} {clock}");
    if !fraction.trim().is_empty() && !clock.is_empty() {
        text = format!("{text}.{}", fraction.trim());
    }
    format!("{text} {}", zone.trim())
}

fn read_thumbnail(entries: &[Entry<'_>], facts: &mut Facts) {
    let number = |tag| entries.iter().find(|entry| entry.tag == tag).and_then(Entry::number);
    // Either JPEG (0x0201, length 0x0202) or plain strips (0x0111, lengths 0x0117).
    if number(0x0201).or(number(0x0111)).is_some() {
        let length = number(0x0202).or(number(0x0117));
        let length = length.map_or(String::new(), |length| format!(" of {length} bytes"));
        facts.add(FactKind::Thumbnail, &format!("an embedded thumbnail{length}"), SOURCE);
    }
}

fn read_gps(entries: &[Entry<'_>], facts: &mut Facts) {
    let find = |tag| entries.iter().find(|entry| entry.tag == tag);
    let is_letter = |tag, letter: u8| {
        find(tag)
            .and_then(|entry| entry.bytes().first())
            .is_some_and(|byte| byte.eq_ignore_ascii_case(&letter))
    };
    let degrees = |tag| {
        let entry = find(tag)?;
        // Minutes and seconds may be missing, or 0/0 when degrees have a fraction.
        let part = |index| entry.fraction(index).unwrap_or(0.0);
        Some(entry.fraction(0)? + part(1) / 60.0 + part(2) / 3600.0)
    };
    let signed = |negative: bool, value: f64| if negative { -value } else { value };
    let altitude = find(0x06).and_then(|entry| entry.fraction(0)).map(|metres| {
        // 1 and 3 mean below the reference.
        signed(find(0x05).and_then(Entry::number).is_some_and(|reference| reference % 2 == 1), metres)
    });
    for (latitude, longitude, altitude, source) in
        [(0x02, 0x04, altitude, SOURCE), (0x14, 0x16, None, "EXIF (destination)")]
    {
        if let (Some(north), Some(east)) = (degrees(latitude), degrees(longitude)) {
            facts.add_position(Position {
                latitude: signed(is_letter(latitude - 1, b'S'), north),
                longitude: signed(is_letter(longitude - 1, b'W'), east),
                altitude,
                source,
            });
        }
    }
    let date = find(0x1D).and_then(Entry::text).unwrap_or_default();
    let clock =
        find(0x07).and_then(|entry| Some((entry.fraction(0)?, entry.fraction(1)?, entry.fraction(2)?)));
    match clock {
        Some((hours, minutes, seconds)) => {
            let clock = format!("{hours:02.0}:{minutes:02.0}:{seconds:02.0}");
            let text = format!("{} {clock} UTC (GPS)", date.replacen(':', "-", 2));
            facts.add(FactKind::Time, &text, SOURCE);
        }
        None => facts.add(FactKind::Time, &timestamp(&date, "", ""), SOURCE),
    }
    if let Some(area) = find(0x1C) {
        facts.add(FactKind::Place, &area.comment(), SOURCE);
    }
}

//! The TIFF container of EXIF (TIFF 6.0, clause 2): directories of entries,
//! read without trusting any number in them.

/// The longest text that is looked at.
const TEXT_LIMIT: usize = 2000;

/// Directories with more entries than this are not read to their end.
const ENTRY_LIMIT: usize = 1000;

/// TIFF bytes and the byte order to read them in.
#[derive(Clone, Copy)]
pub(super) struct Tiff<'a> {
    bytes: &'a [u8],
    little_endian: bool,
}

/// One entry of a directory, with its value in place.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) tag: u16,
    kind: u16,
    /// How many bytes the value has, which may be more than `value` holds.
    pub(super) len: usize,
    /// Where the value starts, from the start of the TIFF bytes.
    pub(super) offset: usize,
    value: Tiff<'a>,
}

impl<'a> Tiff<'a> {
    /// Reads the header; the second value is the offset of the first directory.
    pub(super) fn open(bytes: &'a [u8]) -> Option<(Self, usize)> {
        let little_endian = match bytes.get(..4)? {
            [b'I', b'I', 0x2A, 0] => true,
            [b'M', b'M', 0, 0x2A] => false,
            _ => return None,
        };
        let tiff = Self { bytes, little_endian };
        Some((tiff, tiff.u32(4)? as usize))
    }

    /// Bytes in a known byte order, for maker notes without a header.
    pub(super) fn with_order(bytes: &'a [u8], little_endian: bool) -> Self {
        Self { bytes, little_endian }
    }

    /// The same byte order over other bytes.
    fn over(self, bytes: &'a [u8]) -> Self {
        Self { bytes, ..self }
    }

    fn array<const N: usize>(self, at: usize) -> Option<[u8; N]> {
        self.bytes.get(at..at.checked_add(N)?)?.try_into().ok()
    }

    /// The same bytes in the order in which the directory at `at` makes sense: directories have less than 256 entries.
    pub(super) fn order_at(self, at: usize) -> Self {
        match self.u16(at) {
            Some(count) if count.swap_bytes() < 0x100 && count >= 0x100 => {
                Self { little_endian: !self.little_endian, ..self }
            }
            _ => self,
        }
    }

    pub(super) fn u16(self, at: usize) -> Option<u16> {
        let raw = self.array(at)?;
        Some(if self.little_endian { u16::from_le_bytes(raw) } else { u16::from_be_bytes(raw) })
    }

    pub(super) fn u32(self, at: usize) -> Option<u32> {
        let raw = self.array(at)?;
        Some(if self.little_endian { u32::from_le_bytes(raw) } else { u32::from_be_bytes(raw) })
    }

    /// The directory at `at`, as far as it can be read, and the offset of the
    /// next one (0: none).
    pub(super) fn directory(self, at: usize) -> (Vec<Entry<'a>>, usize) {
        let Some(count) = self.u16(at).map(usize::from) else { return (Vec::new(), 0) };
        let entries = (0..count.min(ENTRY_LIMIT)).map_while(|index| self.entry_head(at + 2 + index * 12));
        let next = self.u32(at + 2 + count * 12).unwrap_or(0);
        (entries.flatten().collect(), next as usize)
    }

    /// `None` past the end of the file, `Some(None)` for an entry without a readable value.
    fn entry_head(self, at: usize) -> Option<Option<Entry<'a>>> {
        let raw = self.bytes.get(at..at.checked_add(12)?)?;
        let head = self.over(raw);
        let (tag, kind, count) = (head.u16(0)?, head.u16(2)?, head.u32(4)? as usize);
        let size = match kind {
            // 129 is UTF-8, since EXIF 3.0.
            1 | 2 | 6 | 7 | 129 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 => 8,
            _ => return Some(None),
        };
        let Some(len) = count.checked_mul(size) else { return Some(None) };
        let offset = if len <= 4 { at + 8 } else { head.u32(8)? as usize };
        // A value that runs over the end is cut there: its start still tells something.
        let value = self.bytes.get(offset..).map(|rest| &rest[..len.min(rest.len())]);
        Some(value.map(|value| Entry { tag, kind, len, offset, value: self.over(value) }))
    }
}

impl<'a> Entry<'a> {
    /// The type of the value, as TIFF numbers them.
    pub(super) fn kind(&self) -> u16 {
        self.kind
    }

    /// The `index`th of four bytes each as a number, whatever the type says.
    pub(super) fn long(&self, index: usize) -> Option<u32> {
        self.value.u32(index * 4)
    }

    pub(super) fn bytes(&self) -> &'a [u8] {
        self.value.bytes
    }

    /// Whether the value is a text, or may be one: many writers store text as BYTE or UNDEFINED.
    pub(super) fn is_text(&self) -> bool {
        matches!(self.kind, 1 | 2 | 7 | 129)
    }

    /// The value as text; `None` when it is none.
    pub(super) fn text(&self) -> Option<String> {
        self.is_text().then(|| clean_text(self.bytes()))
    }

    /// The value as a number.
    pub(super) fn number(&self) -> Option<u32> {
        match self.kind {
            1 | 6 | 7 => self.bytes().first().map(|&byte| u32::from(byte)),
            3 | 8 => self.value.u16(0).map(u32::from),
            4 | 9 | 13 => self.value.u32(0),
            _ => None,
        }
    }

    /// The value's `index`th fraction.
    pub(super) fn fraction(&self, index: usize) -> Option<f64> {
        let (above, below) = (self.value.u32(index * 8)?, self.value.u32(index * 8 + 4)?);
        let (above, below) = match self.kind {
            5 => (f64::from(above), f64::from(below)),
            10 => (f64::from(above.cast_signed()), f64::from(below.cast_signed())),
            _ => return None,
        };
        (below != 0.0).then(|| above / below)
    }

    /// A comment that starts with eight bytes naming its character set (EXIF 3.0, 4.6.5).
    pub(super) fn comment(&self) -> String {
        match self.bytes().split_at_checked(8) {
            Some((b"UNICODE\0", text)) => utf16(text, self.value.little_endian),
            Some((b"ASCII\0\0\0" | b"JIS\0\0\0\0\0" | [0, 0, 0, 0, 0, 0, 0, 0], text)) => clean_text(text),
            _ => clean_text(self.bytes()),
        }
    }

    /// The texts that Windows adds, which are UTF-16 in little endian.
    pub(super) fn windows_text(&self) -> String {
        utf16(self.bytes(), true)
    }
}

/// Text as UTF-8, or as Latin-1 when it is no UTF-8. NULs part texts.
pub(super) fn clean_text(bytes: &[u8]) -> String {
    let cut = &bytes[..bytes.len().min(TEXT_LIMIT)];
    let text: String = match std::str::from_utf8(cut) {
        Ok(text) => text.to_owned(),
        // Cut by us in the middle of a character.
        Err(error) if cut.len() < bytes.len() && error.error_len().is_none() => {
            String::from_utf8_lossy(&cut[..error.valid_up_to()]).into()
        }
        Err(_) => cut.iter().copied().map(char::from).collect(),
    };
    let parts: Vec<_> = text.split('\0').map(str::trim).filter(|part| !part.is_empty()).collect();
    parts.join("; ")
}

fn utf16(bytes: &[u8], little_endian: bool) -> String {
    let bytes = &bytes[..bytes.len().min(TEXT_LIMIT)];
    let units = bytes.chunks_exact(2).map(|pair| {
        let pair = [pair[0], pair[1]];
        if little_endian { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
    });
    char::decode_utf16(units.take_while(|&unit| unit != 0)).filter_map(Result::ok).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_utf8_else_latin1_and_nuls_part_it() {
        assert_eq!(clean_text("Zoë\0".as_bytes()), "Zoë");
        assert_eq!(clean_text(b"Zo\xEB"), "Zoë");
        assert_eq!(clean_text(b"photographer\0editor\0"), "photographer; editor");
        assert_eq!(clean_text(&[0; 50]), "");
        assert!(clean_text("é".repeat(5000).as_bytes()).chars().all(|c| c == 'é'));
        assert!(clean_text(format!("a{}", "é".repeat(5000)).as_bytes()).ends_with('é'));
    }

    #[test]
    fn a_directory_beyond_the_end_is_empty() {
        let (tiff, first) = Tiff::open(b"II\x2A\0\xFF\xFF\xFF\xFF").unwrap();
        assert!(tiff.directory(first).0.is_empty());
        assert!(tiff.directory(usize::MAX - 1).0.is_empty());
    }
}

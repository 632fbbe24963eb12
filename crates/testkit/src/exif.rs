//! Builds EXIF blocks that tell something (CIPA DC-008, EXIF 3.0).

/// A directory in the making: tag, type, count, value.
#[derive(Default)]
struct Directory(Vec<(u16, u16, u32, Vec<u8>)>);

impl Directory {
    fn ascii(&mut self, tag: u16, text: &str) {
        let value = [text.as_bytes(), &[0]].concat();
        self.0.push((tag, 2, value.len() as u32, value));
    }

    fn short(&mut self, tag: u16, number: u16) {
        self.0.push((tag, 3, 1, number.to_be_bytes().to_vec()));
    }

    fn long(&mut self, tag: u16, number: u32) {
        self.0.push((tag, 4, 1, number.to_be_bytes().to_vec()));
    }

    fn fractions(&mut self, tag: u16, fractions: &[(u32, u32)]) {
        let value =
            fractions.iter().flat_map(|(above, below)| [above.to_be_bytes(), below.to_be_bytes()].concat());
        self.0.push((tag, 5, fractions.len() as u32, value.collect()));
    }

    fn len(&self) -> u32 {
        let outside = |value: &Vec<u8>| if value.len() > 4 { value.len() } else { 0 };
        (2 + 12 * self.0.len() + 4 + self.0.iter().map(|(.., value)| outside(value)).sum::<usize>()) as u32
    }

    /// The directory's bytes when it stands at `offset`, followed by the one at `next`.
    fn at(mut self, offset: u32, next: u32) -> Vec<u8> {
        self.0.sort_by_key(|entry| entry.0);
        let mut bytes = (self.0.len() as u16).to_be_bytes().to_vec();
        let mut outside = Vec::new();
        let end = offset + 2 + 12 * self.0.len() as u32 + 4;
        for (tag, kind, count, mut value) in self.0 {
            bytes.extend(tag.to_be_bytes());
            bytes.extend(kind.to_be_bytes());
            bytes.extend(count.to_be_bytes());
            if value.len() > 4 {
                bytes.extend((end + outside.len() as u32).to_be_bytes());
                outside.extend(value);
            } else {
                value.resize(4, 0);
                bytes.extend(value);
            }
        }
        bytes.extend(next.to_be_bytes());
        bytes.extend(outside);
        bytes
    }
}

/// The payload of an EXIF segment: a phone's, on the Eiffel Tower, with a
/// thumbnail of `thumbnail` bytes.
pub fn telling(orientation: u16, thumbnail: &[u8]) -> Vec<u8> {
    let (mut main, mut exif, mut gps, mut small) =
        (Directory::default(), Directory::default(), Directory::default(), Directory::default());
    main.ascii(0x010F, "Fairphone");
    main.ascii(0x0110, "FP5");
    main.short(0x0112, orientation);
    main.ascii(0x0131, "Camera 4.2");
    main.ascii(0x0132, "2024:05:01 12:34:56");
    main.ascii(0x013B, "Ann Lee");
    main.ascii(0x010E, "Ann and Bob on the tower");
    exif.ascii(0x9003, "2024:05:01 12:34:56");
    exif.ascii(0x9011, "+02:00");
    exif.ascii(0xA431, "SN-0042");
    gps.ascii(0x01, "N");
    gps.fractions(0x02, &[(48, 1), (51, 1), (30132, 1000)]);
    gps.ascii(0x03, "E");
    gps.fractions(0x04, &[(2, 1), (17, 1), (40132, 1000)]);
    gps.fractions(0x06, &[(35, 1)]);
    // The two pointers are part of `main`, so its length is known only with them.
    main.long(0x8769, 0);
    main.long(0x8825, 0);
    let exif_at = 8 + main.len();
    let gps_at = exif_at + exif.len();
    let small_at = gps_at + gps.len();
    small.long(0x0201, 0);
    small.long(0x0202, thumbnail.len() as u32);
    let thumbnail_at = small_at + small.len();
    for entry in &mut main.0 {
        match entry.0 {
            0x8769 => entry.3 = exif_at.to_be_bytes().to_vec(),
            0x8825 => entry.3 = gps_at.to_be_bytes().to_vec(),
            _ => {}
        }
    }
    small.0[0].3 = thumbnail_at.to_be_bytes().to_vec();
    [
        b"Exif\0\0MM\0\x2A\0\0\0\x08".to_vec(),
        main.at(8, small_at),
        exif.at(exif_at, 0),
        gps.at(gps_at, 0),
        small.at(small_at, 0),
        thumbnail.to_vec(),
    ]
    .concat()
}

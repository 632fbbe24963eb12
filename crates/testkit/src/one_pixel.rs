//! The smallest JPEG there is, with whatever a test puts into it.

/// What must be in no clean copy.
pub const CANARY: &[u8] = b"LEAKCANARY";

pub fn segment(marker: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len() + 2).unwrap().to_be_bytes();
    [&[0xFF, marker][..], &length, payload].concat()
}

/// One grey pixel, with `segments` in front of it and `trailer` behind it.
pub fn picture(segments: &[Vec<u8>], trailer: &[u8]) -> Vec<u8> {
    let quantization = segment(0xDB, &[&[0][..], &[1; 64]].concat());
    let frame = segment(0xC0, &[8, 0, 1, 0, 1, 1, 1, 0x11, 0]);
    // One code each: no difference for DC, end of block for AC.
    let table = |class: u8| segment(0xC4, &[&[class, 1][..], &[0; 15], &[0]].concat());
    let scan = segment(0xDA, &[1, 1, 0, 0, 63, 0]);
    let data = [0b0011_1111, 0xFF, 0xD9];
    let (dc, ac) = (table(0), table(0x10));
    [&[0xFF, 0xD8][..], &segments.concat(), &quantization, &frame, &dc, &ac, &scan, &data, trailer].concat()
}

/// EXIF with the canary as the camera's maker, and a position.
pub fn exif() -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &value].concat()
    };
    // Header 8, IFD0 30, GPS directory 54, then the values.
    let (gps, numbers, maker) = (38_u32, 92_u32, 116_u32);
    let directories = [
        b"MM\0\x2A\0\0\0\x08\0\x02".to_vec(),
        entry(0x010F, 2, 11, maker.to_be_bytes()),
        entry(0x8825, 4, 1, gps.to_be_bytes()),
        vec![0; 4],
        vec![0, 4],
        entry(1, 2, 2, *b"N\0\0\0"),
        entry(2, 5, 3, numbers.to_be_bytes()),
        entry(3, 2, 2, *b"E\0\0\0"),
        entry(4, 5, 3, numbers.to_be_bytes()),
        vec![0; 4],
        [12_u32, 1, 30, 1, 0, 1].iter().flat_map(|number| number.to_be_bytes()).collect(),
        [CANARY, b"\0"].concat(),
    ];
    segment(0xE1, &[b"Exif\0\0", &directories.concat()[..]].concat())
}

//! Colour profiles: the input is one byte that chooses the options, and a profile in a
//! JPEG file that is fine otherwise.
#![no_main]

/// The smallest picture: 8 x 8 pixels of grey. The first byte of a seed chooses options.
const PICTURE: &[u8] = include_bytes!("../seeds/jpeg/grey");

/// As much as a segment has room for, and at least something to cut into two.
const PART: usize = 8 * 1024;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let Some((&choice, profile)) = input.split_first() else { return };
    let parts = profile.chunks(PART);
    let total = parts.len().min(255) as u8;
    let mut file = [&[choice], &PICTURE[1..3]].concat();
    for (part, number) in parts.zip(1..=total) {
        let payload = [b"ICC_PROFILE\0", &[number, total][..], part].concat();
        file.extend([0xFF, 0xE2]);
        file.extend((payload.len() as u16 + 2).to_be_bytes());
        file.extend(payload);
    }
    file.extend(&PICTURE[3..]);
    sanitizer_fuzz::check(&file);
});

//! Colour profiles: one that tells much, and what must be left of it.

/// The string that must not survive.
const CANARY: &[u8] = b"LEAKCANARY";

/// Display P3's colorants and curve.
const COLOURS: [(&[u8; 4], &[u8]); 4] = [
    (b"rXYZ", b"XYZ \0\0\0\0\0\0\x83\xDF\0\0\x3D\xBF\xFF\xFF\xFF\xBB"),
    (b"gXYZ", b"XYZ \0\0\0\0\0\0\x4A\xBF\0\0\xB1\x37\0\0\x0A\xB9"),
    (b"bXYZ", b"XYZ \0\0\0\0\0\0\x28\x38\0\0\x11\x0B\0\0\xC8\xB9"),
    (b"rTRC", b"para\0\0\0\0\0\x03\0\0\0\x02\x66\x66\0\0\xF2\xA7\0\0\x0D\x59\0\0\x13\xD0\0\0\x0A\x5B"),
];

/// The texts that every clean profile of version 2 has.
fn texts() -> [(&'static [u8; 4], Vec<u8>); 2] {
    let description = b"Colours of this picture\0";
    [
        (b"desc", [b"desc\0\0\0\0\0\0\0\x18", &description[..], &[0; 78]].concat()),
        (b"cprt", b"text\0\0\0\0Not stated\0".to_vec()),
    ]
}

/// A version 2 profile of these tags; those with the same data share it.
fn profile(space: &[u8; 4], tags: &[(&[u8; 4], Vec<u8>)], junk: &[u8]) -> Vec<u8> {
    let mut profile = vec![0; 128];
    profile[8..10].copy_from_slice(&[2, 0x40]);
    profile[12..24].copy_from_slice(&[b"mntr", &space[..], b"XYZ "].concat());
    profile[36..40].copy_from_slice(b"acsp");
    profile[68..80].copy_from_slice(b"\0\0\xF6\xD6\0\x01\0\0\0\0\xD3\x2D");
    profile.extend((tags.len() as u32).to_be_bytes());
    let start = 132 + 12 * tags.len();
    let (mut data, mut places): (Vec<u8>, Vec<(usize, &[u8])>) = (Vec::new(), Vec::new());
    for (kind, bytes) in tags {
        let known = places.iter().find(|(_, known)| known == bytes).map(|(at, _)| *at);
        let at = known.unwrap_or_else(|| {
            data.extend_from_slice(junk);
            data.resize(data.len().next_multiple_of(4), 0);
            places.push((start + data.len(), bytes));
            data.extend_from_slice(bytes);
            start + data.len() - bytes.len()
        });
        profile.extend_from_slice(*kind);
        profile.extend((at as u32).to_be_bytes());
        profile.extend((bytes.len() as u32).to_be_bytes());
    }
    data.resize(data.len().next_multiple_of(4), 0);
    profile.extend(data);
    let len = profile.len() as u32;
    profile[..4].copy_from_slice(&len.to_be_bytes());
    profile
}

fn display_p3() -> Vec<(&'static [u8; 4], Vec<u8>)> {
    let mut tags: Vec<_> = COLOURS.iter().map(|(kind, data)| (*kind, data.to_vec())).collect();
    tags.push((b"gTRC", tags[3].1.clone()));
    tags.push((b"bTRC", tags[3].1.clone()));
    tags
}

/// Display P3 with the canary in the header, in tags and in gaps.
pub(crate) fn dirty() -> Vec<u8> {
    let mut tags = display_p3();
    for kind in [b"desc", b"cprt", b"dmnd", b"mmod", b"vcgt", b"zzzz"] {
        tags.push((kind, [&kind[..], &[0; 4], CANARY].concat()));
    }
    let mut dirty = [profile(b"RGB ", &tags, CANARY), CANARY.to_vec()].concat();
    for at in [4, 24, 40, 48, 80, 84, 100, 110] {
        dirty[at..at + 4].copy_from_slice(b"LEAK");
    }
    dirty[24..28].copy_from_slice(&[7, 234, 0, 11]);
    dirty
}

/// What is left of [`dirty`].
pub(crate) fn clean() -> Vec<u8> {
    profile(b"RGB ", &[texts().to_vec(), display_p3()].concat(), &[])
}

/// A clean profile whose curve has this many entries.
pub(crate) fn grey(entries: u16) -> Vec<u8> {
    let curve: Vec<u8> = (0..2 * usize::from(entries)).map(|at| (at * 7) as u8).collect();
    let curve = [b"curv\0\0\0\0\0\0", &entries.to_be_bytes()[..], &curve].concat();
    profile(b"GRAY", &[texts().to_vec(), vec![(b"kTRC", curve)]].concat(), &[])
}

//! ICC profiles (ICC.1:2022): how long one says it is, and whether it says
//! nothing but sRGB, which viewers assume anyway.

/// A profile longer than this is not looked into: those that say plain sRGB are
/// a few kilobytes.
pub(crate) const PLAIN_SRGB_MAX_LEN: usize = 16 * 1024;
/// The length of a profile's header and of the number of its tags.
const HEADER: usize = 132;
/// Red, green and blue of sRGB, adapted to D50, as profiles hold them.
const SRGB: [(&[u8; 4], [f64; 3]); 3] = [
    (b"rXYZ", [0.4360, 0.2225, 0.0139]),
    (b"gXYZ", [0.3851, 0.7169, 0.0971]),
    (b"bXYZ", [0.1431, 0.0606, 0.7141]),
];

/// The length in its header, when `profile` starts like one (7.2.2, 7.2.9).
pub(crate) fn declared_len(profile: &[u8]) -> Option<usize> {
    let len = number(profile, 0)? as usize;
    (len >= HEADER && profile.get(36..40)? == b"acsp").then_some(len)
}

/// Whether `profile` is sRGB by its numbers: the colorants and the curves, and
/// no table that could override them.
pub(crate) fn is_plain_srgb(profile: &[u8]) -> bool {
    profile.get(16..24) == Some(b"RGB XYZ ")
        && tag(profile, b"A2B0").is_none()
        && SRGB.iter().all(|(name, expected)| {
            tag(profile, name).and_then(xyz).is_some_and(|found| {
                found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 0.002)
            })
        })
        && [b"rTRC", b"gTRC", b"bTRC"].iter().all(|name| tag(profile, name).is_some_and(is_srgb_curve))
}

/// The data of a tag (7.3).
fn tag<'a>(profile: &'a [u8], name: &[u8; 4]) -> Option<&'a [u8]> {
    // A profile has some ten tags; more than this would be an attack.
    let count = number(profile, 128)?.min(256) as usize;
    let table = profile.get(HEADER..HEADER + 12 * count)?;
    let entry = table.as_chunks::<12>().0.iter().find(|entry| entry.starts_with(name))?;
    let start = number(entry, 4)? as usize;
    profile.get(start..start.checked_add(number(entry, 8)? as usize)?)
}

/// The value of an `XYZ ` tag (10.31).
fn xyz(data: &[u8]) -> Option<[f64; 3]> {
    (data.get(..4)? == b"XYZ ").then_some(())?;
    Some([fixed(data, 8)?, fixed(data, 12)?, fixed(data, 16)?])
}

/// Whether a curve is that of sRGB: `para` (10.18) or `curv` (10.6).
fn is_srgb_curve(data: &[u8]) -> bool {
    match data.get(..4) {
        Some(b"para") => {
            let expected = [2.4, 1.0 / 1.055, 0.055 / 1.055, 1.0 / 12.92, 0.04045];
            data.get(8..10) == Some(&[0, 3])
                && (12..).step_by(4).zip(expected).all(|(at, expected)| {
                    fixed(data, at).is_some_and(|found| (found - expected).abs() < 0.001)
                })
        }
        Some(b"curv") => {
            let points = data.get(12..).unwrap_or_default().as_chunks::<2>().0;
            let count = number(data, 8).unwrap_or(0) as usize;
            if count < 16 || count > points.len() {
                return false;
            }
            points[..count].iter().enumerate().all(|(index, &point)| {
                let found = f64::from(u16::from_be_bytes(point)) / 65535.0;
                let x = index as f64 / (count - 1) as f64;
                let expected = if x <= 0.04045 { x / 12.92 } else { ((x + 0.055) / 1.055).powf(2.4) };
                (found - expected).abs() < 0.002
            })
        }
        _ => false,
    }
}

fn number(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(data.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// A 16.16 fixed point number (4.6).
fn fixed(data: &[u8], at: usize) -> Option<f64> {
    Some(f64::from(number(data, at)?.cast_signed()) / 65536.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(green_x: f64, curve: &[u8]) -> Vec<u8> {
        let mut profile = vec![0; HEADER];
        profile[16..24].copy_from_slice(b"RGB XYZ ");
        profile[36..40].copy_from_slice(b"acsp");
        let mut bodies: Vec<(&[u8; 4], Vec<u8>)> = Vec::new();
        for (name, mut value) in SRGB {
            if name == b"gXYZ" {
                value[0] = green_x;
            }
            let mut body = b"XYZ \0\0\0\0".to_vec();
            for number in value {
                body.extend(((number * 65536.0) as i32).to_be_bytes());
            }
            bodies.push((name, body));
        }
        for name in [b"rTRC", b"gTRC", b"bTRC"] {
            bodies.push((name, curve.to_vec()));
        }
        profile[128..132].copy_from_slice(&(bodies.len() as u32).to_be_bytes());
        let mut at = (HEADER + 12 * bodies.len()) as u32;
        for (name, body) in &bodies {
            profile.extend_from_slice(&name[..]);
            profile.extend(at.to_be_bytes());
            profile.extend((body.len() as u32).to_be_bytes());
            at += body.len() as u32;
        }
        for (_, body) in &bodies {
            profile.extend(body);
        }
        let len = profile.len() as u32;
        profile[..4].copy_from_slice(&len.to_be_bytes());
        profile
    }

    fn curve(gamma: impl Fn(f64) -> f64) -> Vec<u8> {
        let mut curve = b"curv\0\0\0\0\0\0\x04\0".to_vec();
        for index in 0..1024 {
            curve.extend(((gamma(f64::from(index) / 1023.0) * 65535.0).round() as u16).to_be_bytes());
        }
        curve
    }

    #[test]
    fn srgb_is_told_by_its_numbers() {
        let srgb = curve(|x| if x <= 0.04045 { x / 12.92 } else { ((x + 0.055) / 1.055).powf(2.4) });
        assert!(is_plain_srgb(&profile(0.3851, &srgb)));
        assert!(!is_plain_srgb(&profile(0.2051, &srgb)));
        assert!(!is_plain_srgb(&profile(0.3851, &curve(|x| x.powf(1.8)))));
    }

    #[test]
    fn cut_anywhere_it_does_not_panic() {
        let profile = profile(0.3851, &curve(|x| x));
        assert_eq!(declared_len(&profile), Some(profile.len()));
        for end in 0..profile.len() {
            assert!(!is_plain_srgb(&profile[..end]));
        }
        assert_eq!(declared_len(&profile[..39]), None);
    }
}

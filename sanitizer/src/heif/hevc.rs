//! HEVC pictures: NAL units (ITU-T H.265, 7.3.1 and table 7-1), each after its
//! length, and their configuration (`hvcC`, ISO/IEC 14496-15, 8.3.2.1).

use super::coded::Cut;
use crate::Category;

/// The fixed part of the configuration, before the number of arrays.
const CONFIG_HEAD: usize = 22;

/// How many bytes the length before each NAL unit has, from the configuration.
pub(super) fn length_size(config: &[u8]) -> Result<usize, &'static str> {
    match config.get(21).map(|byte| usize::from(byte & 3) + 1) {
        Some(size @ (1 | 2 | 4)) => Ok(size),
        _ => Err("an HEVC configuration without a length size"),
    }
}

/// The configuration with nothing in it but parameter sets.
pub(super) fn clean_config(config: &[u8]) -> Result<Vec<u8>, &'static str> {
    const SHORT: &str = "an HEVC configuration is shorter than its fields";
    let (head, rest) = config.split_at_checked(CONFIG_HEAD).ok_or(SHORT)?;
    if head[0] != 1 {
        return Err("an HEVC configuration of unknown version");
    }
    let mut clean = head.to_vec();
    // Reserved bits are ones; writing them anew leaves no room in them.
    for (at, reserved) in [(13, 0xF0), (15, 0xFC), (16, 0xFC), (17, 0xF8), (18, 0xF8)] {
        clean[at] |= reserved;
    }
    let (&arrays, mut rest) = rest.split_first().ok_or(SHORT)?;
    let mut kept = Vec::new();
    let mut kept_arrays = 0;
    for _ in 0..arrays {
        let ([head, high, low], mut units) = rest.split_first_chunk::<3>().ok_or(SHORT)?;
        let kind = head & 0x3F;
        let mut array = Vec::new();
        let mut count = 0_u16;
        for _ in 0..u16::from_be_bytes([*high, *low]) {
            let (length, after) = units.split_first_chunk::<2>().ok_or(SHORT)?;
            let (unit, after) =
                after.split_at_checked(usize::from(u16::from_be_bytes(*length))).ok_or(SHORT)?;
            if matches!(kind, 32..=34) && use_of(unit)? == Use::Decoding(kind) {
                count += 1;
                array.extend_from_slice(length);
                array.extend_from_slice(unit);
            }
            units = after;
        }
        if count > 0 {
            kept_arrays += 1;
            // The bit between completeness and type is reserved, and zero.
            kept.push(head & 0xBF);
            kept.extend_from_slice(&count.to_be_bytes());
            kept.extend(array);
        }
        rest = units;
    }
    clean.push(kept_arrays);
    clean.extend(kept);
    Ok(clean)
}

/// Keeps the units that a decoder needs.
pub(super) fn cut(data: &[u8], length_size: usize, units: &mut usize) -> Result<Cut, &'static str> {
    let mut cut = Cut::default();
    let mut has_picture = false;
    let mut at = 0;
    while at < data.len() {
        *units = units.checked_sub(1).ok_or("more NAL units than a picture needs")?;
        let prefix = data.get(at..at + length_size).ok_or("bytes after the last NAL unit")?;
        let length = prefix.iter().fold(0_usize, |length, &byte| length << 8 | usize::from(byte));
        let start = at + length_size;
        let unit = start
            .checked_add(length)
            .and_then(|end| data.get(start..end))
            .ok_or("a NAL unit runs over the end")?;
        let range = at..start + length;
        at = range.end;
        match use_of(unit)? {
            Use::Decoding(kind) => {
                has_picture |= kind < 32;
                cut.keep(range);
            }
            Use::Message => cut.drop(Category::Application, "SEI message", range),
            Use::None => cut.drop(Category::Hidden, "NAL unit", range),
        }
    }
    if has_picture { Ok(cut) } else { Err("an HEVC picture without picture data") }
}

#[derive(PartialEq, Eq)]
enum Use {
    /// Slices and parameter sets, by type.
    Decoding(u8),
    /// SEI: user data, time codes, and so on.
    Message,
    /// Filler, delimiters, reserved types, and layers that no still picture has.
    None,
}

fn use_of(unit: &[u8]) -> Result<Use, &'static str> {
    let [first, second, rest @ ..] = unit else { return Ok(Use::None) };
    if first & 0x80 != 0 {
        return Err("a NAL unit with the forbidden bit");
    }
    let kind = first >> 1 & 0x3F;
    let layer = (first & 1) << 5 | second >> 3;
    Ok(match kind {
        39 | 40 => Use::Message,
        0..=9 | 16..=21 | 32..=34 if layer == 0 && !rest.is_empty() => Use::Decoding(kind),
        _ => Use::None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(kind: u8, payload: &[u8]) -> Vec<u8> {
        [&(payload.len() as u32 + 2).to_be_bytes()[..], &[kind << 1, 1], payload].concat()
    }

    #[test]
    fn slices_stay_and_messages_filler_and_reserved_types_go() {
        let data =
            [unit(39, b"SEI"), unit(19, b"slice"), unit(20, b"slice"), unit(38, b"fill"), unit(50, b"x")]
                .concat();
        let cut = cut(&data, 4, &mut 100).unwrap();
        let start = unit(39, b"SEI").len();
        let slices = start..start + 2 * unit(19, b"slice").len();
        assert_eq!(cut.keep, std::slice::from_ref(&slices));
        assert_eq!(cut.drop.len(), 3);
    }

    #[test]
    fn data_that_is_not_all_units_is_refused() {
        let whole = unit(19, b"slice");
        assert!(cut(&whole, 4, &mut 9).is_ok());
        assert!(cut(&[&whole[..], b"ab"].concat(), 4, &mut 9).is_err());
        assert!(cut(&whole[..whole.len() - 1], 4, &mut 9).is_err());
        assert!(cut(&unit(39, b"SEI"), 4, &mut 9).is_err());
        assert!(cut(&unit(19, b"slice").repeat(10), 4, &mut 9).is_err());
    }

    #[test]
    fn a_configuration_keeps_its_parameter_sets_only() {
        let mut config = vec![1];
        config.resize(CONFIG_HEAD, 0);
        config[21] = 3;
        let array = |kind: u8, unit: &[u8]| [&[0x80 | kind, 0, 1, 0, unit.len() as u8], unit].concat();
        let head = config.clone();
        config.push(2);
        config.extend(array(33, &[33 << 1, 1, 7]));
        config.extend(array(39, b"\x4E\x01LEAK"));
        config.extend(b"LEAK");
        let clean = clean_config(&config).unwrap();
        assert_eq!(clean[CONFIG_HEAD..], [&[1][..], &array(33, &[33 << 1, 1, 7])].concat());
        assert_eq!(length_size(&clean), length_size(&head));
        assert_eq!(clean_config(&clean).unwrap(), clean);
        for len in 0..config.len() {
            let _ = clean_config(&config[..len]);
        }
    }
}

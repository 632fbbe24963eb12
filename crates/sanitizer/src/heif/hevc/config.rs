//! The configuration of an item (`hvcC`, ISO/IEC 14496-15, 8.3.2.1).

use super::nal_unit::{Use, use_of};
use super::parameter_sets::clean_set;

/// The fixed part of the configuration, before the number of arrays.
pub(super) const CONFIG_HEAD: usize = 22;

/// All parameter sets together: unused ones could hold something.
const SETS_LIMIT: usize = 4096;

/// How many bytes the length before each NAL unit has, from the configuration.
pub(super) fn length_size(config: &[u8]) -> Result<usize, &'static str> {
    match config.get(21).map(|byte| usize::from(byte & 3) + 1) {
        Some(size @ (1 | 2 | 4)) => Ok(size),
        _ => Err("an HEVC configuration without a length size"),
    }
}

/// The configuration with nothing in it but parameter sets.
pub(in super::super) fn clean_config(config: &[u8]) -> Result<Vec<u8>, &'static str> {
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
    let mut known: Vec<(u8, u32)> = Vec::new();
    for _ in 0..arrays {
        let ([head, high, low], mut units) = rest.split_first_chunk::<3>().ok_or(SHORT)?;
        let kind = head & 0x3F;
        let mut array = Vec::new();
        let mut count = 0_u16;
        for _ in 0..u16::from_be_bytes([*high, *low]) {
            let (length, after) = units.split_first_chunk::<2>().ok_or(SHORT)?;
            let (unit, after) =
                after.split_at_checked(usize::from(u16::from_be_bytes(*length))).ok_or(SHORT)?;
            if matches!(kind, 32..=34) && use_of(unit)? == Use::Set(kind) {
                let (payload, id) = clean_set(kind, &unit[2..])?;
                // Only slices choose between sets, and only between picture parameter sets.
                if known.iter().any(|&(other, known)| other == kind && (kind != 34 || known == id)) {
                    return Err("more parameter sets than a picture needs");
                }
                known.push((kind, id));
                count += 1;
                let len = u16::try_from(payload.len() + 2).map_err(|_| SHORT)?;
                array.extend_from_slice(&len.to_be_bytes());
                array.extend_from_slice(&unit[..2]);
                array.extend(payload);
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
    if kept.len() > SETS_LIMIT {
        return Err("more parameter sets than a picture needs");
    }
    if !(known.iter().any(|&(kind, _)| kind == 33) && known.iter().any(|&(kind, _)| kind == 34)) {
        return Err("an HEVC configuration without parameter sets");
    }
    clean.push(kept_arrays);
    clean.extend(kept);
    Ok(clean)
}

#[cfg(test)]
mod tests {
    use super::super::parameter_sets::samples::{PPS, SPS};
    use super::*;

    #[test]
    fn a_configuration_keeps_its_parameter_sets_only() {
        let mut config = vec![1];
        config.resize(CONFIG_HEAD, 0);
        config[21] = 3;
        let array = |kind: u8, unit: &[u8]| [&[0x80 | kind, 0, 1, 0, unit.len() as u8], unit].concat();
        let head = config.clone();
        let sets = [array(33, &[&[33 << 1, 1], SPS].concat()), array(34, &[&[34 << 1, 1], PPS].concat())];
        config.push(3);
        config.extend(sets.concat());
        config.extend(array(39, b"\x4E\x01LEAK"));
        config.extend(b"LEAK");
        let clean = clean_config(&config).unwrap();
        assert_eq!(clean[CONFIG_HEAD..], [&[2][..], &sets.concat()].concat());
        assert_eq!(length_size(&clean), length_size(&head));
        assert_eq!(clean_config(&clean).unwrap(), clean);
        for len in 0..config.len() {
            let _ = clean_config(&config[..len]);
        }
    }
}

//! HEVC pictures: NAL units (ITU-T H.265, 7.3.1 and table 7-1), each after its
//! length, and their configuration (`hvcC`, ISO/IEC 14496-15, 8.3.2.1).
//!
//! Bytes could hide behind the last block of a slice, so slices are parsed down to
//! their coefficients, without making pixels of them. The way through one:
//! [`picture`] takes the unit's [`rbsp`], reads its [`slice_header`] with the
//! [`parameters`], and goes from CTB to CTB in the order of the [`tiles`]. In each,
//! [`sao`], [`coding_tree`] (with what [`intra_mode`] makes of its neighbours),
//! [`transform_tree`], [`residual`] (in the order of a [`scan`]) and [`levels`] say which bins
//! come, and [`cabac`] decodes them with the [`contexts`]. [`Work`](crate::work::Work) bounds the time.
//!
//! What is not followed, and so refused: separate colour planes, extended precision,
//! slices that need other pictures or name some that others need for long, and what
//! the parameter sets must not hold.

mod cabac;
mod coding_tree;
mod contexts;
mod intra_mode;
mod levels;
mod parameters;
mod picture;
mod rbsp;
mod residual;
mod sao;
mod scan;
mod slice_header;
mod tiles;
mod transform_tree;

use self::parameters::Parameters;
pub(super) use self::parameters::{Pcm, Pps, Sps, Tiles};
use self::picture::Picture;
use super::bits::Parsed;
use super::coded::{Budget, Cut};
use super::sets;
use crate::Category;

/// The fixed part of the configuration, before the number of arrays.
const CONFIG_HEAD: usize = 22;

/// All parameter sets together: unused ones could hold something.
const SETS_LIMIT: usize = 4096;

/// How many bytes the length before each NAL unit has, from the configuration.
fn length_size(config: &[u8]) -> Result<usize, &'static str> {
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
                let (payload, id) = sets::clean_set(kind, &unit[2..])?;
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

/// Keeps the slices of the one picture. The parameter sets are in the configuration,
/// as items of type `hvc1` must have them (ISO/IEC 14496-15, 8.4.1.1.1); others go.
/// With [`Budget::work`], slices are followed to their last bit.
pub(super) fn cut(data: &[u8], config: &[u8], budget: &mut Budget) -> Parsed<Cut> {
    let length_size = length_size(config)?;
    let mut cut = Cut::default();
    let parameters = budget.work.as_mut().map(|work| {
        work.spend(8 * config.len() as u64)?;
        Parameters::read(config)
    });
    let parameters = parameters.transpose()?;
    let mut followed = parameters.as_ref().map(Picture::new);
    // The type of the picture's slices: one for all (H.265, 7.4.2.2).
    let mut picture = None;
    let mut at = 0;
    while at < data.len() {
        budget.units = budget.units.checked_sub(1).ok_or("more NAL units than a picture needs")?;
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
            Use::Slice { kind, is_first } => {
                match picture {
                    None if is_first => picture = Some(kind),
                    None => return Err("an HEVC picture without its first slice"),
                    Some(_) if is_first => return Err("more than one HEVC picture in an item"),
                    Some(known) if known != kind => return Err("slices of several kinds in one picture"),
                    Some(_) => {}
                }
                if let (Some(followed), Some(work)) = (&mut followed, &mut budget.work) {
                    work.earn(unit.len());
                    followed.follow(kind, &unit[2..], work)?;
                }
                cut.keep(range);
            }
            Use::Message => cut.drop(Category::Application, "SEI message", range),
            Use::Set(_) | Use::None => cut.drop(Category::Hidden, "NAL unit", range),
        }
    }
    if picture.is_none() {
        return Err("an HEVC picture without picture data");
    }
    if let Some(followed) = followed {
        followed.finish()?;
    }
    Ok(cut)
}

#[derive(PartialEq, Eq)]
enum Use {
    /// A slice of a picture that is decoded without others (types 16 to 21), and
    /// whether a picture begins with it (7.3.6.1).
    Slice { kind: u8, is_first: bool },
    /// Parameter sets.
    Set(u8),
    /// SEI: user data, time codes, and so on.
    Message,
    /// Filler, delimiters, reserved types, pictures that need others, and layers that no still picture has.
    None,
}

fn use_of(unit: &[u8]) -> Result<Use, &'static str> {
    let [first, second, rest @ ..] = unit else { return Ok(Use::None) };
    if first & 0x80 != 0 {
        return Err("a NAL unit with the forbidden bit");
    }
    let kind = first >> 1 & 0x3F;
    // Layer 0, temporal layer 0.
    let is_base = first & 1 == 0 && *second == 1;
    Ok(match kind {
        39 | 40 => Use::Message,
        16..=21 if is_base && !rest.is_empty() => Use::Slice { kind, is_first: rest[0] & 0x80 != 0 },
        32..=34 if is_base && !rest.is_empty() => Use::Set(kind),
        _ => Use::None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::sets::tests::{PPS, SPS};
    use super::*;

    fn unit(kind: u8, payload: &[u8]) -> Vec<u8> {
        [&(payload.len() as u32 + 2).to_be_bytes()[..], &[kind << 1, 1], payload].concat()
    }

    fn config() -> Vec<u8> {
        let mut config = vec![0; CONFIG_HEAD];
        config[21] = 3;
        config
    }

    /// The slices here have a form, and no more.
    fn cut(data: &[u8], units: usize) -> Parsed<Cut> {
        super::cut(data, &config(), &mut Budget { units, work: None })
    }

    #[test]
    fn slices_stay_and_messages_filler_and_reserved_types_go() {
        let data =
            [unit(39, b"SEI"), unit(19, b"\x80slice"), unit(19, b"slice"), unit(38, b"fill"), unit(50, b"x")]
                .concat();
        let cut = cut(&data, 100).unwrap();
        let start = unit(39, b"SEI").len();
        let slices = start..start + 2 * unit(19, b"slice").len() + 1;
        assert_eq!(cut.keep, std::slice::from_ref(&slices));
        assert_eq!(cut.drop.len(), 3);
    }

    #[test]
    fn data_that_is_not_all_units_is_refused() {
        let whole = unit(19, b"\x80slice");
        assert!(cut(&whole, 9).is_ok());
        assert!(cut(&[&whole[..], b"ab"].concat(), 9).is_err());
        assert!(cut(&whole[..whole.len() - 1], 9).is_err());
        assert!(cut(&unit(39, b"SEI"), 9).is_err());
        assert!(cut(&[whole, unit(19, b"slice").repeat(9)].concat(), 9).is_err());
    }

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

//! Which NAL units of an item stay.

use super::config::length_size;
use super::nal_unit::{Use, use_of};
use super::parameters::Parameters;
use super::picture::Picture;
use crate::{
    Category,
    heif::{bits::Parsed, budget::Budget, cut::Cut},
};

/// Keeps the slices of the one picture. The parameter sets are in the configuration,
/// as items of type `hvc1` must have them (ISO/IEC 14496-15, 8.4.1.1.1); others go.
/// With [`Budget::work`], slices are followed to their last bit.
pub(in super::super) fn cut(data: &[u8], config: &[u8], budget: &mut Budget) -> Parsed<Cut> {
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

#[cfg(test)]
mod tests {
    use super::super::config::CONFIG_HEAD;
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
}

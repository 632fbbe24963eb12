//! The data of an item that is kept, cut down to what decoders need.

use std::borrow::Cow;
use std::ops::Range;

use super::{av1, budget::Budget, cut::Cut, derived, hevc};

/// How an item's data is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Coding {
    /// NAL units, with the configuration in this range of the input.
    Hevc { config_start: usize, config_end: usize },
    /// OBUs, with the configuration in this range of the input, and whether viewers show all layers one after the other.
    Av1 { config_start: usize, config_end: usize, shows_layers: bool },
    /// The rules that put this many pictures together in a grid.
    Grid { inputs: usize },
    /// The same for an overlay.
    Overlay { inputs: usize },
}

/// Cuts the data that lies in `extents` of the input. The result's ranges are
/// those of the input.
pub(super) fn cut(
    input: &[u8],
    extents: &[Range<usize>],
    coding: Coding,
    budget: &mut Budget,
) -> Result<Cut, &'static str> {
    let data = &joined(input, extents);
    let inner = match coding {
        Coding::Hevc { config_start, config_end } => {
            hevc::cut(data, input.get(config_start..config_end).unwrap_or_default(), budget)?
        }
        Coding::Av1 { config_start, config_end, shows_layers } => {
            let config = input.get(config_start..config_end).unwrap_or_default();
            av1::cut(data, config, shows_layers, &mut budget.units)?
        }
        Coding::Grid { inputs } => derived::cut_grid(data, inputs)?,
        Coding::Overlay { inputs } => derived::cut_overlay(data, inputs)?,
    };
    let places = Places::of(extents);
    let mut cut = Cut::default();
    for range in &inner.keep {
        places.in_input(range).for_each(|part| cut.keep(part));
    }
    for (category, location, range) in &inner.drop {
        places.in_input(range).for_each(|part| cut.drop(*category, location, part));
    }
    Ok(cut)
}

/// An item's data in one piece; a copy where it lies in several.
pub(super) fn joined<'a>(input: &'a [u8], extents: &[Range<usize>]) -> Cow<'a, [u8]> {
    match extents {
        [] => Cow::Borrowed(&[]),
        [one] => Cow::Borrowed(input.get(one.clone()).unwrap_or_default()),
        many => many.iter().filter_map(|range| input.get(range.clone())).flatten().copied().collect(),
    }
}

/// Extents, and where each starts when they are joined.
struct Places<'a> {
    extents: &'a [Range<usize>],
    starts: Vec<usize>,
}

impl<'a> Places<'a> {
    fn of(extents: &'a [Range<usize>]) -> Self {
        let mut start = 0;
        let starts = extents.iter().map(|extent| {
            start += extent.len();
            start - extent.len()
        });
        let starts = starts.collect();
        Self { extents, starts }
    }

    /// The parts of the input that a range of the joined extents stands for.
    fn in_input(&self, range: &Range<usize>) -> impl Iterator<Item = Range<usize>> {
        let first = self.starts.partition_point(|&start| start <= range.start).saturating_sub(1);
        let Range { start, end } = *range;
        let from_first = self.starts.iter().zip(self.extents).skip(first);
        from_first.take_while(move |(joined, _)| **joined < end).filter_map(move |(&joined, extent)| {
            let from = start.saturating_sub(joined).min(extent.len());
            let to = (end - joined).min(extent.len());
            (from < to).then(|| extent.start + from..extent.start + to)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_that_crosses_extents_is_found_in_both() {
        let extents = [10..14, 20..21, 30..40];
        let places = Places::of(&extents);
        let parts = |range| places.in_input(&range).collect::<Vec<_>>();
        assert_eq!(parts(2..8), [12..14, 20..21, 30..33]);
        assert_eq!(parts(0..4).first(), Some(&(10..14)));
        assert_eq!(parts(4..6), [20..21, 30..31]);
        assert_eq!(parts(5..6).first(), Some(&(30..31)));
        assert_eq!(parts(14..15).first(), Some(&(39..40)));
    }
}

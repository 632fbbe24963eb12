//! Slice segments of a picture, one after the other, each to its last bit (ITU-T
//! H.265, 7.3.8.1, 9.3.1 and 9.3.2).

use super::super::bits::Parsed;
use super::cabac::Cabac;
use super::coding_tree::{Rows, Tree};
use super::contexts::Contexts;
use super::parameters::Parameters;
use super::rbsp::Rbsp;
use super::slice_header::{Header, Slice};
use super::tiles::{Begin, Grid, Place};
use crate::work::Work;

/// A picture whose slices are followed.
pub(super) struct Picture<'a> {
    parameters: &'a Parameters,
    state: Option<State>,
}

/// What one slice segment leaves to the next.
struct State {
    /// The PPS, by its number; one for all slices (7.4.7.1).
    pps: usize,
    grid: Grid,
    rows: Rows,
    /// The next CTB; `None` after the last.
    next: Option<Place>,
    /// The slice that dependent slice segments belong to, and where it begins.
    slice: Option<(Slice, u32)>,
    /// Contexts as a dependent slice segment takes them over (`TableStateIdxDs`).
    at_end: Option<Contexts>,
    /// Contexts as the next row of CTBs takes them over (`TableStateIdxWpp`).
    for_row: Option<Contexts>,
}

impl<'a> Picture<'a> {
    pub(super) fn new(parameters: &'a Parameters) -> Self {
        Self { parameters, state: None }
    }

    /// Follows the slice segment in a NAL unit of type `kind`, 16 to 21. There is
    /// nothing in it but the segment, and nothing that another segment has, too.
    pub(super) fn follow(&mut self, kind: u8, payload: &[u8], work: &mut Work) -> Parsed<()> {
        let Parameters { sps, pps } = self.parameters;
        let rbsp = Rbsp::of(payload, work)?;
        let header = Header::read(kind, &rbsp.bytes, self.parameters)?;
        if header.first_slice_segment_in_pic_flag {
            let grid = Grid::new(sps, &pps[header.pps])?;
            work.spend(u64::from(sps.width / 8))?;
            self.state = Some(State {
                pps: header.pps,
                next: Some(grid.first()),
                grid,
                rows: Rows::new(sps),
                slice: None,
                at_end: None,
                for_row: None,
            });
        }
        let state = self.state.as_mut().ok_or("an HEVC picture without its first slice")?;
        if state.pps != header.pps {
            return Err("slices of one picture with different parameter sets");
        }
        state.segment(self.parameters, &header, &rbsp, work)
    }

    /// Whether the slices make up the whole picture.
    pub(super) fn finish(&self) -> Parsed<()> {
        match &self.state {
            Some(State { next: None, .. }) => Ok(()),
            _ => Err("slices that are not all of the picture"),
        }
    }
}

impl State {
    /// `slice_segment_data` (7.3.8.1) and what must follow it.
    fn segment(
        &mut self,
        parameters: &Parameters,
        header: &Header,
        rbsp: &Rbsp,
        work: &mut Work,
    ) -> Parsed<()> {
        // Contexts are set up.
        work.spend(256)?;
        let (sps, pps) = (&parameters.sps, &parameters.pps[self.pps]);
        let place = self
            .next
            .filter(|&next| self.grid.raster_address(next) == u64::from(header.slice_segment_address));
        let mut place = place.ok_or("slices that do not follow one another")?;
        if let Some(slice) = header.slice {
            self.slice = Some((slice, place.address));
        }
        let (slice, slice_address) = self.slice.ok_or("a slice segment without its slice")?;
        let mut substreams = Substreams { header, rbsp, next: 0, place: rbsp.place_of(header.end) as u64 };
        let mut contexts = Contexts::new(slice.qp);
        if header.slice.is_none() {
            contexts = self.at_end.take().ok_or("a slice segment without its slice")?;
        }
        let mut tree = Tree {
            sps,
            pps,
            slice,
            cabac: Cabac::new(&rbsp.bytes, header.end),
            contexts,
            work,
            rows: &mut self.rows,
            is_cu_qp_delta_coded: false,
            is_cu_chroma_qp_offset_coded: false,
            is_left_available: false,
            is_above_available: false,
        };
        let mut is_first = true;
        loop {
            let begin = self.grid.begin(place);
            let is_row = pps.entropy_coding_sync_enabled_flag && begin != Begin::Nothing;
            if !is_first && (begin == Begin::Tile || is_row) {
                // end_of_subset_one_bit and byte_alignment()
                if !tree.cabac.terminate() {
                    return Err("a substream that does not end where it must");
                }
                let at = tree.cabac.end()?;
                substreams.begin(at)?;
                tree.cabac.restart(at);
            }
            if begin == Begin::Tile {
                tree.contexts = Contexts::new(slice.qp);
            } else if is_row {
                let is_synced = self.grid.is_above_available(place, 1, slice_address);
                let synced = self.for_row.as_ref().filter(|_| is_synced);
                tree.contexts = synced.cloned().unwrap_or_else(|| Contexts::new(slice.qp));
            }
            is_first = false;
            tree.work.spend(if is_row { 256 } else { 16 })?;
            tree.is_left_available = self.grid.is_left_available(place, slice_address);
            tree.is_above_available = self.grid.is_above_available(place, 0, slice_address);
            tree.sao();
            tree.ctb(place.x, place.y)?;
            tree.cabac.check()?;
            if pps.entropy_coding_sync_enabled_flag && self.grid.is_second(place) {
                self.for_row = Some(tree.contexts.clone());
            }
            // end_of_slice_segment_flag
            let is_end = tree.cabac.terminate();
            self.next = self.grid.after(place);
            if is_end {
                break;
            }
            place = self.next.ok_or("a slice that goes on behind the picture")?;
        }
        if pps.dependent_slice_segments_enabled_flag {
            self.at_end = Some(tree.contexts);
        }
        substreams.end(tree.cabac.end()?)
    }
}

/// The substreams of a slice segment: each must begin where the header says (7.4.7.1).
struct Substreams<'a> {
    header: &'a Header,
    rbsp: &'a Rbsp,
    /// Number of the next entry point.
    next: usize,
    /// Where this substream begins in the unit's payload.
    place: u64,
}

impl Substreams<'_> {
    /// Another substream begins.
    fn begin(&mut self, at: usize) -> Parsed<()> {
        let size = self.header.entry_points.get(self.next).ok_or("a substream without an entry point")?;
        let place = self.rbsp.place_of(at) as u64;
        if self.place + size != place {
            return Err("a substream that does not begin where the one before it ends");
        }
        (self.next, self.place) = (self.next + 1, place);
        Ok(())
    }

    /// The last one ends: after it there may be `cabac_zero_words` (7.3.2.10).
    fn end(&self, at: usize) -> Parsed<()> {
        if self.next != self.header.entry_points.len() {
            return Err("an entry point without a substream");
        }
        let rest = self.rbsp.bytes.get(at..).unwrap_or_default();
        if rest.len() % 2 == 0 && rest.iter().all(|&byte| byte == 0) {
            Ok(())
        } else {
            Err("bytes after the end of a slice")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::parameter_sets::{read_pps, read_sps, samples as sets};
    use super::*;
    use crate::Options;

    #[test]
    fn little_data_for_a_large_picture_ends() {
        let mut sps = read_sps(sets::SPS).unwrap();
        (sps.width, sps.height) = (1 << 16, 1 << 16);
        let parameters = Parameters { sps, pps: vec![read_pps(sets::PPS).unwrap()] };
        // All bins are what is more probable.
        let follow = |zeros: usize, work: &mut Work| {
            let slice = [&[0xAC, 0xE0][..], &vec![0; zeros]].concat();
            Picture::new(&parameters).follow(20, &slice, work)
        };
        assert_eq!(follow(1000, &mut Work::new(64, &Options::default())), Err("a slice ends too early"));
        let mut work = Work::new(64, &Options::default());
        while work.spend(100_000).is_ok() {}
        assert_eq!(follow(1000, &mut work), Err("too large a picture for so few bytes"));
    }
}

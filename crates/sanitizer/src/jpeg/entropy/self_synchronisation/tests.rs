//! Several readers find what one finds, whatever the data.

use jpeg_encoder::{ColorType, SamplingFactor};
use proptest::prelude::*;

use super::super::{
    Verifier,
    arithmetic::Unit,
    bits::{Bits, Fault, Stop},
    coding::{BIG, Coding, Purpose},
    progressive::Parameters,
    samples::Sample,
    tests::{frame_of, verify},
};
use crate::{cancellation::NEVER, jpeg::frame::Process};

/// The one scan of a picture.
struct Scan {
    verifier: Verifier,
    units: Vec<Unit>,
    mcus: u64,
    interval: u64,
    /// Its coded data and the marker behind.
    data: Vec<u8>,
}

impl Scan {
    fn of(sample: Sample) -> Self {
        let jpeg = sample.encode();
        let found = verify(&jpeg).unwrap();
        assert_eq!(found.len(), 1, "one scan");
        let data = jpeg[found[0].start..].to_vec();
        assert!(data.len() >= BIG, "{} is too small for several readers", data.len());
        let frame = frame_of(&jpeg).unwrap();
        let mut verifier = Verifier::new(&frame, 0).unwrap();
        let mut tables = &[][..];
        let mut at = 2;
        while at < found[0].start {
            let length = usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
            let payload = &jpeg[at + 4..at + 2 + length];
            match jpeg[at + 1] {
                0xC4 => verifier.dht(payload).unwrap(),
                0xDA => tables = &payload[1..],
                _ => {}
            }
            at += 2 + length;
        }
        let lone = frame.components.len() == 1;
        let blocks = |h: u8, v: u8| if lone { 1 } else { usize::from(h) * usize::from(v) };
        let units = frame.components.iter().zip(tables.chunks(2)).map(|(component, tables)| Unit {
            blocks: blocks(component.h, component.v),
            dc: (tables[1] >> 4).into(),
            ac: (tables[1] & 15).into(),
        });
        let units: Vec<Unit> = units.collect();
        let (max_h, max_v) = frame.max_sampling();
        let (max_h, max_v) = if lone { (1, 1) } else { (max_h, max_v) };
        let mcus = u64::from(frame.width).div_ceil(8 * max_h) * u64::from(frame.height).div_ceil(8 * max_v);
        let interval = if sample.restart == 0 { mcus } else { sample.restart.into() };
        Self { verifier, units, mcus, interval, data }
    }

    fn coding(&self, bytes: usize) -> Coding<'_> {
        let parameters = Parameters { start: 0, end: 63, high: 0, low: 0 };
        let purpose = Purpose::Skip { bytes };
        Coding::new(
            (Process::Sequential, usize::MAX),
            &self.verifier.tables,
            parameters,
            &self.units,
            purpose,
        )
        .unwrap()
    }

    /// Where one reader, and where several find the end of the first interval.
    fn ends(&self, mcus: u64, data: &[u8]) -> [Result<Stop, Fault>; 2] {
        [0, BIG].map(|bytes| {
            let mut bits = Bits::new(data, 0);
            self.coding(bytes).follow(&mut bits, 0..mcus, None, None, &NEVER).and_then(|()| bits.stop())
        })
    }

    /// Whether several readers found a way through.
    fn is_skipped(&self, mcus: u64, data: &[u8]) -> bool {
        let Coding::MultiSymbol { blocks, times, tables } = self.coding(BIG) else { panic!("a big scan") };
        super::skip(&tables, &Bits::new(data, 0), mcus * times, &blocks, &NEVER).is_some()
    }

    /// The same of restart intervals: where the last begins, and what each ends with.
    fn skip_intervals(&self, data: &[u8]) -> Option<(usize, Vec<Stop>)> {
        let mut stops = Vec::new();
        let count = (self.mcus - 1) / self.interval;
        let behind = self.coding(BIG).skip_intervals(data, count, self.interval, &NEVER, |stop| {
            stops.push(*stop);
            true
        })?;
        stops.sort_by_key(|stop| stop.position);
        Some((behind, stops))
    }

    /// The same as one reader finds it.
    fn follow_intervals(&self, data: &[u8]) -> Option<(usize, Vec<Stop>)> {
        let coding = self.coding(0);
        let mut stops: Vec<Stop> = Vec::new();
        let mut position = 0;
        for number in 0..(self.mcus - 1) / self.interval {
            let mut bits = Bits::new(data, position);
            coding.follow(&mut bits, 0..self.interval, None, None, &NEVER).ok()?;
            let stop = bits.stop().ok()?;
            if data.get(stop.position..stop.position + 2)? != [0xFF, 0xD0 + (number % 8) as u8] {
                return None;
            }
            position = stop.position + 2;
            stops.push(stop);
        }
        Some((position, stops))
    }
}

const SAMPLE: Sample = Sample { width: 800, height: 560, ..Sample::PLAIN };

fn scans(restart: u16) -> Vec<Scan> {
    use SamplingFactor::{F_1_1, F_1_2, F_2_1, F_2_2};
    let mut scans = Vec::new();
    for sampling in [F_1_1, F_1_2, F_2_1, F_2_2] {
        scans.push(Scan::of(Sample { sampling, restart, ..SAMPLE }));
    }
    for color in [ColorType::Luma, ColorType::Cmyk] {
        scans.push(Scan::of(Sample { color, restart, ..SAMPLE }));
    }
    scans
}

#[test]
fn several_readers_find_the_end() {
    for scan in scans(0) {
        assert!(scan.is_skipped(scan.mcus, &scan.data), "{} bytes", scan.data.len());
        let [one, several] = scan.ends(scan.mcus, &scan.data);
        assert_eq!(one, several);
        assert_eq!(several.unwrap().position, scan.data.len() - 2);
    }
}

#[test]
fn blocks_that_are_coded_alike_need_no_place_in_the_mcu() {
    let mut scan = Scan::of(Sample { color: ColorType::Luma, ..SAMPLE });
    // Its blocks are those of a colour picture that has the same tables for each component.
    scan.units = [3, 1, 1].map(|blocks| Unit { blocks, dc: 0, ac: 0 }).into();
    scan.mcus /= 5;
    assert!(scan.is_skipped(scan.mcus, &scan.data));
    let [one, several] = scan.ends(scan.mcus, &scan.data);
    assert_eq!(one, several);
    several.unwrap();
}

#[test]
fn what_is_behind_the_last_block_is_not_skipped() {
    for scan in scans(0) {
        for fewer in [1, 7, scan.mcus / 2, scan.mcus - 1] {
            let [one, several] = scan.ends(scan.mcus - fewer, &scan.data);
            assert_eq!(one, several, "{fewer} MCUs fewer");
            assert!(several.unwrap().position < scan.data.len() - 2);
        }
        let [one, several] = scan.ends(scan.mcus + 1, &scan.data);
        assert_eq!(one, several);
        several.unwrap_err();
    }
}

/// The scan of a file that is cut off ends without a marker.
#[test]
fn a_scan_cut_off_anywhere_ends_too_early() {
    let scan = Scan::of(SAMPLE);
    for cut in (1..3000).step_by(91) {
        let [one, several] = scan.ends(scan.mcus, &scan.data[..scan.data.len() - cut]);
        assert_eq!(one, several, "{cut} bytes less");
    }
}

#[test]
fn intervals_are_skipped_at_once() {
    for restart in [1, 4, 13, 60, 125, 600] {
        for scan in scans(restart) {
            let several = scan.skip_intervals(&scan.data);
            assert!(several.is_some(), "{restart} MCUs of {:?}, {} bytes", scan.units.len(), scan.data.len());
            assert_eq!(several, scan.follow_intervals(&scan.data));
        }
    }
}

/// A change of the data: at a fraction of its length so many bytes go, and these come.
#[derive(Debug, Clone)]
struct Change {
    at: f64,
    removed: usize,
    inserted: Vec<u8>,
}

impl Change {
    fn apply(&self, data: &mut Vec<u8>) {
        let at = (data.len() as f64 * self.at) as usize;
        let end = data.len().min(at + self.removed);
        data.splice(at..end, self.inserted.iter().copied());
    }
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let byte = prop_oneof![any::<u8>(), Just(0xFF), Just(0), 0xD0..0xD8u8];
    let change = (0.0..1.0, 0..4usize, proptest::collection::vec(byte, 0..4))
        .prop_map(|(at, removed, inserted)| Change { at, removed, inserted });
    proptest::collection::vec(change, 0..3)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn several_readers_find_what_one_finds(
        changes in changes(),
        cut in prop_oneof![Just(1.0), 0.5..1.0],
        kind in 0..6usize,
        fewer in 0..3u64,
    ) {
        static SCANS: std::sync::LazyLock<Vec<Scan>> = std::sync::LazyLock::new(|| scans(0));
        let scan = &SCANS[kind];
        let mut data = scan.data.clone();
        changes.iter().for_each(|change| change.apply(&mut data));
        data.truncate((data.len() as f64 * cut) as usize);
        let [one, several] = scan.ends(scan.mcus - fewer, &data);
        prop_assert_eq!(one, several);
    }

    #[test]
    fn several_readers_find_the_intervals_that_one_finds(
        changes in changes(),
        kind in 0..6usize,
        short in any::<bool>(),
    ) {
        static LONG: std::sync::LazyLock<Vec<Scan>> = std::sync::LazyLock::new(|| scans(100));
        static SHORT: std::sync::LazyLock<Vec<Scan>> = std::sync::LazyLock::new(|| scans(5));
        let scan = if short { &SHORT[kind] } else { &LONG[kind] };
        let mut data = scan.data.clone();
        changes.iter().for_each(|change| change.apply(&mut data));
        prop_assert_eq!(scan.skip_intervals(&data), scan.follow_intervals(&data));
    }
}

//! Writes a turned picture: tables, frame header and scans.

use img_parts::jpeg::markers::{DHT, DQT, EOI, SOF0, SOF1, SOF2, SOS};

use super::{
    bit_writer::BitWriter,
    codes::Codes,
    read::{Huffman, Picture},
    scan_writer::{AC, DC, Scan, ScanComponent},
    source::Source,
    symbols::{Count, Write},
};
use crate::{
    Cancellation, Error,
    jpeg::{coefficients::Coefficients, entropy::MAX_BLOCKS_IN_MCU, frame::Component},
};

/// Writes `picture` behind `start`, which is SOI and the application segments. The file
/// must not become longer than the capacity of that.
pub(super) fn write(
    picture: &Picture,
    start: Vec<u8>,
    cancellation: &Cancellation,
) -> Result<Vec<u8>, Error> {
    let frame = &picture.frame;
    let mut writer = Writer { picture, bytes: start, cancellation };
    writer.quantisation();
    writer.frame_header();
    let everything: Vec<usize> = (0..frame.components.len()).collect();
    let blocks = |component: &Component| usize::from(component.h) * usize::from(component.v);
    let fit =
        everything.len() == 1 || frame.components.iter().map(blocks).sum::<usize>() <= MAX_BLOCKS_IN_MCU;
    let scans: Vec<&[usize]> = if fit { vec![&everything] } else { everything.chunks(1).collect() };
    if picture.progressive {
        for scan in scans {
            writer.scan(scan, 0, 0)?;
        }
        // The most telling coefficients first.
        writer.scan(&everything[..1], 1, 5)?;
        for component in everything.chunks(1).skip(1) {
            writer.scan(component, 1, 63)?;
        }
        writer.scan(&everything[..1], 6, 63)?;
    } else {
        for scan in scans {
            writer.scan(scan, 0, 63)?;
        }
    }
    writer.bytes.extend([0xFF, EOI]);
    Ok(writer.bytes)
}

struct Writer<'p> {
    picture: &'p Picture,
    bytes: Vec<u8>,
    cancellation: &'p Cancellation,
}

impl Writer<'_> {
    fn segment(&mut self, marker: u8, payload: &[u8]) {
        self.bytes.extend([0xFF, marker]);
        self.bytes.extend((payload.len() as u16 + 2).to_be_bytes());
        self.bytes.extend(payload);
    }

    /// The tables that there are, each once; [`Self::table_of`] numbers them.
    fn quantisation(&mut self) {
        let mut written: Vec<&[u16; 64]> = Vec::new();
        for table in &self.picture.quantisation {
            if written.contains(&table) {
                continue;
            }
            let wide = table.iter().any(|&step| step > 255);
            let mut payload = vec![u8::from(wide) << 4 | written.len() as u8];
            for step in table {
                let [high, low] = step.to_be_bytes();
                if wide {
                    payload.push(high);
                }
                payload.push(low);
            }
            self.segment(DQT, &payload);
            written.push(table);
        }
    }

    fn table_of(&self, component: usize) -> u8 {
        let tables = &self.picture.quantisation;
        let first = tables.iter().position(|table| *table == tables[component]).unwrap_or(component);
        // How many different ones come before it.
        (0..first).filter(|&index| !tables[..index].contains(&tables[index])).count() as u8
    }

    fn frame_header(&mut self) {
        let Picture { frame, quantisation, progressive, huffman, .. } = self.picture;
        let baseline = quantisation.iter().flatten().all(|&step| step <= 255)
            && huffman.tables.iter().flatten().all(|&table| table < 2);
        let marker = match (progressive, baseline) {
            (true, _) => SOF2,
            (false, true) => SOF0,
            (false, false) => SOF1,
        };
        let mut payload = vec![frame.precision];
        payload.extend(frame.height.to_be_bytes());
        payload.extend(frame.width.to_be_bytes());
        payload.push(frame.components.len() as u8);
        for (index, component) in frame.components.iter().enumerate() {
            payload.extend([component.id, component.h << 4 | component.v, self.table_of(index)]);
        }
        self.segment(marker, &payload);
    }

    /// One scan with its Huffman tables.
    fn scan(&mut self, components: &[usize], start: u8, end: u8) -> Result<(), Error> {
        match &self.picture.coefficients {
            Coefficients::Dense(dense) => self.scan_of(dense, components, start, end),
            Coefficients::Packed(packed) => self.scan_of(packed, components, start, end),
        }
    }

    fn scan_of(
        &mut self,
        coefficients: &impl Source,
        components: &[usize],
        start: u8,
        end: u8,
    ) -> Result<(), Error> {
        let Picture { frame, huffman, progressive, .. } = self.picture;
        let (max_h, max_v) = frame.max_sampling();
        let scan = Scan {
            coefficients,
            frame: &frame.components,
            mcus: (
                u64::from(frame.width).div_ceil(8 * max_h) as usize,
                u64::from(frame.height).div_ceil(8 * max_v) as usize,
            ),
            components: components
                .iter()
                .map(|&index| ScanComponent { index, tables: huffman.tables[index] })
                .collect(),
        };
        let used = |class: usize| {
            let needed = if class == DC { start == 0 } else { end > 0 };
            let mut used: Vec<usize> =
                scan.components.iter().map(|component| component.tables[class]).collect();
            used.sort_unstable();
            used.dedup();
            if needed { used } else { Vec::new() }
        };
        let codes = match huffman.given(&[used(DC), used(AC)]) {
            Some(given) => given,
            None => {
                let mut count = Count::new(self.cancellation);
                match (progressive, start) {
                    (false, _) => scan.sequential(&mut count),
                    (true, 0) => scan.dc(&mut count),
                    (true, _) => scan.band(&mut count, start.into(), end.into()),
                }
                optimal(&count, [used(DC), used(AC)])?
            }
        };

        for (class, codes) in codes.iter().enumerate() {
            for (number, codes) in codes.iter().enumerate() {
                if let Some(codes) = codes {
                    let payload = [&[(class << 4 | number) as u8], codes.listed()].concat();
                    self.segment(DHT, &payload);
                }
            }
        }
        let mut payload = vec![components.len() as u8];
        for component in &scan.components {
            let [dc, ac] = component.tables.map(|table| table as u8);
            let (dc, ac) = (if start == 0 { dc } else { 0 }, if end > 0 { ac } else { 0 });
            payload.extend([frame.components[component.index].id, dc << 4 | ac]);
        }
        payload.extend([start, end, 0]);
        self.segment(SOS, &payload);

        let none = Codes::from_listed(&[0; 16]);
        let codes = [DC, AC]
            .map(|class| std::array::from_fn(|number| codes[class][number].as_ref().unwrap_or(&none)));
        let bits = BitWriter::new(std::mem::take(&mut self.bytes));
        let mut write = Write::new(bits, codes, self.cancellation);
        match (progressive, start) {
            (false, _) => scan.sequential(&mut write),
            (true, 0) => scan.dc(&mut write),
            (true, _) => scan.band(&mut write, start.into(), end.into()),
        }
        self.bytes = write.finish().ok_or(IMPOSSIBLE)?.finish().ok_or(TOO_LONG)?;
        Ok(())
    }
}

const TOO_LONG: Error =
    Error::NotRotatable { what: "it would become much longer: its code is shorter than Huffman's can be" };

const IMPOSSIBLE: Error = Error::NotRotatable { what: "it has coefficients larger than a picture can have" };

/// Tables of 8-bit pictures have codes up to these sizes (F.1.2.1.1, F.1.2.2.1).
const MAX_SIZE: [u8; 2] = [11, 10];

/// The best tables for what was counted.
fn optimal(count: &Count, used: [Vec<usize>; 2]) -> Result<[[Option<Codes>; 4]; 2], Error> {
    let mut codes: [[Option<Codes>; 4]; 2] = Default::default();
    for (class, used) in used.into_iter().enumerate() {
        for table in used {
            let frequencies = count.of(class, table);
            let size = |symbol: u8| if class == DC { symbol } else { symbol & 15 };
            let too_large =
                |symbol: u8| frequencies[usize::from(symbol)] > 0 && size(symbol) > MAX_SIZE[class];
            if (0..=255).any(too_large) {
                return Err(IMPOSSIBLE);
            }
            codes[class][table] = Some(Codes::optimal(frequencies));
        }
    }
    Ok(codes)
}

impl Huffman {
    /// The tables with these numbers, by class, if all of them are given.
    fn given(&self, used: &[Vec<usize>; 2]) -> Option<[[Option<Codes>; 4]; 2]> {
        let mut codes: [[Option<Codes>; 4]; 2] = Default::default();
        for (class, used) in used.iter().enumerate() {
            for &number in used {
                codes[class][number] = Some(Codes::from_listed(self.given[class][number].as_ref()?));
            }
        }
        Some(codes)
    }
}

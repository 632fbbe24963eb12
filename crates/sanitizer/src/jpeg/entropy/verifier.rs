//! Follows the scans of a picture, in the order of the file.

use super::{
    arithmetic::{self, Arithmetic, Unit},
    bits::{Bits, Stop},
    coding::{BIG_BAND, Coding, Purpose, Sink},
    coefficient_sink::CoefficientSink,
    explain::{explain, explain_arithmetic},
    huffman::Table,
    packed_sink::PackedSink,
    progressive::History,
    standard,
};
use crate::{
    Cancellation, Error,
    jpeg::{
        coefficients::Coefficients,
        frame::{Component, Frame, Process},
        huffman_symbols::Kind,
        malformed, truncated, unprovable,
    },
};

/// What a scan's data is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::jpeg) struct Scan {
    /// How many bytes are entropy-coded data, restart markers included.
    pub data: usize,
    /// Where the next marker (that is no RSTn) starts, or the file ends.
    /// What lies between `data` and here belongs to nothing and can be cut.
    pub end: usize,
}

/// Scans before the picture is refused. Real encoders write about 10. Each scan
/// can walk all blocks with few bytes, so their number must be bounded.
const MAX_SCANS: usize = 100;

/// The most blocks (for lossless pictures: samples) in an MCU, B.2.3.
pub(in crate::jpeg) const MAX_BLOCKS_IN_MCU: usize = 10;

/// Follows a picture from its frame header on: give it the DHT and DRI segments
/// and the scans in the order of the file.
pub(in crate::jpeg) struct Verifier {
    pub(super) frame: Frame,
    pub(super) process: Process,
    /// By class (DC, AC) and destination.
    pub(super) tables: [[Option<Box<Table>>; 4]; 2],
    /// Of pictures with arithmetic coding, which have no Huffman tables.
    arithmetic: Option<Arithmetic>,
    restart_interval: u16,
    /// For each component: of progressive pictures what the scans so far told,
    /// of others just whether it had its scan.
    pub(super) histories: Vec<History>,
    pub(super) coded: Vec<bool>,
    scans: usize,
    /// What the picture's unused bits are.
    padding: Option<bool>,
    joined: Option<Joined>,
    max_memory: u64,
    /// AC scans of progressive pictures with so many bytes take the fast way.
    pub(super) big_band: usize,
    cancellation: Cancellation,
}

/// The data of a scan without bytes that belong to nothing before its restart markers. Some network
/// cameras write such, and decoders skip them.
pub(in crate::jpeg) struct Joined {
    pub bytes: Vec<u8>,
    /// Where in the data the first of them stood.
    pub first: usize,
    /// Up to where the data was taken.
    taken: usize,
}

impl Verifier {
    /// Takes the frame header. A progressive picture takes 8 bytes for each
    /// block, which must be within `limit_bytes`, as whatever else is large.
    pub(in crate::jpeg) fn new(frame: &Frame, limit_bytes: u64) -> Result<Self, Error> {
        let process = match frame.sof {
            0xC0 | 0xC1 | 0xC9 => Process::Sequential,
            0xC2 | 0xCA => Process::Progressive,
            0xC3 => Process::Lossless,
            0xCB => return Err(unprovable(0, "lossless pictures with arithmetic coding cannot be followed")),
            _ => return Err(unprovable(0, "hierarchical pictures cannot be followed")),
        };
        if frame.height == 0 {
            return Err(unprovable(0, "the height stands behind the first scan (DNL)"));
        }
        let ids_differ = |(index, component): (usize, &Component)| {
            frame.components[..index].iter().all(|other| other.id != component.id)
        };
        let sane = frame.width > 0
            && !frame.components.is_empty()
            && frame.components.iter().all(|c| (1..=4).contains(&c.h) && (1..=4).contains(&c.v))
            && frame.components.iter().enumerate().all(ids_differ);
        if !sane {
            return Err(malformed(0, "the frame header has impossible components"));
        }

        let mut verifier = Self {
            frame: frame.clone(),
            process,
            tables: Default::default(),
            arithmetic: (frame.sof > 0xC8).then(Arithmetic::new),
            restart_interval: 0,
            histories: Vec::new(),
            coded: vec![false; frame.components.len()],
            scans: 0,
            padding: None,
            joined: None,
            max_memory: limit_bytes,
            big_band: BIG_BAND,
            cancellation: Cancellation::default(),
        };
        if process == Process::Progressive {
            let sizes: Vec<_> =
                frame.components.iter().map(|component| frame.size_in_blocks(*component)).collect();
            let needed = sizes.iter().map(|(columns, rows)| 8 * columns * rows).sum::<u64>();
            if needed > limit_bytes {
                return Err(Error::Memory { needed, limit: limit_bytes });
            }
            verifier.histories =
                sizes.iter().map(|&(columns, rows)| History::new(columns as usize, rows as usize)).collect();
        }
        Ok(verifier)
    }

    /// The same, but it stops when it is cancelled, with any error.
    pub(in crate::jpeg) fn cancelled_by(mut self, cancellation: &Cancellation) -> Self {
        if let Some(arithmetic) = &mut self.arithmetic {
            arithmetic.cancellation = cancellation.clone();
        }
        self.cancellation = cancellation.clone();
        self
    }

    /// Takes a DHT segment: its payload, without marker and length. The offset of an
    /// error is counted from there.
    pub(in crate::jpeg) fn dht(&mut self, payload: &[u8]) -> Result<(), Error> {
        let mut rest = payload;
        while let Some((&destination, table)) = rest.split_first() {
            let offset = payload.len() - rest.len();
            let (class, number) = (usize::from(destination >> 4), usize::from(destination & 15));
            if class > 1 || number > 3 {
                return Err(malformed(offset, "a Huffman table has an impossible destination"));
            }
            let kind = Kind { process: self.process, precision: self.frame.precision, is_ac: class == 1 };
            let (table, behind) = Table::read_meaning(table, |symbols| kind.meanings(symbols))
                .map_err(|what| malformed(offset, what))?;
            self.tables[class][number] = Some(Box::new(table));
            rest = behind;
        }
        Ok(())
    }

    /// Takes a definition of a DAC segment: its destination and its value.
    pub(in crate::jpeg) fn dac(&mut self, destination: u8, value: u8) -> Result<(), Error> {
        match &mut self.arithmetic {
            Some(arithmetic) => arithmetic
                .condition(destination, value)
                .ok_or_else(|| malformed(0, "an arithmetic conditioning table with impossible values")),
            None => Ok(()),
        }
    }

    /// Takes a DRI segment: MCUs between restart markers, 0 for none.
    pub(in crate::jpeg) fn restart_interval(&mut self, interval: u16) {
        self.restart_interval = interval;
    }

    /// Takes a scan: the payload of its SOS segment, and everything behind that
    /// segment, which is at `offset` in the file.
    pub(in crate::jpeg) fn scan(
        &mut self,
        sos_payload: &[u8],
        data: &[u8],
        offset: usize,
    ) -> Result<Scan, Error> {
        self.follow(sos_payload, data, offset, None)
    }

    /// The data of the last scan, if bytes were left out of it.
    pub(in crate::jpeg) fn take_joined(&mut self) -> Option<Joined> {
        self.joined.take()
    }

    /// Takes a scan of a picture that is not lossless, and stores its coefficients.
    pub(in crate::jpeg) fn read_scan(
        &mut self,
        sos_payload: &[u8],
        data: &[u8],
        offset: usize,
        coefficients: &mut Coefficients,
    ) -> Result<Scan, Error> {
        self.follow(sos_payload, data, offset, Some(coefficients))
    }

    fn follow(
        &mut self,
        sos_payload: &[u8],
        data: &[u8],
        offset: usize,
        coefficients: Option<&mut Coefficients>,
    ) -> Result<Scan, Error> {
        self.scans += 1;
        if self.scans > MAX_SCANS {
            return Err(unprovable(offset, "it has more than 100 scans"));
        }
        let header = self.read_header(sos_payload).map_err(|what| malformed(offset, what))?;
        self.advance(&header).map_err(|what| malformed(offset, what))?;

        let (columns, rows) = self.mcus(&header);
        let mcus = columns * rows;
        let indices: Vec<_> = header.components.iter().map(|&(index, ..)| index).collect();
        let purpose = coefficients.as_ref().map_or(Purpose::Skip { bytes: data.len() }, |_| Purpose::Read);
        let components = &self.frame.components;
        let mut sink = coefficients.map(|coefficients| match coefficients {
            Coefficients::Dense(dense) => {
                let low = header.parameters.low;
                Sink::Dense(CoefficientSink::new(dense, components, &indices, columns, low))
            }
            Coefficients::Packed(packed) => {
                Sink::Packed(PackedSink::new(packed, components, &indices, columns))
            }
        });
        let interval = if self.restart_interval == 0 { mcus } else { u64::from(self.restart_interval) };
        let lone = header.components.len() == 1;
        let units = header.components.iter().map(|&(index, dc, ac)| {
            let Component { h, v, .. } = self.frame.components[index];
            Unit { blocks: if lone { 1 } else { usize::from(h) * usize::from(v) }, dc, ac }
        });
        let units: Vec<Unit> = units.collect();
        let mut coding = match &self.arithmetic {
            Some(_) => None,
            None => Some({
                if self.process == Process::Sequential {
                    standard::fill_in(&mut self.tables).map_err(|what| malformed(offset, what))?;
                }
                Coding::new((self.process, self.big_band), &self.tables, header.parameters, &units, purpose)
                    .ok_or_else(|| malformed(offset, "a scan uses a Huffman table that was not defined"))?
            }),
        };
        let mut history = header.components.first().and_then(|&(index, ..)| self.histories.get_mut(index));
        let mut position = 0;
        let mut done = 0;
        let mut joined: Option<Joined> = None;
        if let Some(coding) = &mut coding {
            // All but the last, behind which stands no restart marker.
            let count = (mcus - 1) / interval;
            let mut padding = self.padding;
            if let Some(behind) = coding.skip_intervals(data, count, interval, &self.cancellation, |stop| {
                check_padding(&mut padding, stop).is_ok()
            }) {
                (position, done, self.padding) = (behind, count * interval, padding);
            }
        }
        loop {
            let count = interval.min(mcus - done);
            let history = history.as_deref_mut();
            let mut sink = sink.as_mut();
            if let Some(sink) = &mut sink {
                sink.restart();
            }
            if let Some(coding) = &coding {
                let mut bits = Bits::new(data, position);
                let stop = coding
                    .follow(&mut bits, done..done + count, history, sink, &self.cancellation)
                    .and_then(|()| bits.stop())
                    .map_err(|fault| explain(fault, &bits, offset))?;
                check_padding(&mut self.padding, &stop)
                    .map_err(|what| unprovable(offset + stop.position, what))?;
                position = stop.position;
            } else if let Some(arithmetic) = &mut self.arithmetic {
                let coded =
                    arithmetic::Coded { process: self.process, parameters: header.parameters, units: &units };
                position = arithmetic
                    .follow(&coded, data, position, done..done + count, history, sink.and_then(Sink::dense))
                    .map_err(|failure| explain_arithmetic(&failure, offset))?;
            }
            done += count;
            if done == mcus {
                break;
            }
            let number = ((done / interval - 1) % 8) as u8;
            match data.get(position..position + 2) {
                Some(&[0xFF, marker]) if marker == 0xD0 + number => position += 2,
                Some(&[0xFF, marker]) if marker != 0 && marker != 0xFF => {
                    return Err(malformed(
                        offset + position,
                        "another marker stands where a restart marker should",
                    ));
                }
                Some(_) if self.arithmetic.is_none() && restarts_at(data, position) == Some(number) => {
                    let marker = marker_after(data, position);
                    let needed = data.len() as u64;
                    if joined.is_none() && needed > self.max_memory {
                        return Err(Error::Memory { needed, limit: self.max_memory });
                    }
                    let joined = joined.get_or_insert_with(|| Joined {
                        bytes: Vec::with_capacity(data.len()),
                        first: position,
                        taken: 0,
                    });
                    joined.bytes.extend_from_slice(&data[joined.taken..position]);
                    joined.taken = marker;
                    position = marker + 2;
                }
                Some(_) => {
                    return Err(unprovable(offset + position, "there are bytes before a restart marker"));
                }
                None => return Err(truncated(offset + data.len(), "a restart marker was expected")),
            }
        }
        if let Some(Sink::Packed(sink)) = &mut sink {
            sink.finish();
        }
        self.joined = joined.map(|mut joined| {
            joined.bytes.extend_from_slice(&data[joined.taken..position]);
            joined
        });
        Ok(Scan { data: position, end: next_marker(data, position) })
    }
}

/// Checks the unused bits of the last byte of a scan or restart interval.
///
/// The standard fills them with ones (F.1.2.3), and so did each encoder that we
/// have seen. Decoders do not look at them, so zeros are let pass, but only when all
/// of the picture's padding is zeros: else it could hold 7 bits for each interval.
pub(super) fn check_padding(padding: &mut Option<bool>, stop: &Stop) -> Result<(), &'static str> {
    let ones = match u32::from(stop.value) {
        _ if stop.padding == 0 => return Ok(()),
        0 => false,
        value if value + 1 == 1 << stop.padding => true,
        _ => return Err("the padding behind the last block holds something"),
    };
    if *padding.get_or_insert(ones) == ones {
        Ok(())
    } else {
        Err("the padding is ones here and zeros there")
    }
}

/// Where the next marker starts, from `position` on, less its fill bytes.
fn marker_after(data: &[u8], position: usize) -> usize {
    memchr::memchr_iter(0xFF, &data[position..])
        .map(|at| position + at)
        .find(|&at| data.get(at + 1).is_some_and(|marker| !matches!(marker, 0x00 | 0xFF)))
        .unwrap_or(data.len())
}

/// The number of the restart marker that comes next behind `position`, if one does.
fn restarts_at(data: &[u8], position: usize) -> Option<u8> {
    let marker = *data.get(marker_after(data, position) + 1)?;
    matches!(marker, 0xD0..=0xD7).then(|| marker - 0xD0)
}

/// Where the next marker that is no RSTn starts, from `position` on.
fn next_marker(data: &[u8], position: usize) -> usize {
    memchr::memchr_iter(0xFF, &data[position..])
        .map(|at| position + at)
        .find(|&at| data.get(at + 1).is_some_and(|marker| !matches!(marker, 0x00 | 0xD0..=0xD7 | 0xFF)))
        .unwrap_or(data.len())
}

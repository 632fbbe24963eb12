//! Tables: quantisation (DQT), Huffman (DHT), arithmetic conditioning (DAC) and
//! the restart interval (DRI) (T.81, B.2.4).
//!
//! A table that no scan uses, or that is replaced before one does, is a place
//! to hide bytes in; so each definition counts as dead until a scan uses it.

use std::{collections::BTreeMap, ops::Range};

use img_parts::jpeg::markers::{DAC, DHT, DQT};

use super::{
    entropy::Verifier,
    frame::{FrameHeader, Process, Progress, ScanHeader},
    huffman_symbols::Kind,
    malformed, unprovable,
};
use crate::Error;

/// More definitions than any picture needs.
const MAX_DEFINITIONS: usize = 2048;

// Destinations, all kinds in one row.
const QUANTISATION: usize = 0;
const HUFFMAN_DC: usize = 4;
const HUFFMAN_AC: usize = 8;
const CONDITIONING_DC: usize = 12;
const CONDITIONING_AC: usize = 16;
const RESTART: usize = 20;
const DESTINATIONS: usize = 21;

/// One definition of a table.
pub(super) struct Definition {
    /// Its bytes in the file, destination included.
    pub bytes: Range<usize>,
    /// Whether a scan uses it.
    pub live: bool,
}

/// A segment that defines tables.
pub(super) struct TableSegment {
    pub marker: u8,
    /// The whole segment in the file.
    pub range: Range<usize>,
    /// Its definitions: indices into [`Tables::definitions`].
    pub definitions: Range<usize>,
}

/// All tables of a file.
#[derive(Default)]
pub(super) struct Tables {
    pub segments: Vec<TableSegment>,
    pub definitions: Vec<Definition>,
    /// What takes the place of definitions in the output: Huffman tables without symbols that cannot be.
    mended: BTreeMap<usize, Vec<u8>>,
    /// The definition that each destination holds now.
    current: [Option<usize>; DESTINATIONS],
    /// The definition that the verifier was told of last.
    told: [Option<usize>; DESTINATIONS],
}

impl Tables {
    /// The definitions in a segment that scans use, and their bytes in the output.
    pub(super) fn live<'a>(
        &'a self,
        input: &'a [u8],
        segment: usize,
    ) -> impl Iterator<Item = (&'a Definition, &'a [u8])> {
        let indices = self.segments[segment].definitions.clone();
        let live = indices.filter(|&index| self.definitions[index].live);
        live.map(|index| (&self.definitions[index], self.written(input, index)))
    }

    /// The bytes of a definition in the output, destination included.
    pub(super) fn written<'a>(&'a self, input: &'a [u8], definition: usize) -> &'a [u8] {
        match self.mended.get(&definition) {
            Some(mended) => mended,
            None => &input[self.definitions[definition].bytes.clone()],
        }
    }

    /// Whether a table that scans use was mended.
    pub(super) fn is_mended(&self) -> bool {
        !self.mended.is_empty()
    }

    /// Reads the segment `range` with `payload`; gives its index in
    /// [`Self::segments`], or none when it defines nothing.
    pub(super) fn define(
        &mut self,
        input: &[u8],
        marker: u8,
        range: Range<usize>,
        payload: Range<usize>,
    ) -> Result<Option<usize>, Error> {
        let first = self.definitions.len();
        let mut at = payload.start;
        while at < payload.end {
            let rest = &input[at..payload.end];
            let Some((destination, len)) = measure(marker, rest) else {
                // libjpeg refuses any slack. What is too short to be a table
                // can only be slack and is cut; else one cannot tell.
                if self.definitions.len() > first && rest.len() < shortest(marker) {
                    break;
                }
                return Err(unprovable(at, "a table with impossible parameters, or bytes that are no table"));
            };
            if self.definitions.len() == MAX_DEFINITIONS {
                return Err(unprovable(at, "more than 2048 tables"));
            }
            self.current[destination] = Some(self.definitions.len());
            self.definitions.push(Definition { bytes: at..at + len, live: false });
            at += len;
            if destination == RESTART {
                break;
            }
        }
        let definitions = first..self.definitions.len();
        if definitions.is_empty() {
            return Ok(None);
        }
        self.segments.push(TableSegment { marker, range, definitions });
        Ok(Some(self.segments.len() - 1))
    }

    /// Marks what `scan` uses, checks it, and tells the verifier of it.
    pub(super) fn use_for(
        &mut self,
        input: &[u8],
        header: &FrameHeader,
        scan: &ScanHeader,
        before: &Progress,
        mut verifier: Option<&mut Verifier>,
        offset: usize,
    ) -> Result<(), Error> {
        for destination in destinations(header, scan, before, offset)? {
            let Some(index) = self.current[destination] else {
                if destination < HUFFMAN_DC {
                    return Err(malformed(offset, "a scan without its quantisation table"));
                }
                continue;
            };
            let definition = &mut self.definitions[index];
            definition.live = true;
            if self.told[destination] == Some(index) {
                continue;
            }
            let table = &input[definition.bytes.clone()];
            if let HUFFMAN_DC..CONDITIONING_DC = destination {
                let mended = mend_huffman(header, table, definition.bytes.start)?;
                match &mut verifier {
                    Some(verifier) => verifier.dht(table)?,
                    // Whether such a code is used, only the proof can tell.
                    None if mended.is_some() => {
                        return Err(unprovable(definition.bytes.start, IMPOSSIBLE_SYMBOLS));
                    }
                    None => {}
                }
                if let Some(mended) = mended {
                    self.mended.insert(index, mended);
                }
            }
            if let CONDITIONING_DC..RESTART = destination {
                check_conditioning(table, definition.bytes.start)?;
                if let (&[destination, value], Some(verifier)) = (table, &mut verifier) {
                    verifier.dac(destination, value)?;
                }
            }
            if let (RESTART, &[high, low], Some(verifier)) = (destination, table, &mut verifier) {
                verifier.restart_interval(u16::from_be_bytes([high, low]));
            }
            self.told[destination] = Some(index);
        }
        Ok(())
    }
}

/// The destination and the length of the table that `bytes` starts with.
fn measure(marker: u8, bytes: &[u8]) -> Option<(usize, usize)> {
    let (high, low) = (bytes[0] >> 4, usize::from(bytes[0] & 15));
    let class = usize::from(high) * 4 + low;
    let (destination, len) = match (marker, high, low) {
        (DQT, 0..=1, 0..=3) => (QUANTISATION + low, 65 + 64 * usize::from(high)),
        (DHT, 0..=1, 0..=3) => {
            let symbols: usize = bytes.get(1..17)?.iter().map(|&count| usize::from(count)).sum();
            (HUFFMAN_DC + class, 17 + symbols)
        }
        (DAC, 0..=1, 0..=3) => (CONDITIONING_DC + class, 2),
        (DQT | DHT | DAC, ..) => return None,
        _ => (RESTART, 2),
    };
    (len <= bytes.len()).then_some((destination, len))
}

/// The length of the shortest table.
fn shortest(marker: u8) -> usize {
    match marker {
        DQT => 65,
        DHT => 17,
        _ => 2,
    }
}

/// The destinations that decoding `scan` reads.
fn destinations(
    header: &FrameHeader,
    scan: &ScanHeader,
    before: &Progress,
    offset: usize,
) -> Result<Vec<usize>, Error> {
    let progressive = header.process == Process::Progressive;
    // Refining DC takes no table: one bit a block.
    let reads_dc = !progressive || (scan.ss == 0 && scan.ah == 0);
    let reads_ac = match header.process {
        Process::Sequential => true,
        Process::Progressive => scan.ss > 0,
        Process::Lossless => false,
    };
    let (dc, ac) =
        if header.arithmetic { (CONDITIONING_DC, CONDITIONING_AC) } else { (HUFFMAN_DC, HUFFMAN_AC) };
    let mut read = vec![RESTART];
    for component in &scan.components {
        // A component keeps the table that it had at its first scan.
        if header.process != Process::Lossless && !before.has_begun(component.index) {
            read.push(QUANTISATION + usize::from(header.tables[component.index]));
        }
        for (reads, first, table) in [(reads_dc, dc, component.dc_table), (reads_ac, ac, component.ac_table)]
        {
            if reads && table > 3 {
                return Err(malformed(offset, "a scan with a table number above 3"));
            }
            if reads {
                read.push(first + usize::from(table));
            }
        }
    }
    Ok(read)
}

/// What is wrong with a Huffman table that cannot be mended.
pub(super) const IMPOSSIBLE_SYMBOLS: &str = "a Huffman table with impossible or repeated symbols";

/// Refuses a Huffman table with more codes than there are (T.81, annex C). Mends one with symbols
/// that no picture can have: they would hold something else.
fn mend_huffman(header: &FrameHeader, table: &[u8], offset: usize) -> Result<Option<Vec<u8>>, Error> {
    let (destination, table) = table.split_at(1);
    let space: u32 = (1..).zip(&table[..16]).map(|(length, &count)| u32::from(count) << (16 - length)).sum();
    if space >= 1 << 16 {
        return Err(malformed(offset, "a Huffman table with more codes than there are"));
    }
    let is_ac = destination[0] >> 4 == 1;
    let kind = Kind { process: header.process, precision: header.frame.precision, is_ac };
    let mended = kind.mend(table).map_err(|what| unprovable(offset, what))?;
    Ok(mended.map(|table| [destination, &table].concat()))
}

/// Refuses arithmetic conditioning with values that it cannot have (T.81, B.2.4.3).
fn check_conditioning(table: &[u8], offset: usize) -> Result<(), Error> {
    let legal = match *table {
        [destination, value] if destination >> 4 == 0 => value & 15 <= value >> 4,
        [_, value] => (1..=63).contains(&value),
        _ => false,
    };
    if legal { Ok(()) } else { Err(malformed(offset, "arithmetic conditioning with impossible values")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn define(tables: &mut Tables, marker: u8, payload: &[u8]) -> Result<Option<usize>, Error> {
        tables.define(payload, marker, 0..payload.len(), 0..payload.len())
    }

    #[test]
    fn slack_too_short_for_a_table_is_left_out() {
        let mut tables = Tables::default();
        let mut payload = vec![0; 65];
        payload.extend(b"LEAK");
        define(&mut tables, DQT, &payload).unwrap();
        assert_eq!(tables.definitions[0].bytes, 0..65);
        assert_eq!(tables.definitions.len(), 1);
    }

    #[test]
    fn what_cannot_be_told_from_a_table_is_refused() {
        let mut payload = vec![0; 65];
        payload.extend([b'L'; 80]);
        assert!(define(&mut Tables::default(), DQT, &payload).is_err());
        assert!(define(&mut Tables::default(), DQT, &[0; 64]).is_err());
        assert!(define(&mut Tables::default(), DHT, &[0xFF; 40]).is_err());
        assert!(define(&mut Tables::default(), DAC, &[0x04, 0]).is_err());
    }

    #[test]
    fn codes_that_do_not_fit_are_refused() {
        let header = FrameHeader::read(0xC0, &[8, 0, 1, 0, 1, 1, 1, 0x11, 0], 0).unwrap();
        let mut table = vec![0; 17];
        table[1] = 2;
        table.extend([0, 1]);
        assert!(mend_huffman(&header, &table, 0).is_err());
    }
}

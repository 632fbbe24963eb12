//! Reads a picture into coefficients that are turned already.

use img_parts::jpeg::markers::{DAC, DHT, DQT};

use crate::{
    Error, Options,
    jpeg::{
        coefficients::Coefficients,
        entropy::{Verifier, standard},
        frame::{Frame, FrameHeader},
        layout::{Layout, Part, Scan},
        malformed,
    },
    transform::Transform,
};

pub(super) struct Picture {
    /// Its frame header: the size and the sampling factors are turned.
    pub frame: Frame,
    pub progressive: bool,
    /// The quantisation table of each component, in zigzag order.
    pub quantisation: Vec<[u16; 64]>,
    pub huffman: Huffman,
    pub coefficients: Coefficients,
}

/// The Huffman tables to write with.
pub(super) struct Huffman {
    /// For each component the number of its table, by class.
    pub tables: Vec<[usize; 2]>,
    /// By class and number the tables, as DHT lists them, that have a code for
    /// each symbol. Where there is none, one is to be made for the picture.
    pub given: [[Option<Vec<u8>>; 4]; 2],
}

/// How many symbols the tables of a sequential picture can have, by class.
const ALL_SYMBOLS: [usize; 2] = [12, 162];

/// Reads the picture from the tables and scans that are in `layout`. Its upper left
/// `width` x `height` pixels are kept.
pub(super) fn read(
    layout: &Layout<'_>,
    header: &FrameHeader,
    transform: Transform,
    (width, height): (u16, u16),
    options: &Options,
) -> Result<Picture, Error> {
    let frame = &header.frame;
    let count = frame.components.len();
    let mut reader = Reader {
        verifier: Verifier::new(frame, options.max_memory)?.cancelled_by(&options.cancellation),
        coefficients: Coefficients::new(frame, transform, (width, height), layout.len() as u64),
        steps: [None; 4],
        quantisation: vec![None; count],
        listed: Default::default(),
        tables: vec![None; count],
        given: Default::default(),
        is_given: frame.sof < 0xC2,
    };
    let input = layout.input;
    for part in layout.parts {
        match part {
            Part::Tables(index) => {
                let marker = layout.tables.segments[*index].marker;
                for (table, written) in layout.tables.live(input, *index) {
                    let listed = &input[table.bytes.clone()];
                    reader.define(marker, listed, written, table.bytes.start)?;
                }
            }
            Part::Scan(scan) => {
                let Scan { payload, data, .. } = &**scan;
                reader.scan(header, payload);
                let behind = &input[data.start..];
                reader.verifier.read_scan(payload, behind, data.start, &mut reader.coefficients)?;
            }
            Part::Input(_) | Part::New(_) | Part::Icc(..) => {}
        }
    }

    let mut quantisation = Vec::new();
    for table in reader.quantisation {
        let table = table.ok_or(Error::NotRotatable { what: "not all of its components have a scan" })?;
        let mut turned = [0; 64];
        for (step, to) in table.into_iter().zip(reader.coefficients.turn().order) {
            turned[usize::from(to)] = step;
        }
        quantisation.push(turned);
    }
    let swaps = transform.transposes();
    let mut turned = frame.clone();
    (turned.width, turned.height) = if swaps { (height, width) } else { (width, height) };
    for component in &mut turned.components {
        if swaps {
            std::mem::swap(&mut component.h, &mut component.v);
        }
    }
    let given = if reader.is_given { reader.given } else { Default::default() };
    Ok(Picture {
        frame: turned,
        progressive: matches!(frame.sof, 0xC2 | 0xCA),
        quantisation,
        huffman: Huffman {
            tables: reader.tables.into_iter().map(Option::unwrap_or_default).collect(),
            given,
        },
        coefficients: reader.coefficients,
    })
}

struct Reader {
    verifier: Verifier,
    coefficients: Coefficients,
    /// The quantisation tables by their number, as they are now.
    steps: [Option<[u16; 64]>; 4],
    /// And for each component as it was at its first scan.
    quantisation: Vec<Option<[u16; 64]>>,
    /// The Huffman tables by class and number, as they are now.
    listed: [[Option<Vec<u8>>; 4]; 2],
    tables: Vec<Option<[usize; 2]>>,
    given: [[Option<Vec<u8>>; 4]; 2],
    /// Whether the picture's own tables can be written again.
    is_given: bool,
}

impl Reader {
    /// Takes the definition of a table, which is at `offset` in the file, and as it stands in the output.
    fn define(&mut self, marker: u8, definition: &[u8], written: &[u8], offset: usize) -> Result<(), Error> {
        let known = match (marker, definition) {
            (DQT, _) => self.quantisation(definition),
            (DHT, _) => {
                self.verifier.dht(definition)?;
                self.huffman(written)
            }
            (DAC, &[destination, value]) => Some(self.verifier.dac(destination, value)?),
            (_, &[high, low]) => {
                self.verifier.restart_interval(u16::from_be_bytes([high, low]));
                Some(())
            }
            _ => None,
        };
        known.ok_or_else(|| malformed(offset, "a table is cut off"))
    }

    fn quantisation(&mut self, definition: &[u8]) -> Option<()> {
        let (&destination, table) = definition.split_first()?;
        let wide = destination >> 4 > 0;
        let table = table.get(..if wide { 128 } else { 64 })?;
        let mut steps = [0; 64];
        for (index, step) in steps.iter_mut().enumerate() {
            *step = match wide {
                true => u16::from_be_bytes([table[2 * index], table[2 * index + 1]]),
                false => table[index].into(),
            };
        }
        *self.steps.get_mut(usize::from(destination & 15))? = Some(steps);
        Some(())
    }

    fn huffman(&mut self, definition: &[u8]) -> Option<()> {
        let (&destination, table) = definition.split_first()?;
        let class = self.listed.get_mut(usize::from(destination >> 4))?;
        *class.get_mut(usize::from(destination & 15))? = Some(table.to_vec());
        Some(())
    }

    /// Notes which tables the components of a scan have. The verifier refuses a scan
    /// whose header is wrong.
    fn scan(&mut self, header: &FrameHeader, payload: &[u8]) {
        let components = &header.frame.components;
        let count = payload.first().map_or(0, |&count| usize::from(count));
        for entry in payload.get(1..).unwrap_or_default().as_chunks::<2>().0.iter().take(count) {
            let [id, numbers] = *entry;
            let Some(index) = components.iter().position(|component| component.id == id) else { continue };
            if self.quantisation[index].is_none() {
                self.quantisation[index] = self.steps[usize::from(header.tables[index] & 3)];
            }
            // Each scan of a progressive picture has its own tables; ours has two for each class.
            let own = [usize::from(numbers >> 4) & 3, usize::from(numbers & 3)];
            let numbers = if self.is_given { own } else { [usize::from(index > 0); 2] };
            self.tables[index] = Some(numbers);
            for (class, number) in numbers.into_iter().enumerate() {
                let listed = match &self.listed[class][number] {
                    Some(listed) => Some(&listed[..]),
                    None => standard::listed(class, number),
                };
                let complete = listed.is_some_and(|listed| listed.len() == 16 + ALL_SYMBOLS[class]);
                let given = &mut self.given[class][number];
                self.is_given &= complete && given.as_deref().is_none_or(|given| Some(given) == listed);
                *given = listed.map(<[u8]>::to_vec);
            }
        }
    }
}

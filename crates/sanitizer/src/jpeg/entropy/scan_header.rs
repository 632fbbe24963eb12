//! Reads the header of a scan (B.2.3), and checks that it may follow the scans before.

use super::{
    progressive::Parameters,
    verifier::{MAX_BLOCKS_IN_MCU, Verifier},
};
use crate::jpeg::frame::Process;

/// A scan header (B.2.3).
pub(super) struct Header {
    /// For each component of the scan: its index in the frame, and its DC and AC table.
    pub components: Vec<(usize, usize, usize)>,
    pub parameters: Parameters,
}

impl Verifier {
    pub(super) fn read_header(&self, payload: &[u8]) -> Result<Header, &'static str> {
        let (&count, rest) = payload.split_first().ok_or("an empty scan header")?;
        let count = usize::from(count);
        if !(1..=4).contains(&count) || rest.len() != 2 * count + 3 {
            return Err("a scan header of the wrong length");
        }
        let (listed, parameters) = rest.split_at(2 * count);
        let mut components: Vec<(usize, usize, usize)> = Vec::new();
        for entry in listed.chunks_exact(2) {
            let index = self
                .frame
                .components
                .iter()
                .position(|component| component.id == entry[0])
                .ok_or("a scan names a component that the frame does not have")?;
            if components.last().is_some_and(|&(last, ..)| last >= index) {
                return Err("the components of a scan are not in the order of the frame");
            }
            let (dc, ac) = (usize::from(entry[1] >> 4), usize::from(entry[1] & 15));
            if dc > 3 || ac > 3 {
                return Err("a scan names an impossible Huffman table");
            }
            components.push((index, dc, ac));
        }
        let blocks = |&(index, ..): &(usize, usize, usize)| {
            usize::from(self.frame.components[index].h) * usize::from(self.frame.components[index].v)
        };
        if count > 1 && components.iter().map(blocks).sum::<usize>() > MAX_BLOCKS_IN_MCU {
            return Err("an MCU of more than 10 blocks");
        }
        let parameters = Parameters {
            start: parameters[0],
            end: parameters[1],
            high: parameters[2] >> 4,
            low: parameters[2] & 15,
        };
        Ok(Header { components, parameters })
    }

    /// Checks the scan's parameters and that it may follow the ones before.
    pub(super) fn advance(&mut self, header: &Header) -> Result<(), &'static str> {
        let Parameters { start, end, high, low } = header.parameters;
        match self.process {
            Process::Sequential if (start, end, high, low) != (0, 63, 0, 0) => {
                return Err("the scan of a sequential picture has progressive parameters");
            }
            Process::Lossless if !(1..=7).contains(&start) || end != 0 || high != 0 => {
                return Err("the scan of a lossless picture has impossible parameters");
            }
            Process::Progressive => {
                let dc = start == 0 && end == 0;
                let ac = start > 0 && start <= end && end <= 63 && header.components.len() == 1;
                if !(dc || ac) || low > 13 || high > 0 && high != low + 1 {
                    return Err("the scan of a progressive picture has impossible parameters");
                }
                for &(index, ..) in &header.components {
                    self.histories[index].advance(header.parameters)?;
                }
                return Ok(());
            }
            _ => {}
        }
        for &(index, ..) in &header.components {
            if std::mem::replace(&mut self.coded[index], true) {
                return Err("a component is coded twice");
            }
        }
        Ok(())
    }

    /// Samples on each side of a data unit.
    fn unit(&self) -> u64 {
        if self.process == Process::Lossless { 1 } else { 8 }
    }

    /// MCUs in a row of a scan, and rows of them (A.2).
    pub(super) fn mcus(&self, header: &Header) -> (u64, u64) {
        if let [(index, ..)] = header.components[..] {
            return self.frame.size(self.frame.components[index], self.unit());
        }
        let (max_h, max_v) = self.frame.max_sampling();
        (
            u64::from(self.frame.width).div_ceil(max_h * self.unit()),
            u64::from(self.frame.height).div_ceil(max_v * self.unit()),
        )
    }
}

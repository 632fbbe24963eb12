//! What the syntax of slices depends on (ITU-T H.265, 7.4.3.2 and 7.4.3.3): the
//! parameter sets of a configuration, and what follows from them.

use super::super::bits::Parsed;
use super::config::{CONFIG_HEAD, clean_config};
use super::parameter_sets::{Pps, Sps, read_pps, read_sps};

/// The parameter sets of a configuration: one SPS, and the PPSs that slices choose from.
#[derive(Debug)]
pub(super) struct Parameters {
    pub(super) sps: Sps,
    pub(super) pps: Vec<Pps>,
}

impl Parameters {
    /// Reads them from an `hvcC`, as they will be in the clean file.
    pub(super) fn read(config: &[u8]) -> Parsed<Self> {
        let parameters = Self::read_unchecked(config)?;
        parameters.sps.check()?;
        Ok(parameters)
    }

    /// As `read`, whether or not slices can be followed by them.
    fn read_unchecked(config: &[u8]) -> Parsed<Self> {
        let clean = clean_config(config)?;
        let (mut sps, mut pps) = (None, Vec::new());
        let mut rest = clean.get(CONFIG_HEAD + 1..).unwrap_or_default();
        while let Some(([kind, high, low], mut units)) = rest.split_first_chunk::<3>() {
            for _ in 0..u16::from_be_bytes([*high, *low]) {
                let Some((length, after)) = units.split_first_chunk::<2>() else { break };
                let length = usize::from(u16::from_be_bytes(*length)).min(after.len());
                let (unit, after) = after.split_at(length);
                let payload = unit.get(2..).unwrap_or_default();
                match kind & 0x3F {
                    33 => sps = Some(read_sps(payload)?),
                    34 => pps.push(read_pps(payload)?),
                    _ => {}
                }
                units = after;
            }
            rest = units;
        }
        let sps = sps.ok_or("an HEVC configuration without parameter sets")?;
        Ok(Self { sps, pps })
    }
}

/// Width and height of the pictures of a configuration, as they are coded and as decoders give them; `None` when it
/// cannot be read.
pub(in super::super) fn sizes(config: &[u8]) -> Option<[(u32, u32); 2]> {
    let Parameters { sps, .. } = Parameters::read_unchecked(config).ok()?;
    Some([(sps.width, sps.height), sps.output_size()])
}

//! Reads a parameter set, and writes it as it is to stand in the clean file.

use super::emulation_prevention::{escaped, unescaped};
use super::model::{Pps, Sps};
use super::pps::pps;
use super::sps::sps;
use super::vps::{VPS_TAIL, vps};
use crate::heif::bits::{Bits, Parsed, rebuilt};

/// Real ones have less than a hundred bytes; scaling lists make some hundred more.
const SET_LIMIT: usize = 1024;

/// The payload of a parameter set of type `kind` (32: VPS, 33: SPS, 34: PPS) as it
/// is to stand in the clean file, and its id.
pub(in super::super) fn clean_set(kind: u8, payload: &[u8]) -> Parsed<(Vec<u8>, u32)> {
    if payload.len() > SET_LIMIT {
        return Err("a parameter set is larger than a picture needs");
    }
    let data = unescaped(payload);
    let mut bits = Bits::new(&data);
    let bits = &mut bits;
    let (id, tail) = match kind {
        32 => (vps(bits)?, VPS_TAIL),
        33 => (sps(bits)?.id, &[][..]),
        _ => (pps(bits)?.id, &[][..]),
    };
    Ok((escaped(&rebuilt(&data, bits.position(), tail)), id))
}

/// What the payload of an SPS says.
pub(in super::super) fn read_sps(payload: &[u8]) -> Parsed<Sps> {
    sps(&mut Bits::new(&unescaped(payload)))
}

/// What the payload of a PPS says.
pub(in super::super) fn read_pps(payload: &[u8]) -> Parsed<Pps> {
    pps(&mut Bits::new(&unescaped(payload)))
}

#[cfg(test)]
mod tests {
    use super::super::samples::{PPS, SPS, VPS};
    use super::*;

    #[test]
    fn a_set_stays_as_it_is_and_what_follows_it_goes() {
        for (kind, set) in [(32, VPS), (33, SPS), (34, PPS)] {
            assert_eq!(clean_set(kind, set).unwrap(), (set.to_vec(), 0));
            assert_eq!(clean_set(kind, &[set, b"LEAK"].concat()).unwrap().0, set);
            assert!(clean_set(kind, &[set, &[b'x'; SET_LIMIT]].concat()).is_err());
            for len in 0..set.len() {
                let _ = clean_set(kind, &set[..len]);
            }
        }
    }

    #[test]
    fn layers_and_timing_of_a_vps_go() {
        // The last six bits of the byte before the last, and all behind.
        let mut long = VPS[..VPS.len() - 2].to_vec();
        long.extend(b"\x07LEAKLEAK");
        assert_eq!(clean_set(32, &long).unwrap().0, VPS);
    }
}

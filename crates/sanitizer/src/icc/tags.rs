//! The allowlist: which tags decide how colours look, and of which type each is
//! (ICC.1:2022, clause 9; the table of tags that Little CMS reads).

use super::{curve, header::Header, lut, lut_ab, mpe, numbers, reader::Reader, writer::Writer};

/// What kind of data a tag holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Xyz,
    Matrix,
    Cicp,
    Curve,
    /// A table of one of three types.
    Lut(Direction),
    /// Elements in floating point.
    Elements(Direction),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    /// From the device to the connection space: how a picture looks.
    ToPcs,
    FromPcs,
    /// From the connection space to one channel: whether a colour can be printed.
    Gamut,
}

/// Channels in and out of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Channels {
    pub(super) inputs: u8,
    pub(super) outputs: u8,
}

/// A tag of the allowlist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Allowed {
    pub(super) signature: [u8; 4],
    kind: Kind,
}

/// In the order in which they are written.
///
/// Left out, since no transform is computed from them: `pre0` to `pre2`, `vcgt`,
/// `chrm`, `meas`, `view`, `tech`, `targ`, `clrt`, `ps2s`, `psd0`, `pseq`, `ciis`, `rig0`
/// and all of one maker.
pub(super) const ALLOWED: [Allowed; 27] = [
    allowed(b"wtpt", Kind::Xyz),
    allowed(b"bkpt", Kind::Xyz),
    allowed(b"lumi", Kind::Xyz),
    allowed(b"chad", Kind::Matrix),
    allowed(b"cicp", Kind::Cicp),
    allowed(b"rXYZ", Kind::Xyz),
    allowed(b"gXYZ", Kind::Xyz),
    allowed(b"bXYZ", Kind::Xyz),
    allowed(b"rTRC", Kind::Curve),
    allowed(b"gTRC", Kind::Curve),
    allowed(b"bTRC", Kind::Curve),
    allowed(b"kTRC", Kind::Curve),
    allowed(b"A2B0", Kind::Lut(Direction::ToPcs)),
    allowed(b"A2B1", Kind::Lut(Direction::ToPcs)),
    allowed(b"A2B2", Kind::Lut(Direction::ToPcs)),
    allowed(b"B2A0", Kind::Lut(Direction::FromPcs)),
    allowed(b"B2A1", Kind::Lut(Direction::FromPcs)),
    allowed(b"B2A2", Kind::Lut(Direction::FromPcs)),
    allowed(b"gamt", Kind::Lut(Direction::Gamut)),
    allowed(b"D2B0", Kind::Elements(Direction::ToPcs)),
    allowed(b"D2B1", Kind::Elements(Direction::ToPcs)),
    allowed(b"D2B2", Kind::Elements(Direction::ToPcs)),
    allowed(b"D2B3", Kind::Elements(Direction::ToPcs)),
    allowed(b"B2D0", Kind::Elements(Direction::FromPcs)),
    allowed(b"B2D1", Kind::Elements(Direction::FromPcs)),
    allowed(b"B2D2", Kind::Elements(Direction::FromPcs)),
    allowed(b"B2D3", Kind::Elements(Direction::FromPcs)),
];

const fn allowed(signature: &[u8; 4], kind: Kind) -> Allowed {
    Allowed { signature: *signature, kind }
}

impl Allowed {
    /// Reads the tag's data and writes it anew. `None` when it is not of its type;
    /// a part of it may have been written then.
    pub(super) fn rewrite(&self, header: &Header, reader: Reader<'_>, out: &mut Writer) -> Option<()> {
        match self.kind {
            Kind::Xyz => numbers::xyz(reader, out),
            Kind::Matrix => numbers::matrix(reader, out),
            Kind::Cicp => numbers::cicp(reader, out),
            Kind::Curve => curve::curve(reader, out),
            Kind::Lut(direction) => {
                let channels = direction.channels(header)?;
                match &reader.clone().type_signature()? {
                    b"mAB " if direction == Direction::ToPcs => lut_ab::lut_ab(reader, channels, out),
                    b"mBA " if direction != Direction::ToPcs => lut_ab::lut_ab(reader, channels, out),
                    _ => lut::lut(reader, channels, out),
                }
            }
            Kind::Elements(direction) => mpe::elements(reader, direction.channels(header)?, out),
        }
    }

    /// Whether a picture looks other than it should when this tag is there and
    /// cannot be read: colour engines then use the profile not at all, rather than
    /// what else is in it.
    pub(super) fn decides_looks(&self) -> bool {
        match self.kind {
            Kind::Curve | Kind::Lut(Direction::ToPcs) | Kind::Elements(Direction::ToPcs) => true,
            Kind::Xyz => self.signature.ends_with(b"XYZ"),
            Kind::Matrix | Kind::Cicp | Kind::Lut(_) | Kind::Elements(_) => false,
        }
    }

    /// Whether this tag alone says how to get from the device to the connection space.
    pub(super) fn is_table_to_pcs(&self) -> bool {
        matches!(self.kind, Kind::Lut(Direction::ToPcs) | Kind::Elements(Direction::ToPcs))
    }
}

impl Direction {
    fn channels(self, header: &Header) -> Option<Channels> {
        let device = header.channels()?;
        Some(match self {
            Self::ToPcs => Channels { inputs: device, outputs: 3 },
            Self::FromPcs => Channels { inputs: 3, outputs: device },
            Self::Gamut => Channels { inputs: 3, outputs: 1 },
        })
    }
}

//! The seven ways to turn a picture: what EXIF's orientations 2 to 8 ask for.

/// A way to turn a picture. The names say what is done to it, clockwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transform {
    /// Mirror left and right.
    FlipH,
    /// Turn by 180 degrees.
    Rotate180,
    /// Mirror top and bottom.
    FlipV,
    /// Mirror along the diagonal from the upper left.
    Transpose,
    /// Turn by 90 degrees clockwise.
    Rotate90,
    /// Mirror along the diagonal from the upper right.
    Transverse,
    /// Turn by 270 degrees clockwise.
    Rotate270,
}

impl Transform {
    /// What makes a picture with this EXIF orientation upright; `None` when
    /// it is already (1), or when the number means nothing.
    pub(crate) fn for_orientation(orientation: u8) -> Option<Self> {
        match orientation {
            2 => Some(Self::FlipH),
            3 => Some(Self::Rotate180),
            4 => Some(Self::FlipV),
            5 => Some(Self::Transpose),
            6 => Some(Self::Rotate90),
            7 => Some(Self::Transverse),
            8 => Some(Self::Rotate270),
            _ => None,
        }
    }

    /// Whether the right edge of the picture moves away from the right: columns
    /// come in reverse.
    pub(crate) fn moves_right_edge(self) -> bool {
        matches!(self, Self::FlipH | Self::Rotate270 | Self::Transverse | Self::Rotate180)
    }

    /// Whether the lower edge of the picture moves away from the bottom: rows
    /// come in reverse.
    pub(crate) fn moves_lower_edge(self) -> bool {
        matches!(self, Self::FlipV | Self::Rotate90 | Self::Transverse | Self::Rotate180)
    }

    /// Whether, after that, columns become rows.
    pub(crate) fn transposes(self) -> bool {
        matches!(self, Self::Transpose | Self::Rotate90 | Self::Transverse | Self::Rotate270)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orientations_have_their_transform() {
        for orientation in [0, 1, 9] {
            assert_eq!(Transform::for_orientation(orientation), None);
        }
    }
}

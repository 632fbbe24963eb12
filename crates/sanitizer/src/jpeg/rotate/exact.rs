//! Which pictures can be turned exactly, and which parts of the others.

use crate::{
    jpeg::frame::{Component, Frame},
    transform::Transform,
};

/// Whether `transform` keeps every pixel: the edges that it moves are made of
/// whole MCUs. The same rule as `jpegtran -perfect`.
pub(in crate::jpeg) fn is_exact(frame: &Frame, transform: Transform) -> bool {
    is_exact_part(frame, transform, (frame.width, frame.height))
}

/// The same for a part of the picture that begins in its upper left.
pub(super) fn is_exact_part(frame: &Frame, transform: Transform, (width, height): (u16, u16)) -> bool {
    let (mcu_width, mcu_height) = mcu_size(&frame.components);
    let whole = |length: u16, mcu: u16| mcu != 0 && length.is_multiple_of(mcu);
    (!transform.moves_right_edge() || whole(width, mcu_width))
        && (!transform.moves_lower_edge() || whole(height, mcu_height))
}

/// The size of the part that can be turned exactly: without partial blocks at
/// an edge that moves, as `jpegtran -trim` does it.
pub(in crate::jpeg) fn trimmed(frame: &Frame, transform: Transform) -> (u16, u16) {
    let (mcu_width, mcu_height) = mcu_size(&frame.components);
    let cut = |is_moved: bool, length: u16, mcu: u16| if is_moved { length - length % mcu } else { length };
    (
        cut(transform.moves_right_edge(), frame.width, mcu_width),
        cut(transform.moves_lower_edge(), frame.height, mcu_height),
    )
}

/// The same for a picture and another one that is stretched over it: parts
/// that lie over each other as the wholes do. `None` when there are none, which is where
/// one is no whole number of times as large as the other.
pub(in crate::jpeg) fn trimmed_pair(
    base: &Frame,
    over: &Frame,
    transform: Transform,
) -> Option<((u16, u16), (u16, u16))> {
    let (base_mcu, over_mcu) = (mcu_size(&base.components), mcu_size(&over.components));
    let pair = |is_moved: bool, (base, base_mcu): (u16, u16), (over, over_mcu): (u16, u16)| {
        if !is_moved || base.is_multiple_of(base_mcu) && over.is_multiple_of(over_mcu) {
            return Some((base, over));
        }
        let ratio = base.checked_div(over).filter(|ratio| ratio.checked_mul(over) == Some(base))?;
        let mut steps = (1..=base / base_mcu).map(|count| count * base_mcu);
        let step =
            steps.find(|step| step.is_multiple_of(ratio) && (step / ratio).is_multiple_of(over_mcu))?;
        let base = base - base % step;
        Some((base, base / ratio))
    };
    let (right, lower) = (transform.moves_right_edge(), transform.moves_lower_edge());
    let (width, over_width) = pair(right, (base.width, base_mcu.0), (over.width, over_mcu.0))?;
    let (height, over_height) = pair(lower, (base.height, base_mcu.1), (over.height, over_mcu.1))?;
    Some(((width, height), (over_width, over_height)))
}

/// The size of an MCU in pixels. The sampling factors of a lone component mean nothing.
fn mcu_size(components: &[Component]) -> (u16, u16) {
    if components.len() == 1 {
        return (8, 8);
    }
    let h = components.iter().map(|component| component.h).max().unwrap_or(0);
    let v = components.iter().map(|component| component.v).max().unwrap_or(0);
    (8 * u16::from(h), 8 * u16::from(v))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(width: u16, height: u16, sampling: &[u8]) -> Frame {
        let components = sampling.iter().zip(1..).map(|(&hv, id)| Component { id, h: hv >> 4, v: hv & 15 });
        Frame { sof: 0xC0, precision: 8, width, height, components: components.collect() }
    }

    #[test]
    fn phones_pictures_and_their_maps() {
        let pair = |(w, h), (mw, mh), transform| {
            let base = frame(w, h, &[0x22, 0x11, 0x11]);
            // The sampling factors of a lone component mean nothing.
            trimmed_pair(&base, &frame(mw, mh, &[0x22]), transform)
        };
        // A Pixel's picture alone could be turned so, but its map's columns are no whole blocks.
        let pixel = ((4080, 3072), (1020, 768));
        assert!(is_exact(&frame(4080, 3072, &[0x22, 0x11, 0x11]), Transform::Rotate270));
        assert_eq!(pair(pixel.0, pixel.1, Transform::Rotate270), Some(((4064, 3072), (1016, 768))));
        assert_eq!(pair(pixel.0, pixel.1, Transform::Rotate90), Some(pixel));
        // An iPhone's of 24 megapixels loses rows from both.
        assert_eq!(pair((5712, 4284), (2856, 2142), Transform::Rotate90), Some(((5712, 4272), (2856, 2136))));
        assert_eq!(pair((403, 302), (512, 384), Transform::FlipH), None);
        assert_eq!(pair((65535, 1), (1, 1), Transform::FlipH), None);
        assert_eq!(pair((8, 8), (2, 2), Transform::Rotate180), None);
    }

    #[test]
    fn what_is_left_is_exact() {
        for width in 1..70 {
            for ratio in 1..5 {
                for transform in [Transform::FlipH, Transform::FlipV, Transform::Rotate180] {
                    let (base, over) = (
                        frame(width * ratio, width * ratio, &[0x21, 0x11, 0x11]),
                        frame(width, width, &[0x11]),
                    );
                    let Some((part, over_part)) = trimmed_pair(&base, &over, transform) else { continue };
                    assert!(is_exact_part(&base, transform, part));
                    assert!(is_exact_part(&over, transform, over_part));
                    assert_eq!(part, (over_part.0 * ratio, over_part.1 * ratio));
                    assert!(is_exact_part(&base, transform, trimmed(&base, transform)));
                }
            }
        }
    }
}

//! Colour tables, and which of their colours pixels can name.

use super::walk::{EXTENSION, IMAGE};

/// The length of a colour table, by the packed fields of its descriptor.
pub(super) fn colors_len(packed: u8) -> usize {
    if packed & 0x80 == 0 { 0 } else { 3 << ((packed & 7) + 1) }
}

/// How many colours of the screen the pixels of the images from `at` on can
/// name: 0 when each has its own. Damage is found later, by the walk.
pub(super) fn global_colors(input: &[u8], mut at: usize) -> usize {
    let mut most = 0;
    loop {
        match input.get(at) {
            Some(&EXTENSION) => at += 2,
            Some(&IMAGE) => {
                let Some(&packed) = input.get(at + 9) else { return most };
                at += 10 + colors_len(packed);
                let Some(&min_size) = input.get(at) else { return most };
                if packed & 0x80 == 0 {
                    most = most.max(1 << min_size.min(8));
                }
                at += 1;
            }
            _ => return most,
        }
        // Sub-blocks.
        while let Some(&length @ 1..) = input.get(at) {
            at += 1 + usize::from(length);
        }
        at += 1;
    }
}

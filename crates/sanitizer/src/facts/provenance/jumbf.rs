//! Boxes of JUMBF (ISO/IEC 19566-5): a box of type `jumb` holds a description, `jumd`, and then contents or more
//! such boxes.

use memchr::memmem;

/// Boxes that are looked at; a manifest of an edited picture has some hundred.
const BOX_LIMIT: usize = 4096;
/// Boxes nested deeper than this are not looked at.
const DEPTH_LIMIT: usize = 16;
/// The UUID of the type, and a byte of flags, stand in front of a label.
const BEFORE_LABEL: usize = 17;
/// The flag that there is a label.
const HAS_LABEL: u8 = 2;

/// What a box holds.
pub(super) struct Content<'a> {
    pub(super) kind: [u8; 4],
    /// The label of the box that it is in.
    pub(super) label: &'a [u8],
    pub(super) data: &'a [u8],
}

/// The contents of all boxes, in order. Those that cannot be read are left out.
pub(super) fn contents(bytes: &[u8]) -> Vec<Content<'_>> {
    let start = memmem::find(bytes, b"jumb").and_then(|at| at.checked_sub(4));
    let mut found = Vec::new();
    // What is left of each box that is open, and its label: no recursion.
    let mut open: Vec<(&[u8], &[u8])> = vec![(start.map_or(&[], |start| &bytes[start..]), b"")];
    let mut seen = 0;
    loop {
        let depth = open.len();
        let Some((rest, label)) = open.last_mut() else { return found };
        let Some((kind, data, after)) = split(rest).filter(|_| seen < BOX_LIMIT) else {
            open.pop();
            continue;
        };
        seen += 1;
        *rest = after;
        match &kind {
            b"jumb" if depth < DEPTH_LIMIT => open.push((data, b"")),
            b"jumb" => {}
            b"jumd" => *label = label_of(data),
            _ => found.push(Content { kind, label, data }),
        }
    }
}

/// Type and data of the first box, and what is behind it.
fn split(bytes: &[u8]) -> Option<([u8; 4], &[u8], &[u8])> {
    let (head, rest) = bytes.split_first_chunk::<8>()?;
    let [l0, l1, l2, l3, kind @ ..] = *head;
    let (data, after) = match u32::from_be_bytes([l0, l1, l2, l3]) {
        // To the end of what it is in.
        0 => (rest, &[][..]),
        1 => {
            let (len, rest) = rest.split_first_chunk::<8>()?;
            rest.split_at_checked(usize::try_from(u64::from_be_bytes(*len).checked_sub(16)?).ok()?)?
        }
        len => rest.split_at_checked((len as usize).checked_sub(8)?)?,
    };
    Some((kind, data, after))
}

fn label_of(description: &[u8]) -> &[u8] {
    let has_label = description.get(BEFORE_LABEL - 1).is_some_and(|flags| flags & HAS_LABEL != 0);
    let label = description.get(BEFORE_LABEL..).filter(|_| has_label).unwrap_or_default();
    label.split(|byte| *byte == 0).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{boxed, labelled};
    use super::*;

    #[test]
    fn contents_are_found_with_the_labels_of_their_boxes() {
        let inner = labelled("inner", &boxed(b"cbor", b"1"));
        let long = [&1_u32.to_be_bytes()[..], b"json", &18_u64.to_be_bytes(), b"22"].concat();
        let last = [&0_u32.to_be_bytes()[..], b"bidb", b"333"].concat();
        let file = labelled("outer", &[inner, long, last].concat());
        let found: Vec<_> = contents(&file).into_iter().map(|one| (one.kind, one.label, one.data)).collect();
        assert_eq!(
            found,
            [(*b"cbor", &b"inner"[..], &b"1"[..]), (*b"json", b"outer", b"22"), (*b"bidb", b"outer", b"333")]
        );
    }

    #[test]
    fn hostile_boxes_end_quickly() {
        let nested = (0..1000).fold(Vec::new(), |inner, _| boxed(b"jumb", &inner));
        assert!(contents(&nested).is_empty());
        assert!(contents(&b"\0\0\0\x08jumb".repeat(100_000)).is_empty());
        assert!(contents(&boxed(b"jumb", &boxed(b"cbor", b"").repeat(100_000))).len() <= BOX_LIMIT);
        for bytes in [&b""[..], b"jumb", b"\0\0\0\x01jumb", b"\0\0\0\x07jumb", b"\xFF\xFF\xFF\xFFjumb"] {
            assert!(contents(bytes).is_empty());
        }
    }
}

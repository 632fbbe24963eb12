//! XMP in an application extension (XMP specification, part 3, 1.1.2). The packet stands there as it is, not in
//! sub-blocks; readers that take its bytes for lengths land in the bytes behind it, whichever way they come,
//! and these lead all of them to the end.

/// The introducer, the label, the name of the application.
const HEAD: &[u8; 14] = b"\x21\xFF\x0BXMP DataXMP";

/// The packet in an extension.
pub(super) fn packet(extension: &[u8]) -> &[u8] {
    let rest = extension.get(HEAD.len()..).unwrap_or_default();
    if let Some(packet) = rest.strip_suffix(&tail()) {
        return packet;
    }
    // Some writers put other bytes behind it.
    let end = memchr::memmem::rfind(rest, META_END).map_or(0, |last| last + META_END.len());
    &rest[..end]
}

/// How the root element of a packet ends.
const META_END: &[u8] = b"meta>";

/// The bytes behind a packet, each of which is the distance to the last.
fn tail() -> [u8; 258] {
    let mut tail = [0; 258];
    tail[0] = 1;
    for (byte, distance) in tail[1..257].iter_mut().zip((0..=255).rev()) {
        *byte = distance;
    }
    tail
}

/// The extension of a packet.
pub(super) fn encode(packet: &str) -> Vec<u8> {
    [HEAD, packet.as_bytes(), &tail()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_ends_where_it_says() {
        for len in 0..600 {
            let text = format!("<a>{}\u{10FFFD}</a>", "é".repeat(len));
            let extension = encode(&text);
            assert_eq!(packet(&extension), text.as_bytes());
            // As a reader goes that knows nothing of XMP.
            let mut at = HEAD.len();
            while extension[at] != 0 {
                at += 1 + usize::from(extension[at]);
            }
            assert_eq!(at + 1, extension.len(), "{len}");
        }
        assert_eq!(packet(&[HEAD, &b"<x:xmpmeta></x:xmpmeta>\0"[..]].concat()), b"<x:xmpmeta></x:xmpmeta>");
        assert_eq!(packet(HEAD), b"");
        assert_eq!(packet(b""), b"");
    }
}

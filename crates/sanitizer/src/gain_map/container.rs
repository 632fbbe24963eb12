//! Google's container, as Ultra HDR uses it: properties in the base picture's
//! XMP that list the pictures and videos which stand one behind the other.

use memchr::memmem;

use super::hdrgm;
use super::xmp::{Packet, Vocabulary};

/// Where the gain map starts, counted from the end of the base picture;
/// `None` when the directory does not say.
pub(crate) fn gain_map_offset(packet: &Packet) -> Option<usize> {
    let attribute = |item: &[(String, String)], name: &str| {
        let mut found = item.iter().filter(|(key, _)| key == name);
        let value = found.next().map(|(_, value)| value.clone());
        if found.next().is_some() { None } else { value }
    };
    let number = |item: &[(String, String)], name| {
        attribute(item, name).map_or(Some(0), |value| value.parse::<usize>().ok())
    };
    let (first, others) = packet.items.split_first()?;
    let mut offset = number(first, "Padding")?;
    for item in others {
        if attribute(item, "Semantic")? == "GainMap" {
            return Some(offset);
        }
        offset = offset.checked_add(number(item, "Length")?)?.checked_add(number(item, "Padding")?)?;
    }
    None
}

/// Whether a packet may hold a directory; told without reading it.
pub(crate) fn may_be_listed(packet: &[u8]) -> bool {
    memmem::find(packet, Vocabulary::Container.uri().as_bytes()).is_some()
}

/// The packet of a base picture with a gain map of `len` bytes right behind it. `description` is what else
/// the packet says: a picture has but one.
pub(crate) fn write(len: usize, description: &str) -> String {
    let item = |attributes: &str| {
        format!("<rdf:li rdf:parseType=\"Resource\"><Container:Item Item:{attributes}/></rdf:li>")
    };
    hdrgm::wrap(&format!(
        "<rdf:Description rdf:about=\"\" xmlns:hdrgm=\"{}\" xmlns:Container=\"{}\" xmlns:Item=\"{}\" \
         hdrgm:Version=\"1.0\"><Container:Directory><rdf:Seq>{}{}</rdf:Seq></Container:Directory></rdf:Description>{description}",
        Vocabulary::Hdrgm.uri(),
        Vocabulary::Container.uri(),
        Vocabulary::ContainerItem.uri(),
        item("Semantic=\"Primary\" Item:Mime=\"image/jpeg\""),
        item(&format!("Semantic=\"GainMap\" Item:Mime=\"image/jpeg\" Item:Length=\"{len}\"")),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offset(items: &[&str]) -> Option<usize> {
        let items: String =
            items.iter().map(|item| format!("<rdf:li><Container:Item {item}/></rdf:li>")).collect();
        let packet = write(1, "");
        let (before, rest) = packet.split_once("<rdf:li").unwrap();
        let (_, after) = rest.rsplit_once("</rdf:li>").unwrap();
        gain_map_offset(&Packet::read([before, &items, after].concat().as_bytes()).unwrap())
    }

    #[test]
    fn what_is_written_is_read() {
        let packet = Packet::read(write(1234, "").as_bytes()).unwrap();
        assert!(hdrgm::is_named(&packet));
        assert_eq!(gain_map_offset(&packet), Some(0));
        assert_eq!(packet.items[1][2], ("Length".into(), "1234".into()));
    }

    #[test]
    fn padding_and_what_stands_before_the_map_are_skipped() {
        let primary = "Item:Semantic='Primary' Item:Padding='7'";
        assert_eq!(offset(&[primary, "Item:Semantic='GainMap'"]), Some(7));
        assert_eq!(
            offset(&[primary, "Item:Semantic='Depth' Item:Length='9'", "Item:Semantic='GainMap'"]),
            Some(16)
        );
        assert_eq!(offset(&[primary, "Item:Semantic='MotionPhoto' Item:Length='9'"]), None);
        assert_eq!(offset(&["Item:Semantic='GainMap'"]), None);
        assert_eq!(offset(&[]), None);
    }

    #[test]
    fn numbers_that_are_none_or_wrap_lead_nowhere() {
        let map = "Item:Semantic='GainMap'";
        assert_eq!(offset(&["Item:Padding='-1'", map]), None);
        assert_eq!(
            offset(&["Item:Padding='18446744073709551615'", "Item:Semantic='a' Item:Length='1'", map]),
            None
        );
        assert_eq!(offset(&["Item:Padding='1' Item:Padding='2'", map]).unwrap_or(0), 0);
    }
}

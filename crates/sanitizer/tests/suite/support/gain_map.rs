//! Builds JPEG pictures with an HDR gain map, as each kind of writer does, and
//! says what a clean one must be, to the byte.

use testkit::jpeg::{CANARY, markers, segment};

pub(crate) const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
pub(crate) const ISO: &[u8] = b"urn:iso:std:iso:ts:21496:-1\0";

/// A file of two pictures, before it is put together.
#[derive(Clone)]
pub(crate) struct Pair {
    pub(crate) base: Vec<u8>,
    pub(crate) map: Vec<u8>,
    pub(crate) base_segments: Vec<Vec<u8>>,
    pub(crate) map_segments: Vec<Vec<u8>>,
    pub(crate) has_index: bool,
    pub(crate) between: Vec<u8>,
    pub(crate) behind: Vec<u8>,
}

impl Pair {
    pub(crate) fn new(base: Vec<u8>, map: Vec<u8>) -> Self {
        let none = Vec::new;
        Self {
            base,
            map,
            base_segments: none(),
            map_segments: none(),
            has_index: true,
            between: Vec::new(),
            behind: Vec::new(),
        }
    }

    /// As phones write it: all ways to tell of a map at once.
    pub(crate) fn of_phone(base: Vec<u8>, map: Vec<u8>) -> Self {
        let mut pair = Self::new(base, map);
        pair.map_segments = vec![xmp(&hdrgm(PHONE)), iso(&fields(PHONE_FIELDS))];
        pair.base_segments =
            vec![container(pair.map_file().len(), 0), segment(0xE2, &[ISO, &[0; 4]].concat())];
        pair
    }

    pub(crate) fn map_file(&self) -> Vec<u8> {
        [&[0xFF, 0xD8][..], &self.map_segments.concat(), &self.map[2..]].concat()
    }

    pub(crate) fn file(&self) -> Vec<u8> {
        let mut front = [&[0xFF, 0xD8][..], &self.base_segments.concat()].concat();
        let map = self.map_file();
        let rest = &self.base[2..];
        if self.has_index {
            let structure = front.len() + 8;
            let len = front.len() + index(&[0, 0]).len() + rest.len();
            front.extend(index(&[0, len + self.between.len() - structure]));
        }
        [&front, rest, &self.between, &map, &self.behind].concat()
    }
}

/// An index of pictures in little endian, with unique ids that are the canary.
pub(crate) fn index(offsets: &[usize]) -> Vec<u8> {
    let mut content = b"MPF\0II\x2A\0\x08\0\0\0\x03\0\0\xB0\x07\0\x04\0\0\x000100\x02\xB0\x07\0".to_vec();
    content.extend((16 * offsets.len() as u32).to_le_bytes());
    content.extend(b"\x32\0\0\0\x03\xB0\x07\0\x0A\0\0\0");
    content.extend((50 + 16 * offsets.len() as u32).to_le_bytes());
    content.extend([0; 4]);
    for offset in offsets {
        content.extend([0, 0, 3, 0x20, 1, 2, 3, 4]);
        content.extend((*offset as u32).to_le_bytes());
        content.extend([7; 4]);
    }
    content.extend(CANARY);
    segment(0xE2, &content)
}

pub(crate) fn xmp(packet: &str) -> Vec<u8> {
    segment(0xE1, &[XMP, packet.as_bytes()].concat())
}

pub(crate) fn iso(fields: &[u8]) -> Vec<u8> {
    segment(0xE2, &[ISO, fields].concat())
}

/// A packet with the canary, and what phones say of their map.
pub(crate) const PHONE: &str = r#" hdrgm:GainMapMin="-0.25" hdrgm:GainMapMax="2.30000021" hdrgm:Gamma="1.5" hdrgm:OffsetSDR="0.015625"
    hdrgm:OffsetHDR="0.015625" hdrgm:HDRCapacityMin="0.0" hdrgm:HDRCapacityMax="2.3" hdrgm:BaseRenditionIsHDR="False""#;
pub(crate) const PHONE_FIELDS: [(i32, u32); 7] =
    [(0, 1), (23, 10), (-1, 4), (4_600_000, 2_000_000), (3, 2), (1, 64), (1, 64)];

pub(crate) fn description(attributes: &str, elements: &str) -> String {
    format!(
        r#"<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="LEAKCANARY">
        <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="LEAKCANARY"
        xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" xmlns:Container="http://ns.google.com/photos/1.0/container/"
        xmlns:apdi="http://ns.apple.com/pixeldatainfo/1.0/" xmlns:HDRGainMap="http://ns.apple.com/HDRGainMap/1.0/"
        xmlns:Item="http://ns.google.com/photos/1.0/container/item/" {attributes}>{elements}</rdf:Description></rdf:RDF>
        </x:xmpmeta><!-- LEAKCANARY -->    <?xpacket end="w"?>"#
    )
}

pub(crate) fn hdrgm(attributes: &str) -> String {
    description(&format!(r#"hdrgm:Version="1.0"{attributes}"#), "")
}

/// The base's packet, for a map of `len` bytes behind `padding`.
pub(crate) fn container(len: usize, padding: usize) -> Vec<u8> {
    let item = |attributes: &str| {
        format!(r#"<rdf:li rdf:parseType="Resource"><Container:Item {attributes}/></rdf:li>"#)
    };
    let items = [
        item(&format!(r#"Item:Semantic="Primary" Item:Mime="image/jpeg" Item:Padding="{padding}""#)),
        item(&format!(r#"Item:Semantic="GainMap" Item:Mime="image/jpeg" Item:Length="{len}""#)),
    ];
    let directory =
        format!("<Container:Directory><rdf:Seq>{}</rdf:Seq></Container:Directory>", items.concat());
    xmp(&description(r#"hdrgm:Version="1.0""#, &directory))
}

/// Fields of ISO 21496-1, with bits and bytes that mean nothing.
pub(crate) fn fields(fractions: [(i32, u32); 7]) -> Vec<u8> {
    let mut out = vec![0, 0, 0, 9, 0x41];
    for (numerator, denominator) in fractions {
        out.extend(numerator.to_be_bytes());
        out.extend(denominator.to_be_bytes());
    }
    out.extend(CANARY);
    out
}

/// The two pictures of a clean file. There is nothing else in it.
pub(crate) fn split(file: &[u8]) -> (&[u8], &[u8]) {
    let end = |file: &[u8]| markers(file).last().unwrap().2;
    let (base, map) = file.split_at(end(file));
    assert_eq!(end(map), map.len(), "nothing stands behind the map");
    (base, map)
}

/// A picture's application segments and comments, and everything else of it.
pub(crate) fn parts(picture: &[u8]) -> (Vec<&[u8]>, Vec<u8>) {
    let (mut segments, mut coded, mut from) = (Vec::new(), Vec::new(), 0);
    for (marker, start, end) in markers(picture) {
        coded.extend(&picture[from..start]);
        from = start;
        if matches!(marker, 0xE0..=0xEF | 0xFE) {
            segments.push(&picture[start..end]);
            from = end;
        }
    }
    coded.extend(&picture[from..]);
    (segments, coded)
}

/// The numbers of a clean file in millionths: headrooms, then five for each channel.
pub(crate) fn numbers(file: &[u8]) -> (u8, Vec<i32>) {
    let (_, map) = split(file);
    let (segments, _) = parts(map);
    let name = [&[0xFF, 0xE2, 0][..], &[segments.iter().find(|s| s[4..].starts_with(ISO)).unwrap()[3]], ISO]
        .concat();
    let fields = segments.iter().find_map(|segment| segment.strip_prefix(&name[..])).unwrap();
    assert_eq!(fields[..4], [0; 4], "versions");
    let numbers = fields[5..].chunks(8).map(|fraction| {
        assert_eq!(fraction[4..], 1_000_000_u32.to_be_bytes());
        i32::from_be_bytes(fraction[..4].try_into().unwrap())
    });
    (fields[4], numbers.collect())
}

/// Asserts that a clean file is what its coded data and these numbers make of
/// it, and nothing more. The writer in this test shares no line with the one it tests.
pub(crate) fn assert_template(file: &[u8]) {
    let (flags, numbers) = numbers(file);
    assert_eq!(flags & 0x3F, 0);
    assert_eq!(numbers.len(), if flags & 0x80 == 0 { 7 } else { 17 });
    let (base, map) = split(file);
    let (base_segments, _) = parts(base);
    let (map_segments, _) = parts(map);

    let mut fields = vec![0, 0, 0, 0, flags];
    for number in &numbers {
        fields.extend(number.to_be_bytes());
        fields.extend([0, 0x0F, 0x42, 0x40]);
    }
    let decimal = |number: i32| format!("{}", f64::from(number) / 1e6);
    let is_base_hdr = numbers[0] > numbers[1];
    let (mut attributes, mut elements) = (String::new(), String::new());
    let (sdr, hdr) = if is_base_hdr { (4, 3) } else { (3, 4) };
    for (name, at) in
        [("GainMapMin", 0), ("GainMapMax", 1), ("Gamma", 2), ("OffsetSDR", sdr), ("OffsetHDR", hdr)]
    {
        if flags & 0x80 == 0 {
            attributes += &format!(" hdrgm:{name}=\"{}\"", decimal(numbers[2 + at]));
        } else {
            let li = |c: usize| format!("<rdf:li>{}</rdf:li>", decimal(numbers[2 + 5 * c + at]));
            elements +=
                &format!("<hdrgm:{name}><rdf:Seq>{}{}{}</rdf:Seq></hdrgm:{name}>", li(0), li(1), li(2));
        }
    }
    let (low, high) = (numbers[0].min(numbers[1]), numbers[0].max(numbers[1]));
    attributes +=
        &format!(" hdrgm:HDRCapacityMin=\"{}\" hdrgm:HDRCapacityMax=\"{}\"", decimal(low), decimal(high));
    attributes += &format!(" hdrgm:BaseRenditionIsHDR=\"{}\"", if is_base_hdr { "True" } else { "False" });
    let open = "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
        <rdf:Description rdf:about=\"\" xmlns:hdrgm=\"http://ns.adobe.com/hdr-gain-map/1.0/\"";
    let close = "</rdf:Description></rdf:RDF></x:xmpmeta>";
    let of_map = xmp(&format!("{open} hdrgm:Version=\"1.0\"{attributes}>{elements}{close}"));
    let of_base = xmp(&format!(
        "{open} xmlns:Container=\"http://ns.google.com/photos/1.0/container/\" \
         xmlns:Item=\"http://ns.google.com/photos/1.0/container/item/\" hdrgm:Version=\"1.0\"><Container:Directory>\
         <rdf:Seq><rdf:li rdf:parseType=\"Resource\"><Container:Item Item:Semantic=\"Primary\" \
         Item:Mime=\"image/jpeg\"/></rdf:li><rdf:li rdf:parseType=\"Resource\"><Container:Item \
         Item:Semantic=\"GainMap\" Item:Mime=\"image/jpeg\" Item:Length=\"{}\"/></rdf:li></rdf:Seq>\
         </Container:Directory>{close}",
        map.len()
    ));
    let has_xmp = flags & 0x40 != 0;
    let is_adobe = |segment: &&[u8]| segment[1] == 0xEE && segment.len() == 16;
    let is_profile = |segment: &[u8]| segment[4..].starts_with(b"ICC_PROFILE\0");

    let mut expected: Vec<Vec<u8>> = Vec::new();
    expected.extend(has_xmp.then_some(of_map));
    expected.push(iso(&fields));
    let left: Vec<&[u8]> =
        map_segments.into_iter().filter(|s| !is_adobe(s) && (has_xmp || !is_profile(s))).collect();
    assert_eq!(left, expected, "the map's segments");

    // Where the index stands, from whose ninth byte it counts.
    let at =
        markers(base).into_iter().find(|&(_, start, _)| base[start + 4..].starts_with(b"MPF\0")).unwrap().1;
    let mut mpf =
        b"MPF\0MM\0\x2A\0\0\0\x08\0\x03\xB0\0\0\x07\0\0\0\x040100\xB0\x01\0\x04\0\0\0\x01\0\0\0\x02\
        \xB0\x02\0\x07\0\0\0\x20\0\0\0\x32\0\0\0\0\0\x03\0\0"
            .to_vec();
    mpf.extend((base.len() as u32).to_be_bytes());
    mpf.extend([0; 12]);
    mpf.extend((map.len() as u32).to_be_bytes());
    mpf.extend((base.len() as u32 - at as u32 - 8).to_be_bytes());
    mpf.extend([0; 4]);
    let mut expected: Vec<Vec<u8>> = Vec::new();
    expected.extend(has_xmp.then_some(of_base));
    expected.push(iso(&[0; 4]));
    expected.push(segment(0xE2, &mpf));
    let is_jfif = |s: &[u8]| s.len() == 18 && s[4..].starts_with(b"JFIF\0") && s[16..] == [0, 0];
    let is_tag = |s: &[u8]| s.len() == 36 && (1..=8).any(|o| s == testkit::jpeg::minimal_exif(o));
    let left: Vec<&[u8]> = base_segments
        .into_iter()
        .filter(|s| !is_adobe(s) && !is_jfif(s) && !is_tag(s) && !is_profile(s))
        .collect();
    assert_eq!(left, expected, "the base's segments");
}

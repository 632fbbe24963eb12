//! Builds HEIF files with coded data that is none: units of valid form, so that
//! every place in a file can hold a canary.

/// A box.
pub(crate) fn boxed(kind: &[u8; 4], payload: &[u8]) -> Vec<u8> {
    [&(payload.len() as u32 + 8).to_be_bytes()[..], kind, payload].concat()
}

/// A box with version and flags.
pub(crate) fn full(kind: &[u8; 4], version: u8, flags: u8, payload: &[u8]) -> Vec<u8> {
    boxed(kind, &[&[version, 0, 0, flags], payload].concat())
}

/// Parameter sets of HEVC as x265 writes them.
pub(crate) const VPS: &[u8] = b"\x0C\x01\xFF\xFF\x03\x70\0\0\x03\0\x90\0\0\x03\0\0\x03\0\x1E\xBA\x02\x40";
pub(crate) const SPS: &[u8] = b"\x01\x03\x70\0\0\x03\0\x90\0\0\x03\0\0\x03\0\x1E\xA0\x20\x81\x05\x96\xEA\
    \x49\x29\xAE\x6C\x08\0\0\x03\0\x08\0\0\x03\0\x08\x40";
pub(crate) const PPS: &[u8] = b"\xC1\x72\xB0\x22\x40";

/// A sequence header of AV1, of 64 x 64 pixels, and the first bits of a frame that is shown.
pub(crate) const SEQUENCE: &[u8] = b"\0\0\0\x42\xA8\x1F\x83\xF7\xFF\xE6\x01";
pub(crate) const FRAME: &[u8] = b"\x10FRAME";

/// A slice that begins a picture, of HEVC, after its length; or another NAL unit.
pub(crate) fn nal(kind: u8, payload: &[u8]) -> Vec<u8> {
    if matches!(kind, 16..=21) { unit(kind, &[b"\x80", payload].concat()) } else { unit(kind, payload) }
}

/// A NAL unit of HEVC after its length.
pub(crate) fn unit(kind: u8, payload: &[u8]) -> Vec<u8> {
    [&(payload.len() as u32 + 2).to_be_bytes()[..], &[kind << 1, 1], payload].concat()
}

/// An OBU of AV1.
pub(crate) fn obu(kind: u8, payload: &[u8]) -> Vec<u8> {
    [&[kind << 3 | 2, payload.len() as u8][..], payload].concat()
}

/// The configuration of HEVC with these NAL units (type, payload).
pub(crate) fn hvcc(units: &[(u8, &[u8])]) -> Vec<u8> {
    let mut config = vec![0; 23];
    config[0] = 1;
    for (at, reserved) in [(13, 0xF0), (15, 0xFC), (16, 0xFC), (17, 0xF8), (18, 0xF8)] {
        config[at] = reserved;
    }
    config[21] = 3;
    config[22] = units.len() as u8;
    for (kind, payload) in units {
        config.extend([0x80 | kind, 0, 1]);
        config.extend((payload.len() as u16 + 2).to_be_bytes());
        config.extend([kind << 1, 1]);
        config.extend(*payload);
    }
    config
}

/// Width and height.
pub(crate) fn ispe(width: u32, height: u32) -> Vec<u8> {
    [&[0; 4][..], &width.to_be_bytes(), &height.to_be_bytes()].concat()
}

/// The type of an auxiliary picture.
pub(crate) fn auxc(name: &str) -> Vec<u8> {
    [&[0; 4], name.as_bytes(), &[0]].concat()
}

pub(crate) const ALPHA: &str = "urn:mpeg:hevc:2015:auxid:1";

/// Where an item's data goes.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Place {
    Media,
    Inner,
}

#[derive(Clone)]
pub(crate) struct Item {
    pub id: u32,
    pub kind: [u8; 4],
    pub name: Vec<u8>,
    /// What follows the name.
    pub after_name: Vec<u8>,
    pub flags: u8,
    pub protection: u16,
    pub data: Vec<u8>,
    pub place: Place,
    /// Into how many extents the data is split, with bytes of `gap` in between.
    pub extents: usize,
    /// Places in the file's properties, counted from 1.
    pub properties: Vec<u8>,
    /// The construction method, when it is another than the place says.
    pub method: Option<u16>,
    pub data_reference: u16,
    /// Offset from the start of the media data, and length, instead of where the data is.
    pub claims: Option<(usize, usize)>,
}

impl Item {
    pub(crate) fn new(id: u32, kind: &[u8; 4], data: &[u8], properties: &[u8]) -> Self {
        Self {
            id,
            kind: *kind,
            name: Vec::new(),
            after_name: Vec::new(),
            flags: 0,
            protection: 0,
            data: data.to_vec(),
            place: Place::Media,
            extents: 1,
            properties: properties.to_vec(),
            method: None,
            data_reference: 0,
            claims: None,
        }
    }
}

#[derive(Clone)]
pub(crate) struct Heif {
    pub brands: Vec<[u8; 4]>,
    pub minor_version: [u8; 4],
    pub primary: u32,
    pub handler_name: Vec<u8>,
    pub items: Vec<Item>,
    /// 0x80 in the first byte of a kind would not be ASCII, so the flag stands apart.
    pub properties: Vec<([u8; 4], Vec<u8>)>,
    /// Numbers of properties that readers must understand.
    pub essential: Vec<u8>,
    pub references: Vec<([u8; 4], u32, Vec<u32>)>,
    /// Boxes in `meta` that we know nothing of.
    pub in_meta: Vec<u8>,
    /// Bytes between the pieces of data in `mdat`.
    pub gap: Vec<u8>,
    /// Boxes after `ftyp`.
    pub after_ftyp: Vec<u8>,
    /// Boxes and bytes after `mdat`.
    pub at_end: Vec<u8>,
}

impl Heif {
    pub(crate) fn item(&mut self, id: u32) -> &mut Item {
        self.items.iter_mut().find(|item| item.id == id).expect("the item is there")
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let ftyp = [&self.brands[0][..], &self.minor_version, &self.brands[..].concat()].concat();
        let mut out = boxed(b"ftyp", &ftyp);
        out.extend(&self.after_ftyp);
        let mut inner = Vec::new();
        let mut media = self.gap.clone();
        let placed: Vec<(Vec<(usize, usize)>, &Item)> = self
            .items
            .iter()
            .map(|item| {
                let data = if item.place == Place::Inner { &mut inner } else { &mut media };
                let size = item.data.len().div_ceil(item.extents).max(1);
                let extents = item.data.chunks(size).map(|part| {
                    let extent = (data.len(), part.len());
                    data.extend(part);
                    data.extend(&self.gap);
                    extent
                });
                (extents.collect(), item)
            })
            .collect();
        let media_start = out.len() + self.meta(&placed, &inner, 0).len() + 8;
        out.extend(self.meta(&placed, &inner, media_start));
        out.extend(boxed(b"mdat", &media));
        out.extend(&self.at_end);
        out
    }

    fn meta(&self, placed: &[(Vec<(usize, usize)>, &Item)], inner: &[u8], media_start: usize) -> Vec<u8> {
        let mut boxes = full(
            b"hdlr",
            0,
            0,
            &[b"\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0", &self.handler_name[..], b"\0"].concat(),
        );
        boxes.extend(boxed(
            b"dinf",
            &full(b"dref", 0, 0, &[&[0, 0, 0, 1][..], &full(b"url ", 0, 1, b"")].concat()),
        ));
        boxes.extend(full(b"pitm", 1, 0, &self.primary.to_be_bytes()));
        let mut entries = (self.items.len() as u32).to_be_bytes().to_vec();
        for item in &self.items {
            let entry = [
                &item.id.to_be_bytes()[..],
                &item.protection.to_be_bytes(),
                &item.kind,
                &item.name,
                b"\0",
                &item.after_name,
            ]
            .concat();
            entries.extend(full(b"infe", 3, item.flags, &entry));
        }
        boxes.extend(full(b"iinf", 1, 0, &entries));
        let mut references = Vec::new();
        for (kind, from, to) in &self.references {
            let to_bytes: Vec<u8> = to.iter().flat_map(|id| id.to_be_bytes()).collect();
            references.extend(boxed(
                kind,
                &[&from.to_be_bytes()[..], &(to.len() as u16).to_be_bytes(), &to_bytes].concat(),
            ));
        }
        boxes.extend(full(b"iref", 1, 0, &references));
        let container: Vec<u8> =
            self.properties.iter().flat_map(|(kind, payload)| boxed(kind, payload)).collect();
        let mut associations = (self.items.len() as u32).to_be_bytes().to_vec();
        for item in &self.items {
            associations.extend(item.id.to_be_bytes());
            associations.push(item.properties.len() as u8);
            let number = |number: &u8| number | u8::from(self.essential.contains(number)) << 7;
            associations.extend(item.properties.iter().map(number));
        }
        boxes.extend(boxed(
            b"iprp",
            &[boxed(b"ipco", &container), full(b"ipma", 1, 0, &associations)].concat(),
        ));
        boxes.extend(boxed(b"idat", inner));
        // 4-byte offsets, lengths and bases, 8-byte indices.
        let mut locations = [&[0x44, 0x48][..], &(placed.len() as u32).to_be_bytes()].concat();
        for (extents, item) in placed {
            let (method, base) = if item.place == Place::Inner { (1_u16, 0) } else { (0, media_start) };
            locations.extend(item.id.to_be_bytes());
            locations.extend(item.method.unwrap_or(method).to_be_bytes());
            locations.extend(item.data_reference.to_be_bytes());
            locations.extend((base as u32).to_be_bytes());
            locations.extend((extents.len() as u16).to_be_bytes());
            for (offset, length) in item.claims.iter().chain(extents).take(extents.len()) {
                locations.extend([0; 8]);
                locations.extend((*offset as u32).to_be_bytes());
                locations.extend((*length as u32).to_be_bytes());
            }
        }
        boxes.extend(full(b"iloc", 2, 0, &locations));
        boxes.extend(&self.in_meta);
        full(b"meta", 0, 0, &boxes)
    }
}

/// A HEIC laid out as phones do: a grid of two tiles with transparency, a
/// thumbnail, a gain map, EXIF, XMP, a turn. Metadata holds `CANARY`.
pub(crate) fn phone_heic() -> Heif {
    let exif = [
        &6_u32.to_be_bytes()[..],
        b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x0F\0\x02\0\0\0\x07\0\0\0\x1A\0\0\0\0CANARY\0",
    ]
    .concat();
    let xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF photoshop:City='CANARY'/></x:xmpmeta>";
    let mut xmp_item = Item::new(9, b"mime", xmp, &[]);
    xmp_item.after_name = b"application/rdf+xml\0".to_vec();
    let mut grid = Item::new(3, b"grid", &[0, 0, 0, 1, 0, 128, 0, 64], &[2, 4, 5]);
    grid.place = Place::Inner;
    let mut tiles = [
        Item::new(1, b"hvc1", &nal(20, b"TILE-ONE"), &[1, 3]),
        Item::new(2, b"hvc1", &nal(20, b"TILE-TWO"), &[1, 3]),
    ];
    tiles.iter_mut().for_each(|tile| tile.flags = 1);
    let [one, two] = tiles;
    Heif {
        brands: vec![*b"heic", *b"mif1", *b"MiHB", *b"miaf"],
        minor_version: [0; 4],
        primary: 3,
        handler_name: Vec::new(),
        items: vec![
            one,
            two,
            grid,
            Item::new(4, b"hvc1", &nal(20, b"ALPHA"), &[2, 6]),
            Item::new(5, b"hvc1", &nal(20, b"CANARY thumbnail"), &[1, 3]),
            Item::new(6, b"hvc1", &nal(20, b"CANARY gain map"), &[1, 3, 7]),
            Item::new(7, b"Exif", &exif, &[]),
            xmp_item,
        ],
        properties: vec![
            (*b"hvcC", hvcc(&[(32, VPS), (33, SPS), (34, PPS)])),
            (*b"ispe", ispe(128, 64)),
            (*b"ispe", ispe(64, 64)),
            (*b"irot", vec![1]),
            (*b"pixi", vec![0, 0, 0, 0, 3, 8, 8, 8]),
            (*b"auxC", auxc(ALPHA)),
            (*b"auxC", auxc("urn:com:apple:photo:2020:aux:hdrgainmap")),
        ],
        essential: vec![1, 4],
        references: vec![
            (*b"dimg", 3, vec![1, 2]),
            (*b"auxl", 4, vec![3]),
            (*b"thmb", 5, vec![3]),
            (*b"auxl", 6, vec![3]),
            (*b"cdsc", 7, vec![3]),
            (*b"cdsc", 9, vec![3]),
        ],
        in_meta: Vec::new(),
        gap: Vec::new(),
        after_ftyp: Vec::new(),
        at_end: Vec::new(),
    }
    .with_alpha_configured()
}

impl Heif {
    /// The transparency is coded as the tiles are.
    fn with_alpha_configured(mut self) -> Self {
        self.item(4).properties.insert(0, 1);
        self
    }
}

/// An AVIF with one coded picture, EXIF and XMP.
pub(crate) fn avif() -> Heif {
    let mut heif = phone_heic();
    let config = [&[0x81, 0, 0x0C, 0][..], &obu(1, SEQUENCE)].concat();
    heif.brands = vec![*b"avif", *b"mif1", *b"miaf"];
    heif.primary = 1;
    heif.items.retain(|item| [1, 7, 9].contains(&item.id));
    heif.properties = vec![(*b"av1C", config), (*b"ispe", ispe(64, 64)), (*b"ispe", ispe(64, 64))];
    heif.essential = vec![1];
    heif.references = vec![(*b"cdsc", 7, vec![1]), (*b"cdsc", 9, vec![1])];
    *heif.item(1) = Item::new(1, b"av01", &[obu(2, b""), obu(1, SEQUENCE), obu(6, FRAME)].concat(), &[1, 2]);
    heif
}

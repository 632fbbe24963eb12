#!/usr/bin/env python3
"""Makes the seeds of the fuzz targets: a small file of each kind, behind one
byte that chooses the options. Needs Pillow. Run from this folder; the result is
committed, so this is needed only to change it."""

import io
import pathlib
import struct

from PIL import Image, PngImagePlugin

from profiles import profiles

SEEDS = pathlib.Path("seeds")
SIZE = (40, 24)


def save(kind, name, content, choice=0):
    folder = SEEDS / kind
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(bytes([choice]) + content)


def picture(mode="RGB", size=SIZE):
    image = Image.new("RGB", size)
    image.putdata([((x * 7) % 256, (y * 11) % 256, (x * y) % 256) for y in range(size[1]) for x in range(size[0])])
    return image.convert(mode)


def encode(image, form, **options):
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def exif(orientation):
    entries = [(0x0112, 3, 1, struct.pack(">HH", orientation, 0)), (0x010F, 2, 4, b"Cam\0"), (0x8825, 4, 1, struct.pack(">I", 62))]
    entries.sort()
    block = b"MM\0*\0\0\0\x08" + struct.pack(">H", len(entries))
    for tag, kind, count, value in entries:
        block += struct.pack(">HHI", tag, kind, count) + value
    block += struct.pack(">I", 0)
    block = block.ljust(62, b"\0")
    gps = [(1, 2, 2, b"N\0\0\0"), (2, 5, 3, struct.pack(">I", 120)), (3, 2, 2, b"E\0\0\0"), (4, 5, 3, struct.pack(">I", 120))]
    block += struct.pack(">H", len(gps))
    for tag, kind, count, value in gps:
        block += struct.pack(">HHI", tag, kind, count) + value
    block += struct.pack(">I", 0)
    return block.ljust(120, b"\0") + struct.pack(">IIIIII", 48, 1, 51, 1, 30, 1)


XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="48,51.5N" exif:GPSLongitude="2,17.6E"/></rdf:RDF></x:xmpmeta>'
IPTC = b"8BIM\x04\x04\0\0\0\0\0\x0c\x1c\x02\x50\0\x07Ann Lee"

if SEEDS.exists():
    # What fuzzing found stays.
    for old in SEEDS.glob("*/*"):
        if not old.name.startswith("found-"):
            old.unlink()

save("jpeg", "grey", encode(picture("L", (8, 8)), "JPEG"), 0)
save("jpeg", "plain", encode(picture(), "JPEG"), 0)
save("jpeg", "sampled-444", encode(picture(), "JPEG", subsampling=0, quality=95), 0)
save("jpeg", "progressive", encode(picture(), "JPEG", progressive=True), 0)
save("jpeg", "restart", encode(picture(), "JPEG", restart_marker_blocks=2), 0)
save("jpeg", "cmyk", encode(picture("CMYK"), "JPEG"), 0)
for orientation in (2, 6, 7):
    block = b"Exif\0\0" + exif(orientation)
    save("jpeg", f"turned-{orientation}", encode(picture(size=(32, 32)), "JPEG", exif=block, comment=b"hello"), 0x40)
save("jpeg", "odd", encode(picture(size=(17, 9)), "JPEG", exif=b"Exif\0\0" + exif(8)), 0x04)

for path in sorted(pathlib.Path("../tests/data/jpeg").glob("arithmetic-*.jpg")):
    save("jpeg", path.stem, path.read_bytes(), 0)
tables = encode(picture(), "JPEG")
while (at := tables.find(b"\xff\xc4")) >= 0:
    tables = tables[:at] + tables[at + 2 + struct.unpack_from(">H", tables, at + 2)[0] :]
save("jpeg", "no-tables", tables, 0)

text = PngImagePlugin.PngInfo()
text.add_text("Author", "Ann")
text.add_text("Comment", "Bob" * 30, zip=True)
text.add_itxt("XML:com.adobe.xmp", XMP.decode())
for mode in ("1", "L", "LA", "P", "RGB", "RGBA"):
    save("png", mode.lower() if mode != "1" else "bits", encode(picture(mode), "PNG", pnginfo=text), 0x40)
save("png", "turned", encode(picture(), "PNG", exif=b"Exif\0\0" + exif(6)), 0)
frames = [picture(size=(12, 8)).rotate(90 * n) for n in range(3)]
save("png", "animated", encode(frames[0], "PNG", save_all=True, append_images=frames[1:], duration=50), 0)
save("gif", "plain", encode(picture("P"), "GIF", comment=b"hello"), 0)
save("gif", "animated", encode(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50, loop=0), 0)
save("webp", "lossy", encode(picture(), "WEBP", exif=exif(1), xmp=XMP), 0x40)
save("webp", "lossless", encode(picture(), "WEBP", lossless=True), 0)
save("webp", "alpha", encode(picture("RGBA"), "WEBP"), 0)
save("webp", "turned", encode(picture(), "WEBP", exif=exif(6)), 0x02)
save("webp", "animated", encode(frames[0], "WEBP", save_all=True, append_images=frames[1:], duration=50), 0)

for path in sorted(pathlib.Path("../tests/data/heif").rglob("*")):
    if path.suffix in (".heic", ".avif"):
        save("heif", path.name, path.read_bytes(), 0x40)

for path in sorted(pathlib.Path("../tests/data/gain_maps").iterdir()):
    if path.suffix in (".jpg", ".heic", ".avif"):
        save("jpeg" if path.suffix == ".jpg" else "heif", f"gain-map-{path.name}", path.read_bytes(), 0x40)
for name, content in profiles():
    save("icc", name, content, 0x40)



def boxed(kind, content):
    return struct.pack(">I4s", len(content) + 8, kind) + content


def labelled(label, *content):
    return boxed(b"jumb", boxed(b"jumd", bytes(16) + b"\3" + label + b"\0") + b"".join(content))


def maker_note(make, note):
    """EXIF of a camera of this make with this note, whose offsets may count from the block: the note is at 100."""
    block = b"II*\0\x08\0\0\0" + struct.pack("<H", 2)
    block += struct.pack("<HHII", 0x010F, 2, len(make) + 1, 60) + struct.pack("<HHII", 0x8769, 4, 1, 40) + bytes(4)
    block = block.ljust(40, b"\0") + struct.pack("<HHHII", 1, 0x927C, 7, len(note), 100) + bytes(4)
    return block.ljust(60, b"\0") + make.ljust(40, b"\0") + note


def directory(entries, at):
    heap = at + 2 + 12 * len(entries) + 4
    out, values = struct.pack("<H", len(entries)), b""
    for tag, value in entries:
        out += struct.pack("<HHII", tag, 2, len(value), heap + len(values))
        values += value
    return out + bytes(4) + values


CBOR = b"\xa3gactions\x81\xa2faction\x6bc2pa.editeddwhenj2024-05-01oclaim_generatoreAdobecalg\x66sha256"
RIGHTS = (
    b'<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description xmlns:d="http://purl.org/dc/elements/1.1/"'
    b' xmlns:x="http://ns.adobe.com/xap/1.0/rights/" x:WebStatement="https://a.b/c"><d:creator><r:Seq><r:li>Ann</r:li></r:Seq>'
    b'</d:creator><d:rights><r:Alt><r:li xml:lang="x-default">&#169; Ann</r:li></r:Alt></d:rights></r:Description></r:RDF>'
)
FACTS = {
    "exif": exif(6), "xmp": XMP, "iptc": IPTC, "text": b"made by Ann", "rights": RIGHTS,
    "manifest": labelled(
        b"c2pa",
        labelled(b"c2pa.actions", boxed(b"cbor", CBOR)),
        labelled(b"stds.exif", boxed(b"json", b'{"exif:GPSLatitude": "52,3N", "author": [{"name": "Ann"}]}')),
        labelled(b"c2pa.thumbnail.claim.jpeg", boxed(b"bidb", bytes(9))),
        labelled(b"c2pa.signature", boxed(b"cbor", b"\x06\x03\x55\x04\x03\x13\x03Ann\x18\x0f20240501123456Z")),
    ),
    "picture-info": b"[picture info]\r\nType=SR\r\nSerial#=#0001\r\nTimeDate=909698819\r\n",
    "ciff": b"II\x1a\0\0\0HEAPJPGM\0\0\x01\0" + bytes(8) + b"Ann\0" + struct.pack("<HHIII", 1, 0x0810, 4, 0, 4),
    "gopro": b"GoPro\0DEVC\0\x01\0\x10CASNc\x01\0\x04C321",
    "note-sony": maker_note(b"SONY", b"SONY DSC \0\0\0" + directory([(0x2031, b"67452301\0"), (0x9050, bytes(range(250)))], 112)),
    "note-canon": maker_note(b"Canon", directory([(0x09, b"Ann\0\0\0"), (0x96, b"HA0012345\0")], 100)),
    "note-olympus": maker_note(b"OLYMPUS", b"OLYMPUS\0II\3\0" + directory([(0x2010, directory([(0x101, b"BODY1\0")], 30))], 12)),
    "note-leica": maker_note(b"Leica Camera AG", b"LEICA\0\1\0" + directory([(0x500, b"SN-0123456\0")], 8)),
}
(SEEDS / "facts").mkdir()
for name, block in FACTS.items():
    (SEEDS / "facts" / name).write_bytes(block)

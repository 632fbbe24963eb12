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

(SEEDS / "facts").mkdir()
for name, block in {"exif": exif(6), "xmp": XMP, "iptc": IPTC, "text": b"made by Ann"}.items():
    (SEEDS / "facts" / name).write_bytes(block)

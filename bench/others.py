#!/usr/bin/env python3
"""What `sanitize` and other programs leave in pictures: one command, one table.

    bench/others.py [-v]

Each picture is made here and has one secret in one place: EXIF, XMP, a comment, bytes behind the end, and so on. Each
program cleans it, and the result is searched for the secret, as it stands and unpacked. Then the pixels are compared,
and whether the colour profile is still there and a photo that was held sideways still shows upright.

Needs Pillow and a build. Others are measured when they are there: exiftool, mat2, and sharp (`npm install sharp` in this
folder or above, or NODE_PATH). One that is missing is named. PROVISIONER names the program; by default the newest in
target/. -v names the pictures that leak.
"""

import io
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

from PIL import Image, ImageChops, ImageCms, ImageOps, ImageStat

ROOT = pathlib.Path(__file__).resolve().parent.parent
SECRET = b"SECRETofTHEpicture"
SHARP = """
const sharp = require('sharp');
sharp(process.argv[1]).rotate().keepIccProfile().toFile(process.argv[2]).catch(error => { console.error(error.message); process.exit(1); });
"""


# ---- pictures


def base(size=(640, 480)):
    """Something with colours and edges."""
    red = Image.linear_gradient("L").resize(size)
    green = Image.radial_gradient("L").resize(size)
    blue = red.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return Image.merge("RGB", (red, green, blue))


def saved(kind, **options):
    out = io.BytesIO()
    base().save(out, kind, **options)
    return out.getvalue()


def exif(orientation=1):
    """EXIF with a maker, a serial number and a position."""
    block = Image.Exif()
    block[0x010F], block[0x0112] = SECRET.decode(), orientation
    block.get_ifd(0x8769)[0xA431] = SECRET.decode()
    block.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 29.6), 3: "E", 4: (2.0, 17.0, 40.2)})
    return block


def profile():
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def segment(marker, payload):
    return bytes((0xFF, marker)) + struct.pack(">H", len(payload) + 2) + payload


def jpegs():
    plain = saved("JPEG", quality=88, subsampling=0)
    scans = saved("JPEG", quality=88, subsampling=0, progressive=True)
    xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + SECRET + b"</x:xmpmeta>"
    iptc = b"\x1c\x02\x50" + struct.pack(">H", len(SECRET)) + SECRET
    iptc += b"\0" * (len(iptc) % 2)
    photoshop = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(iptc)) + iptc
    second = scans.rindex(b"\xff\xda")
    behind = lambda extra: plain + extra
    after_soi = lambda extra: plain[:2] + extra + plain[2:]
    yield "EXIF", saved("JPEG", quality=88, subsampling=0, exif=exif())
    yield "XMP", after_soi(segment(0xE1, xmp))
    yield "IPTC", after_soi(segment(0xED, photoshop))
    yield "a comment", after_soi(segment(0xFE, SECRET))
    yield "a segment that nobody knows", after_soi(segment(0xEB, b"made up\0" + SECRET))
    yield "a second picture behind the end", behind(saved("JPEG", exif=exif()))
    yield "a video behind the end", behind(b"\0\0\0\x18ftypmp42" + SECRET * 9)
    yield "a zip behind the end", behind(b"PK\x03\x04" + SECRET * 9)
    yield "a comment between two scans", scans[:second] + segment(0xFE, SECRET) + scans[second:]
    yield "EXIF between two scans", scans[:second] + segment(0xE1, b"Exif\0\0" + SECRET) + scans[second:]
    yield "a comment before the end", plain[:-2] + segment(0xFE, SECRET) + plain[-2:]
    yield "more than a quantisation table needs", longer(plain, 0xDB)
    yield "more than the JFIF header needs", longer(plain, 0xE0)
    yield "a colour profile's description", saved("JPEG", quality=88, subsampling=0, icc_profile=telling_profile())


def longer(file, marker):
    """The segment with some bytes more, and a length that says so."""
    at = file.index(bytes((0xFF, marker)))
    end = at + 2 + struct.unpack(">H", file[at + 2:at + 4])[0]
    return file[:at] + segment(marker, file[at + 4:end] + SECRET) + file[end:]


def telling_profile():
    """A profile whose description, in UTF-16, is the secret, padded to its length."""
    whole = profile()
    text = "sRGB built-in".encode("utf-16-be")
    assert text in whole
    return whole.replace(text, SECRET.decode()[:13].encode("utf-16-be"))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pngs():
    plain = saved("PNG")
    before = plain.index(b"IDAT") - 4
    put = lambda kind, data: plain[:before] + chunk(kind, data) + plain[before:]
    yield "EXIF", saved("PNG", exif=exif())
    yield "text", put(b"tEXt", b"Comment\0" + SECRET)
    yield "packed text", put(b"zTXt", b"Comment\0\0" + zlib.compress(SECRET * 4))
    yield "XMP", put(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + SECRET)
    yield "a chunk that nobody knows", put(b"prVt", SECRET)
    yield "what a crop left behind the end", plain + SECRET * 9
    yield "bytes after the packed pixels", plain[:before] + more_idat(plain) + chunk(b"IEND", b"")


def more_idat(plain):
    """The pixels' stream, and something behind it in the same chunk."""
    at, data = plain.index(b"IDAT") - 4, b""
    while plain[at + 4:at + 8] == b"IDAT":
        length = struct.unpack(">I", plain[at:at + 4])[0]
        data += plain[at + 8:at + 8 + length]
        at += 12 + length
    return chunk(b"IDAT", data + SECRET)


def webps():
    plain = saved("WEBP", lossless=True, exif=Image.Exif())
    yield "EXIF", saved("WEBP", lossless=True, exif=exif())
    yield "XMP", saved("WEBP", lossless=True, xmp=SECRET)
    yield "a chunk that nobody knows", riff(extended(plain), b"prVt", SECRET)
    yield "bytes behind the end", plain + SECRET * 9


def extended(plain):
    """With the header that allows more chunks."""
    if plain[12:16] == b"VP8X":
        return plain
    width, height = base().size
    header = struct.pack("<I", 0) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + header + plain[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


def riff(file, kind, data):
    body = file[8:] + kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    return b"RIFF" + struct.pack("<I", len(body)) + body


# ---- programs


def programs():
    """Each with a function that cleans a file into another, or fails."""
    ours = os.environ.get("PROVISIONER")
    if not ours:
        built = [ROOT / "target" / kind / "provisioner" for kind in ("release", "debug")]
        built = sorted((path for path in built if path.exists()), key=lambda path: path.stat().st_mtime)
        ours = built[-1] if built else sys.exit("error: no build: cargo build")
    yield f"provisioner {version(ours, '--version').split()[-1]}", lambda a, b: run(ours, "sanitize", a, "-o", b)
    if shutil.which("exiftool"):
        number = version("exiftool", "-ver")
        yield f"exiftool {number} -all=", lambda a, b: run("exiftool", "-q", "-all=", a, "-o", b)
        keep = ["-all=", "--icc_profile:all", "-tagsfromfile", "@", "-orientation"]
        yield f"exiftool {number}, profile and orientation kept", lambda a, b: run("exiftool", "-q", *keep, a, "-o", b)
    else:
        print("skipped: exiftool is not installed")
    if shutil.which("mat2"):
        number = version("mat2", "--version").split()[-1]
        yield f"mat2 {number}", lambda a, b: mat2(a, b)
        yield f"mat2 {number} --lightweight", lambda a, b: mat2(a, b, "--lightweight")
    else:
        print("skipped: mat2 is not installed")
    ask = ["node", "-p", "require('sharp').versions.sharp"]
    sharp = subprocess.run(ask, capture_output=True, text=True, check=False) if shutil.which("node") else None
    if sharp and sharp.returncode == 0:
        yield f"sharp {sharp.stdout.strip()}, rotate and profile kept", lambda a, b: run("node", "-e", SHARP, a, b)
    else:
        print("skipped: sharp is not installed")


def version(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def run(*command):
    return subprocess.run(command, capture_output=True, check=False, timeout=60).returncode == 0


def mat2(source, target, *options):
    made = source.with_name(f"{source.stem}.cleaned{source.suffix}")
    if not run("mat2", *options, source) or not made.exists():
        return False
    made.rename(target)
    return True


# ---- judging


def shows_secret(file):
    """As it stands, as UTF-16, unpacked from each chunk of a PNG, or a part of it in a colour profile."""
    pieces = [file]
    if file.startswith(b"\x89PNG"):
        at = 8
        while at + 8 <= len(file):
            length = struct.unpack(">I", file[at:at + 4])[0]
            data = file[at + 8:at + 8 + length]
            for start in {0, data.find(b"\0") + 2}:
                unpack = zlib.decompressobj()
                try:
                    pieces.append(unpack.decompress(data[start:]))
                except zlib.error:
                    pass
            at += 12 + length
    part = SECRET.decode()[:13]
    needles = [SECRET, part.encode("utf-16-be"), part.encode("utf-16-le")]
    return any(needle in piece for piece in pieces for needle in needles)


def upright(file):
    return ImageOps.exif_transpose(Image.open(io.BytesIO(file))).convert("RGB")


def is_readable(file):
    try:
        return bool(upright(file))
    except OSError:
        return False


def same(before, after):
    return is_readable(after) and upright(before).tobytes() == upright(after).tobytes()


def shows_upright(before, after):
    """Nearly: turning the coded blocks, or coding them again, changes how numbers are rounded."""
    if not is_readable(after) or upright(before).size != upright(after).size:
        return False
    difference = ImageStat.Stat(ImageChops.difference(upright(before), upright(after)))
    return max(difference.mean) < 4


def has_profile(file):
    try:
        return bool(Image.open(io.BytesIO(file)).info.get("icc_profile"))
    except OSError:
        return False


def clean(program, scratch, suffix, file):
    """The cleaned file, or nothing when the program refuses it."""
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        source, target = pathlib.Path(folder, f"in.{suffix}"), pathlib.Path(folder, f"out.{suffix}")
        source.write_bytes(file)
        try:
            done = program(source, target)
        except subprocess.TimeoutExpired:
            done = False
        return target.read_bytes() if done and target.exists() else None


def main():
    tell = "-v" in sys.argv[1:]
    pictures = [(suffix, what, file) for suffix, all_of in (("jpg", jpegs()), ("png", pngs()), ("webp", webps()))
                for what, file in all_of]
    for suffix, what, file in pictures:
        assert shows_secret(file), f"{suffix}, {what}: the secret is not in it"
    sideways = saved("JPEG", quality=88, subsampling=0, exif=exif(6))
    coloured = saved("JPEG", quality=88, subsampling=0, icc_profile=profile())
    kinds = ("jpg", "png", "webp")
    totals = {kind: sum(suffix == kind for suffix, _, _ in pictures) for kind in kinds}
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        for name, program in programs():
            leaks, refused, compared, unchanged = dict.fromkeys(kinds, 0), 0, 0, 0
            for suffix, what, file in pictures:
                out = clean(program, scratch, suffix, file)
                if out is None:
                    refused += 1
                    continue
                if is_readable(file):
                    compared += 1
                    unchanged += same(file, out)
                if shows_secret(out):
                    leaks[suffix] += 1
                    if tell:
                        print(f"{name}: {suffix}, {what}: still there")
            turned, kept = clean(program, scratch, "jpg", sideways), clean(program, scratch, "jpg", coloured)
            right_way = turned is not None and shows_upright(sideways, turned)
            rows.append([name, *(f"{leaks[kind]} of {totals[kind]}" for kind in kinds), str(refused),
                         f"{unchanged} of {compared}", "yes" if kept and has_profile(kept) else "no",
                         "yes" if right_way else "no"])
    print("| | secrets left: JPEG | PNG | WebP | pictures refused | pixels the same | colour profile kept | sideways photo upright |")
    print("|---|---|---|---|---|---|---|---|")
    for row in rows:
        print(f"| {' | '.join(row)} |")


main()

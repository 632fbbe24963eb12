#!/usr/bin/env python3
"""Lets others judge what `provisioner sanitize` writes: programs and readers
that share no code with it. Prints counts, and fails when one of them is not 0.

    ci/pictures.py [FOLDER...]

Pictures: those in FOLDER (default: ../shared/corpus), and generated ones: each
seed of the fuzz targets with a canary in each place that is easy to plant,
and what Pillow and pillow-heif write as AVIF and HEIC; and 2,000 mutants of the
small ones, always the same: bytes changed, taken out, doubled, zeroed, lengths
made wrong, files cut off. Judges: exiftool,
leakcheck.py, djpeg and jpegtran (pixels), Pillow and pillow-heif (pixels of the
other formats, and of HEIC), Little CMS in Pillow (colours by their profiles), a
search for the canary; exiftool also writes words about rights, of which `--keep`
must leave these alone. A judge that is missing is named and left out; with CI set
in the environment that is an error, except for what is kept in ../shared in a
clone that has no such folder beside it.

Environment: PROVISIONER, the program to judge (default: the one in target/,
built when missing); LEAKCHECK, the path of leakcheck.py; SHOW_REFUSED, to see why
mutants are refused that djpeg takes without a warning.
"""

import io
import itertools
import json
import os
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
CANARY = b"JUDGECANARY"
# How a picture with this orientation is turned upright.
TURN = {
    2: ["-flip", "horizontal"], 3: ["-rotate", "180"], 4: ["-flip", "vertical"], 5: ["-transpose"],
    6: ["-rotate", "90"], 7: ["-transverse"], 8: ["-rotate", "270"],
}
# Tags that exiftool computes, or reads from what shows the picture.
HARMLESS_GROUPS = {"ExifTool", "System", "Composite", "JFIF", "RIFF", "ICC_Profile", "Adobe", "APP14"}
HARMLESS_TAGS = {
    "SourceFile", "File:FileType", "File:FileTypeExtension", "File:MIMEType", "File:ExifByteOrder", "File:ImageWidth",
    "File:ImageHeight", "File:EncodingProcess", "File:BitsPerSample", "File:ColorComponents",
    "File:YCbCrSubSampling", "IFD0:Orientation", "APP14:DCTEncodeVersion", "APP14:APP14Flags0",
    "APP14:APP14Flags1", "APP14:ColorTransform", "GIF:GIFVersion", "GIF:HasColorMap",
    "GIF:ColorResolutionDepth", "GIF:BitsPerPixel", "GIF:BackgroundColor", "GIF:AnimationIterations",
    "GIF:FrameCount", "GIF:Duration", "GIF:PixelAspectRatio", "GIF:ImageWidth", "GIF:ImageHeight", "GIF:TransparentColor",
}
# Tags that a profile may have: two fixed texts, and what colours are computed from.
PROFILE_TAGS = {
    "desc", "cprt", "wtpt", "bkpt", "lumi", "chad", "cicp", "gamt", "kTRC",
    *(f"{channel}{kind}" for channel in "rgb" for kind in ("XYZ", "TRC")),
    *(f"{kind}{intent}" for kind in ("A2B", "B2A") for intent in range(3)),
    *(f"{kind}{intent}" for kind in ("D2B", "B2D") for intent in range(4)),
}
# What describes an HDR gain map that stays: these groups, and in them numbers and fixed words only.
GAIN_MAP_GROUPS = {"XMP-hdrgm", "XMP-HDRGainMap", "XMP-Container", "MPF0", "MPImage1", "MPImage2"}
GAIN_MAP_WORDS = {"Primary", "GainMap", "image/jpeg", "0100", "(none)", "JPEG", "Undefined", "Baseline MP Primary Image"}
# The same by leakcheck.py's eyes, which takes any second picture for a leak.
GAIN_MAP_LEAKS = {"xmp", "app2_iso21496_gainmap", "mpf", "trailing_image", "2nd/xmp", "2nd/app2_iso21496_gainmap"}
# Ways to say who has rights: what exiftool is told to write, and what must be shown of it.
ALL_RIGHTS = {
    "XMP-dc:Creator": ["Ada Lovelace", "Zoë"], "XMP-dc:Rights": "© 2024 Ada & <Sons>", "XMP-photoshop:Credit": "The Agency",
    "XMP-xmpRights:UsageTerms": "Editorial use only", "XMP-xmpRights:WebStatement": "https://example.org/terms?a&b",
    "XMP-plus:LicensorURL": "https://example.org/buy", "XMP-cc:License": "https://creativecommons.org/licenses/by/4.0/",
}
TELLING = ["-XMP-photoshop:City=JUDGECANARY", "-XMP-dc:Description=JUDGECANARY", "-XMP-exif:GPSLatitude=52.5"]
RIGHTS = [
    (
        "xmp",
        [*TELLING, *(f"-{tag}={one}" for tag, value in ALL_RIGHTS.items() for one in (value if isinstance(value, list) else [value]))],
        ALL_RIGHTS,
    ),
    (
        "iptc",
        ["-IPTC:By-line=Ada", "-IPTC:Credit=The Agency", "-IPTC:CopyrightNotice=© Zoë", "-IPTC:City=JUDGECANARY", "-IPTC:CodedCharacterSet=UTF8"],
        {"XMP-dc:Creator": "Ada", "XMP-dc:Rights": "© Zoë", "XMP-photoshop:Credit": "The Agency"},
    ),
    (
        "exif",
        ["-EXIF:Artist=Ada", "-EXIF:Copyright=(c) Ada", "-EXIF:ImageDescription=JUDGECANARY"],
        {"XMP-dc:Creator": "Ada", "XMP-dc:Rights": "(c) Ada"},
    ),
]
HARMLESS_PNG = {
    "ImageWidth", "ImageHeight", "BitDepth", "ColorType", "Compression", "Filter", "Interlace", "Palette",
    "Transparency", "Gamma", "BackgroundColor", "SRGBRendering", "AnimationFrames", "AnimationPlays",
    "WhitePointX", "WhitePointY", "RedX", "RedY", "GreenX", "GreenY", "BlueX", "BlueY", "ProfileName",
    "SignificantBits", "PaletteHistogram", "PixelsPerUnitX", "PixelsPerUnitY", "PixelUnits",
}


def main():
    judges = find_judges()
    program = find_program()
    folders = [pathlib.Path(folder) for folder in sys.argv[1:]] or real_pictures()
    failures = 0
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        generated = scratch / "generated"
        generate(generated)
        generate_heif(generated, judges)
        for folder in folders:
            if folder.is_dir():
                failures += judge(program, judges, folder.resolve(), scratch / "out" / folder.name)
            else:
                missing(f"{folder}: no such folder")
        failures += judge(program, judges, generated, scratch / "out" / "generated")
        failures += judge_rights(program, judges, generated, scratch / "rights")
        mutants = scratch / "mutants"
        generate_mutants(mutants, [folder for folder in [*folders, generated] if folder.is_dir()])
        failures += judge(program, judges, mutants, scratch / "out" / "mutants", mutants=True)
    sys.exit(1 if failures else 0)


def real_pictures():
    """Real photos are kept beside the repository; a clone that came alone has the generated ones only."""
    if SHARED.is_dir():
        return [SHARED / "corpus"]
    print(f"skipped: no folder was given, and {SHARED} is not there: only generated pictures, without leakcheck.py")
    return []


def missing(what):
    print(f"skipped: {what}")
    if os.environ.get("CI"):
        sys.exit("error: with CI set nothing is skipped")


def find_judges():
    judges = {name: shutil.which(name) for name in ("exiftool", "djpeg", "jpegtran")}
    leakcheck = pathlib.Path(os.environ.get("LEAKCHECK", SHARED / "tools/leakcheck.py"))
    judges["leakcheck.py"] = leakcheck if leakcheck.is_file() else None
    try:
        from PIL import Image, ImageCms

        judges["Pillow"], judges["ImageCms"] = Image, ImageCms
    except ImportError:
        judges["Pillow"] = judges["ImageCms"] = None
    try:
        import pillow_heif

        pillow_heif.register_heif_opener()
        judges["pillow-heif"] = pillow_heif
    except ImportError:
        judges["pillow-heif"] = None
    for name, judge in judges.items():
        if judge is None and (name != "leakcheck.py" or "LEAKCHECK" in os.environ or SHARED.is_dir()):
            missing(f"{name} is not installed")
    return judges


def find_program():
    if "PROVISIONER" in os.environ:
        return pathlib.Path(os.environ["PROVISIONER"]).resolve()
    for profile in ("release", "debug"):
        program = ROOT / "target" / profile / "provisioner"
        if program.exists():
            return program
    subprocess.run(["cargo", "build", "--workspace"], cwd=ROOT, check=True)
    return ROOT / "target/debug/provisioner"


# ---- judging


def judge(program, judges, folder, out, mutants=False):
    out.parent.mkdir(exist_ok=True)
    run = subprocess.run(
        [program, "sanitize", "--json", "--recursive", folder, "-o", out], capture_output=True, text=True, check=False
    )
    if run.returncode not in (0, 6):
        sys.exit(f"error: sanitize ended with {run.returncode}: {run.stdout}{run.stderr}")
    files = json.loads(run.stdout)["files"]
    cleaned = [file for file in files if file["status"] == "cleaned"]
    counts = {"pictures": len([file for file in files if file["status"] != "skipped"]), "clean": len(cleaned)}
    bad = {}
    refused = [file for file in files if file["status"] in ("refused", "failed")]
    undamaged = [file for file in refused if is_undamaged(judges, file["file"])] if mutants else []
    if mutants:
        counts["refused"] = len(refused)
        counts["refused, though djpeg takes them without a warning"] = len(undamaged)
    for file in refused if not mutants else undamaged:
        if not mutants or os.environ.get("SHOW_REFUSED"):
            print(f"refused: {shorten(file['file'], folder)}: {file['error']['message']}")
    before, after = {}, {}
    if judges["leakcheck.py"]:
        before = leakcheck(judges, [file["file"] for file in cleaned])
        after = leakcheck(judges, [file["output"] for file in cleaned])
        counts["with a gain map"] = len([file for file in cleaned if keeps_gain_map(file)])
        left = {
            file["output"]: set(after[file["output"]]["leaks"]) - (GAIN_MAP_LEAKS if keeps_gain_map(file) else set())
            for file in cleaned
        }
        bad["leaks (leakcheck.py)"] = [f"{output}: {sorted(leaks)}" for output, leaks in left.items() if leaks]
        with_leaks = sum(1 for file in cleaned if before[file["file"]]["leaks"])
        counts["leaked before"] = with_leaks
        turned = [file for file in cleaned if (before[file["file"]]["orientation"] or 1) in TURN]
        counts["stored turned"] = len(turned)
        counts["turned upright"] = sum(1 for file in turned if file["orientation"] == "turned")
        bad["orientation lost"] = [
            file["output"]
            for file in turned
            if file["orientation"] != "turned"
            and has_sound_exif(file["file"])
            and after[file["output"]]["orientation"] != before[file["file"]]["orientation"]
        ]
    if judges["ImageCms"]:
        bad["colours changed"], bad["identity in a profile"], counts["with a profile"] = colours(judges, cleaned)
    if judges["exiftool"]:
        with_map = {file["output"] for file in cleaned if keeps_gain_map(file)}
        bad["leaks (exiftool)"] = exiftool(judges, [file["output"] for file in cleaned], with_map)
    bad["canary found"] = [file["output"] for file in cleaned if holds_canary(pathlib.Path(file["output"]).read_bytes())]
    compared, undecodable, changed, unreadable = pixels(judges, cleaned, before)
    counts["pixels compared"] = compared
    counts["not decodable before"] = undecodable
    bad["pixels changed"] = changed
    bad["no longer decodes"] = unreadable

    print(f"{folder.name}: " + ", ".join(f"{count} {name}" for name, count in counts.items()))
    print("  " + ", ".join(f"{len(found)} {name}" for name, found in bad.items()))
    for name, found in bad.items():
        for one in found[:20]:
            print(f"  {name}: {shorten(one, out)}")
    return sum(len(found) for found in bad.values())


def judge_rights(program, judges, folder, scratch):
    """Lets exiftool write words about rights in each way it knows, and read what `--keep` leaves of them."""
    if not judges["exiftool"]:
        return 0
    asked = {"copyright", "creator", "credit", "license"}
    wrong, counts = [], {"written": 0, "kept": 0}
    for name, tags, expected in RIGHTS:
        pictures, out = scratch / name, scratch / f"{name}-clean"
        pictures.mkdir(parents=True)
        kinds = {".jpg", ".png", ".webp", ".gif", ".heic", ".avif"}
        for number, source in enumerate(one for one in sorted(folder.rglob("*")) if one.suffix in kinds):
            shutil.copyfile(source, pictures / f"{number}-{source.name}")
        # Some of the generated ones it cannot write to.
        command = [judges["exiftool"], "-q", "-q", "-overwrite_original", "-charset", "iptc=utf8", *tags, pictures]
        subprocess.run(command, capture_output=True, check=False)
        written = read_tags(judges, pictures)
        for picture in pictures.iterdir():
            if not tells(written.get(str(picture), {}), expected):
                picture.unlink()
        counts["written"] += len(list(pictures.iterdir()))
        command = [program, "sanitize", "--json", "--recursive", "--keep", ",".join(sorted(asked)), pictures, "-o", out]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        cleaned = [file for file in json.loads(run.stdout)["files"] if file["status"] == "cleaned"]
        left = read_tags(judges, out) if cleaned else {}
        for file in cleaned:
            counts["kept"] += 1
            shown = {
                tag: value
                for tag, value in left.get(file["output"], {}).items()
                if not is_harmless(tag) and not (keeps_gain_map(file) and is_of_map(tag, value))
            }
            if shown != expected:
                wrong.append(f"{name}: {file['file']}: {shown}")
            if holds_canary(pathlib.Path(file["output"]).read_bytes()):
                wrong.append(f"{name}: {file['file']}: canary")
        again = [program, "sanitize", "--json", "--recursive", "--keep", ",".join(sorted(asked)), out, "-o", scratch / f"{name}-again"]
        for file in json.loads(subprocess.run(again, capture_output=True, text=True, check=False).stdout)["files"]:
            if file.get("removed"):
                wrong.append(f"{name}: {file['file']}: not clean: {file['removed']}")
    print("rights: " + ", ".join(f"{count} {name}" for name, count in counts.items()) + f", {len(wrong)} wrong")
    for one in wrong[:20]:
        print(f"  {shorten(one, scratch)}")
    return len(wrong) + (counts["kept"] == 0)


def read_tags(judges, folder):
    """All tags of all files of a folder, by their paths."""
    command = [judges["exiftool"], "-a", "-G1", "-u", "-json", folder]
    output = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return {found["SourceFile"]: found for found in json.loads(output or "[]")}


def tells(tags, expected):
    """Whether a file tells what was written into it, in whichever place."""
    told = [one for value in tags.values() for one in (value if isinstance(value, list) else [value])]
    wanted = [one for value in expected.values() for one in (value if isinstance(value, list) else [value])]
    # A creator that was planted comes before one that is in EXIF, and stays as it should.
    planted = any(tag.endswith((":By-line", ":Creator")) and CANARY.decode() in str(value) for tag, value in tags.items())
    return all(one in told for one in wanted) and not planted


def has_sound_exif(path):
    """Whether the EXIF begins as TIFF has to (TIFF 6.0, section 2). exiftool and leakcheck.py read any other, too, and
    viewers do not."""
    _, found, tiff = pathlib.Path(path).read_bytes().partition(b"Exif\0\0")
    return not found or tiff.startswith((b"MM\0*", b"II*\0"))


def colours(judges, cleaned):
    """Pictures whose colours Little CMS shows otherwise than before, those whose profile tells more than colours, and
    how many have a profile."""
    changed, telling, count = [], [], 0
    for file in cleaned:
        before, after = profile_of(judges, file["file"]), profile_of(judges, file["output"])
        if after and (left := identity(after)):
            telling.append(f"{file['output']}: {left}")
        looks = transforms(judges, before) if before else None
        if not looks or not any(looks):
            continue
        count += 1
        again = transforms(judges, after) if after else [None] * len(looks)
        # What Little CMS could do nothing with may be better now.
        if any(old and old != new for old, new in zip(looks, again)):
            changed.append(file["output"] if after else f"{file['output']}: lost")
    return changed, telling, count


def profile_of(judges, path):
    try:
        with judges["Pillow"].open(path) as image:
            return image.info.get("icc_profile")
    except Exception:  # noqa: BLE001, Pillow raises whatever it likes
        return None


def transforms(judges, profile):
    """What each rendering intent makes of a grid of colours; None where there is no such transform."""
    image_cms, image = judges["ImageCms"], judges["Pillow"]
    modes = {b"GRAY": ("L", 1), b"RGB ": ("RGB", 3), b"CMYK": ("CMYK", 4)}
    mode, channels = modes.get(profile[16:20], (None, 0))
    if not mode:
        return None
    steps = [range(0, 256, 1 if channels == 1 else 15 if channels == 3 else 51)] * channels
    grid = bytes(value for colour in itertools.product(*steps) for value in colour)
    picture = image.frombytes(mode, (len(grid) // channels, 1), grid)
    results = []
    for intent in range(4):
        try:
            source = image_cms.ImageCmsProfile(io.BytesIO(profile))
            transform = image_cms.buildTransform(source, image_cms.createProfile("LAB"), mode, "LAB", intent)
            results.append(image_cms.applyTransform(picture, transform).tobytes())
        except Exception:  # noqa: BLE001, Pillow raises whatever it likes
            results.append(None)
    return results


def identity(profile):
    """What a profile tells besides colours: fields of its header (ICC.1:2022, 7.2), and tags that are not of ours."""
    fields = {"CMM": (4, 8), "date": (24, 36), "device": (40, 64), "creator and id": (80, 128)}
    left = [name for name, (start, end) in fields.items() if any(profile[start:end])]
    count = int.from_bytes(profile[128:132], "big")
    tags = [profile[132 + 12 * tag : 136 + 12 * tag].decode("latin-1") for tag in range(count)]
    return left + [tag for tag in tags if tag not in PROFILE_TAGS]


def is_undamaged(judges, path):
    """Whether djpeg decodes it without as much as a warning."""
    if not judges["djpeg"] or not path.endswith(".jpg"):
        return False
    return subprocess.run([judges["djpeg"], path], capture_output=True, check=False).returncode == 0


def shorten(text, folder):
    return str(text).replace(f"{folder}/", "")


def leakcheck(judges, paths):
    lines = []
    for part in range(0, len(paths), 200):
        command = [sys.executable, judges["leakcheck.py"], "--allow-orientation", *paths[part : part + 200]]
        lines += subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    return {found["file"]: found for found in map(json.loads, lines)}


def keeps_gain_map(file):
    return (file.get("gain_map") or {}).get("outcome") == "kept"


def exiftool(judges, paths, with_map):
    leaking = []
    for part in range(0, len(paths), 200):
        command = [judges["exiftool"], "-a", "-G1", "-u", "-ee", "-json", *paths[part : part + 200]]
        output = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        for found in json.loads(output or "[]"):
            has_map = found["SourceFile"] in with_map
            tags = [
                tag for tag, value in found.items() if not is_harmless(tag) and not (has_map and is_of_map(tag, value))
            ]
            if tags:
                leaking.append(f"{found['SourceFile']}: {tags[:8]}")
    return leaking


def is_of_map(tag, value):
    if tag == "MPImage2:MPImage2":
        return True  # the map itself
    values = value if isinstance(value, list) else [value]
    return tag.partition(":")[0] in GAIN_MAP_GROUPS and all(
        isinstance(one, (bool, int, float)) or one in GAIN_MAP_WORDS for one in values
    )


def is_harmless(tag):
    group, _, name = tag.partition(":")
    if group in HARMLESS_GROUPS or group.startswith("ICC-") or tag in HARMLESS_TAGS:
        return True
    if group.startswith("PNG"):
        return name in HARMLESS_PNG
    # The boxes of HEIC and AVIF that show the picture, by leakcheck.py's eyes.
    return group.startswith(("QuickTime", "Meta", "Track"))


def holds_canary(content):
    wide = CANARY.decode().encode("utf-16-le")
    return CANARY in content or wide in content or any(CANARY in stream for stream in inflated(content))


def inflated(content):
    """Whatever can be inflated, wherever it starts."""
    at = content.find(b"\x78")
    while at >= 0:
        if at + 1 < len(content) and (content[at] << 8 | content[at + 1]) % 31 == 0:
            try:
                yield zlib.decompressobj().decompress(content[at:], 1 << 20)
            except zlib.error:
                pass
        at = content.find(b"\x78", at + 1)


def pixels(judges, cleaned, before):
    compared, undecodable, changed, unreadable = 0, 0, [], []
    for file in cleaned:
        source = pathlib.Path(file["file"]).read_bytes()
        result = pathlib.Path(file["output"]).read_bytes()
        if file["format"] == "jpeg":
            if not judges["djpeg"]:
                continue
            if file["orientation"] == "turned":
                if not judges["jpegtran"] or not before:
                    continue
                turn = TURN[before[file["file"]]["orientation"]]
                source = piped([judges["jpegtran"], "-copy", "none", *turn], source)
            expected = source and piped([judges["djpeg"]], source)
            found = piped([judges["djpeg"]], result)
        elif file["format"] == "heic":
            if not judges["pillow-heif"]:
                continue
            expected, found = (heic(judges["pillow-heif"], file[which]) for which in ("file", "output"))
        elif judges["Pillow"]:
            turned = file["orientation"] == "turned"
            expected, found = frames(judges["Pillow"], file["file"], turned), frames(judges["Pillow"], file["output"])
        else:
            continue
        if expected is None:
            undecodable += 1
            continue
        compared += 1
        if found is None:
            unreadable.append(file["output"])
        elif expected != found:
            changed.append(file["output"])
    return compared, undecodable, changed, unreadable


def heic(pillow_heif, path):
    """The primary picture as libheif shows it, turned and cut as its properties say."""
    try:
        opened = pillow_heif.open_heif(path, convert_hdr_to_8bit=False)
        primary = opened[opened.primary_index]
        return primary.size, primary.mode, bytes(primary.data)
    except Exception:  # whatever it raises, it can't read it
        return None


def piped(command, content):
    """What the program makes of it; None when it fails."""
    run = subprocess.run(command, input=content, capture_output=True, check=False)
    return run.stdout if run.returncode in (0, 2) and run.stdout else None


def screen_of_gif(path):
    """Width and height of the screen, which Pillow enlarges to the first frame; None for other formats."""
    head = pathlib.Path(path).read_bytes()[:10]
    size = struct.unpack("<HH", head[6:10]) if head[:3] == b"GIF" and len(head) == 10 else (0, 0)
    return size if all(size) else None


def frames(image, path, upright=False):
    """All frames with their times; `upright` turns them as EXIF says."""
    try:
        from PIL import ImageOps

        with image.open(path) as opened:
            shown = []
            # Viewers of an animation do not show a still picture that is none of its frames.
            first = 1 if getattr(opened, "default_image", False) else 0
            screen = screen_of_gif(path)
            for number in range(first, getattr(opened, "n_frames", 1)):
                opened.seek(number)
                frame = ImageOps.exif_transpose(opened) if upright else opened
                frame = frame.convert("RGBA")
                frame = frame.crop((0, 0, *screen)) if screen else frame
                # Fully transparent pixels have no colour that is seen.
                seen = image.composite(frame, image.new("RGBA", frame.size), frame.getchannel("A").point(bool, "1"))
                shown.append((opened.info.get("duration"), frame.size, seen.tobytes()))
            return shown
    except Exception:  # whatever Pillow raises, it can't read it
        return None


# ---- generated pictures


def generate(folder):
    for seed in sorted((ROOT / "crates/sanitizer/fuzz/seeds").glob("*/*")):
        kind = seed.parent.name
        plant = {"jpeg": plant_jpeg, "png": plant_png, "webp": plant_webp, "gif": plant_gif}.get(kind)
        if kind == "facts":
            continue
        # A seed's first byte chooses options of the fuzz target.
        content = seed.read_bytes()[1:]
        planted = {"plain": content, "behind": content + CANARY}
        planted.update(plant(content) if plant else {})
        if "flat" in seed.stem:
            # The code of next to nothing goes on as that of other pixels: not hidden, but seen.
            planted.pop("entropy-tail")
        for name, picture in planted.items():
            path = folder / f"{kind}-{seed.stem}-{name}{seed.suffix or '.' + kind}"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(picture)


def generate_heif(folder, judges):
    """AVIF by Pillow (libavif) and HEIC by pillow-heif (libheif, x265), with metadata of each kind."""
    image = judges["Pillow"]
    if not image:
        return
    pictures = {}
    exif = image.Exif()
    exif[0x010F] = CANARY.decode()
    for orientation in range(1, 9):
        exif[0x0112] = orientation
        pictures[f"turned-{orientation}"] = [drawn(image, "RGB"), {"exif": exif.tobytes()}]
    exif[0x0112] = 1
    metadata = {"exif": exif.tobytes(), "xmp": b"<x:xmpmeta>" + CANARY + b"</x:xmpmeta>"}
    for mode in ("RGB", "RGBA", "L"):
        pictures[f"metadata-{mode.lower()}"] = [drawn(image, mode), metadata]
    pictures["odd"] = [drawn(image, "RGB", (67, 41)), metadata]
    for name, (picture, options) in pictures.items():
        picture.save(folder / f"pillow-{name}.avif", quality=70, **options)
    for subsampling in ("4:0:0", "4:2:0", "4:2:2", "4:4:4"):
        name = subsampling.replace(":", "")
        drawn(image, "RGB").save(folder / f"pillow-{name}.avif", subsampling=subsampling, **metadata)
    writer = judges["pillow-heif"]
    if not writer:
        return
    for name, (picture, options) in pictures.items():
        picture.save(folder / f"pillow-{name}.heic", quality=70, **options)
    for chroma in (420, 422, 444):
        drawn(image, "RGB").save(folder / f"pillow-{chroma}.heic", chroma=chroma, **metadata)
    drawn(image, "RGB").save(folder / "pillow-lossless.heic", quality=-1, **metadata)
    thumbnails = writer.from_pillow(drawn(image, "RGB", (256, 192)))
    thumbnails.info.update(metadata, thumbnails=[128, 64])
    thumbnails.save(folder / "pillow-thumbnails.heic")
    for primary in (0, 1):
        several = writer.from_pillow(drawn(image, "RGB"))
        several.add_from_pillow(drawn(image, "RGB", (48, 80)))
        for one in several:
            one.info.update(metadata)
        several.save(folder / f"pillow-several-{primary}.heic", primary_index=primary)
    deep = writer.from_bytes(mode="RGB;16", size=(40, 24), data=bytes(range(240)) * 24)
    deep.info.update(metadata)
    deep.save(folder / "pillow-deep.heic")
    box = struct.pack(">I", 8 + len(CANARY)) + b"free" + CANARY
    for path in sorted(folder.glob("pillow-*")):
        content = path.read_bytes()
        planted = {"behind": content + CANARY, "box-behind": content + box}
        planted["uuid"] = content + struct.pack(">I", 24 + len(CANARY)) + b"uuid" + bytes(16) + CANARY
        for name, picture in planted.items():
            path.with_name(f"{path.stem}-{name}{path.suffix}").write_bytes(picture)


def generate_mutants(folder, sources):
    folder.mkdir()
    # Big pictures are mostly coded data, and mutants of those are all alike. What Pillow writes
    # differs from machine to machine.
    # Each source in its own order: sorted all together they would depend on where the sources are.
    pictures = [
        path
        for source in sources
        for path in sorted(source.rglob("*"), key=lambda path: path.relative_to(source))
        if path.suffix.lower() in (".jpg", ".jpeg", ".png", ".webp", ".gif", ".heic", ".avif")
        and path.stat().st_size < 200_000
        and not path.name.startswith("pillow-")
    ]
    chance = random.Random("mutants")
    # Half of them are JPEG, as in life.
    jpeg = [path for path in pictures if path.suffix.lower() in (".jpg", ".jpeg")]
    for number in range(2000):
        path = chance.choice(jpeg if number % 2 else pictures)
        content = bytearray(path.read_bytes())
        for _ in range(chance.choice((1, 1, 2, 4))):
            mutate(content, chance)
        suffix = ".jpg" if path in jpeg else path.suffix
        (folder / f"{number:04}-{path.stem}{suffix}").write_bytes(content)


def mutate(content, chance):
    if len(content) < 32:
        return
    # Structure stands mostly at the beginning.
    end = chance.choice((min(700, len(content)), len(content)))
    at = chance.randrange(2, end)
    length = chance.randrange(1, 40)
    kind = chance.randrange(8)
    if kind <= 1:
        content[at] ^= 1 << chance.randrange(8)
    elif kind == 2:
        content[at : at + 2] = struct.pack(">H", chance.choice((0, 1, 2, 3, 0x7FFF, 0xFFFF, len(content) & 0xFFFF)))
    elif kind == 3:
        del content[at : at + length]
    elif kind == 4:
        content[at:at] = content[at : at + length]
    elif kind == 5:
        content[at : at + length] = bytes(len(content[at : at + length]))
    elif kind == 6:
        content[at:at] = chance.randbytes(length)
    else:
        del content[chance.randrange(len(content) // 2, len(content)) :]


def drawn(image, mode, size=(64, 48)):
    """Smooth and a little noisy, without any symmetry."""
    picture = image.new("RGB", size)
    points = [(x, y) for y in range(size[1]) for x in range(size[0])]
    picture.putdata([((x * 3 + y) % 256, (y * 5) % 256, (x * y + x * 7) % 256) for x, y in points])
    picture = picture.convert(mode)
    if mode == "RGBA":
        picture.putalpha(picture.convert("L"))
    return picture


def segment(marker, payload):
    return bytes([0xFF, marker]) + struct.pack(">H", len(payload) + 2) + payload


def plant_jpeg(content):
    xmp = b"http://ns.adobe.com/xap/1.0/\0"
    planted = {
        f"app{number}": content[:2] + segment(0xE0 + number, b"Name\0" + CANARY) + content[2:] for number in range(16)
    }
    named = {
        "exif": (0xE1, b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x0f\0\x02\0\0\0\x0c\0\0\0\x1a\0\0\0\0" + CANARY + b"\0"),
        "xmp": (0xE1, xmp + b"<a>" + CANARY + b"</a>"),
        "xmp-utf16": (0xE1, xmp + CANARY.decode().encode("utf-16-le")),
        "iptc": (0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x10\x1c\x02\x50\0\x0b" + CANARY),
        "mpf": (0xE2, b"MPF\0" + CANARY),
        "jfxx": (0xE0, b"JFXX\0\x10" + CANARY),
        "comment": (0xFE, CANARY),
    }
    for name, (marker, payload) in named.items():
        planted[name] = content[:2] + segment(marker, payload) + content[2:]
    scan = content.index(b"\xff\xda")
    planted["before-scan"] = content[:scan] + segment(0xE4, CANARY) + segment(0xFE, CANARY) + content[scan:]
    planted["before-end"] = content[:-2] + segment(0xFE, CANARY) + content[-2:]
    planted["entropy-tail"] = content[:-2] + CANARY + content[-2:]
    planted["second-picture"] = content + planted["exif"]
    table = content.index(b"\xff\xdb")
    length = struct.unpack_from(">H", content, table + 2)[0] + 2
    planted["table-slack"] = (
        content[:table] + segment(0xDB, content[table + 4 : table + length] + CANARY) + content[table + length :]
    )
    return planted


def plant_png(content):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    chunks = {
        "text": chunk(b"tEXt", b"Author\0" + CANARY),
        "ztxt": chunk(b"zTXt", b"Author\0\0" + zlib.compress(CANARY)),
        "itxt": chunk(b"iTXt", b"XML:com.adobe.xmp\0\x01\0\0\0" + zlib.compress(CANARY)),
        "exif": chunk(b"eXIf", b"MM\0*\0\0\0\x08\0\x01\x01\x0f\0\x02\0\0\0\x0c\0\0\0\x1a\0\0\0\0" + CANARY + b"\0"),
        "private": chunk(b"prVt", CANARY),
        "physical-slack": chunk(b"pHYs", b"\0\0\x0b\x13\0\0\x0b\x13\x01" + CANARY),
    }
    if b"eXIf" in content:
        # The format allows one; with two it is anybody's guess which one counts.
        del chunks["exif"]
    head = 8 + 25
    planted = {name: content[:head] + extra + content[head:] for name, extra in chunks.items()}
    planted["before-end"] = content[:-12] + chunks["text"] + content[-12:]
    return planted


def plant_webp(content):
    def chunk(kind, data):
        return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)

    def riff(body):
        return b"RIFF" + struct.pack("<I", len(body)) + body

    return {
        kind.decode().strip().lower(): riff(content[8:] + chunk(kind, CANARY)) for kind in (b"EXIF", b"XMP ", b"prvt")
    }


def plant_gif(content):
    def blocks(data):
        return bytes([len(data)]) + data + b"\0"

    extensions = {
        "comment": b"\x21\xfe" + blocks(CANARY),
        "application": b"\x21\xff\x0bSOMETHING10" + blocks(CANARY),
        "xmp": b"\x21\xff\x0bXMP DataXMP" + blocks(CANARY),
        "text": b"\x21\x01\x0c" + bytes(12) + blocks(CANARY),
    }
    return {name: content[:-1] + extension + content[-1:] for name, extension in extensions.items()}


if __name__ == "__main__":
    main()

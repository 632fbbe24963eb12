#!/usr/bin/env python3
"""Judges HDR gain maps that `sanitize` keeps, by programs that share no code with it: libultrahdr (through imagecodecs and
libvips), and libjpeg's coefficients (through jpeglib).

    ci/gain_maps.py

Each picture is cleaned. What came out must be HDR to both readers. Where they could read what went in, the HDR pixels and the
numbers of the map must be the same, but for the grid that numbers are put on, so that nothing hides in their last
digits. The coefficients of the picture must be the same to the bit. Makes pictures with libultrahdr, and takes those of
../shared/corpus where they are.

Needs: pip install imagecodecs pyvips pyvips-binary jpeglib. Without them it is skipped with one line, and with CI set that
is a failure. PROVISIONER names the program (default: the one in target/debug).
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = pathlib.Path(os.environ.get("PROVISIONER", ROOT / "target/debug/provisioner")).resolve()
CORPUS = ROOT.parent / "shared/corpus/gainmaps"

try:
    import imagecodecs
    import jpeglib
    import numpy
    import pyvips
except ImportError as error:
    print(f"skipped: gain maps are not judged: {error}", file=sys.stderr)
    sys.exit(1 if os.environ.get("CI") else 0)


def pixels(content):
    """All HDR pixels, or why there are none."""
    try:
        return imagecodecs.ultrahdr_decode(content), None
    except Exception as error:  # the library has its own, one for each function
        return None, str(error)


def without_profile_of_map(content):
    """A map that is meant in the colours of its picture may have a profile all the same. libultrahdr then writes its HDR pixels
    in that one's primaries: the same colours, other numbers. It goes with the rest of the map's metadata."""
    start = content.find(b"\xff\xd8\xff", 2)
    at = start + 2
    while start > 0 and content[at] == 0xFF and content[at + 1] != 0xDA:
        length = int.from_bytes(content[at + 2 : at + 4], "big") + 2
        if content[at + 4 :].startswith(b"ICC_PROFILE"):
            return content[:at] + content[at + length :]
        at += length
    return content


def numbers(content):
    """What the map says of itself; None when libvips sees no map."""
    image = pyvips.Image.new_from_buffer(content, "")
    fields = [field for field in image.get_fields() if field.startswith("gainmap-")]
    if "gainmap-data" not in fields:
        return None
    return {field: image.get(field) for field in fields if field != "gainmap-data"}


def alike(before, after):
    """The same numbers, but for the grid (a part in 100,000)."""
    return before.keys() == after.keys() and all(numpy.allclose(before[field], after[field], rtol=1e-5) for field in before)


def coefficients(path):
    picture = jpeglib.read_dct(str(path))
    return [plane for plane in (picture.Y, picture.Cb, picture.Cr) if plane is not None]


def make(folder):
    """Pictures with a map, as phones write them, of a bright spot on a dark ground."""
    y, x = numpy.mgrid[0:240, 0:320]
    spot = 4 * numpy.exp(-((x - 160) ** 2 + (y - 120) ** 2) / 2000.0) + 0.05
    linear = numpy.stack([spot, spot * 0.8, spot * 0.6], axis=2).astype(numpy.float32)
    scrgb = pyvips.Image.new_from_array(linear, interpretation="scrgb")
    for quality in (60, 95):
        scrgb.uhdrsave(str(folder / f"made-{quality}.jpg"), Q=quality)


def main():
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        made, out = scratch / "made", scratch / "out"
        made.mkdir()
        make(made)
        inputs = sorted([*made.glob("*.jpg"), *CORPUS.glob("*.jpg")])
        # Turned pictures are compared by the tests of the library, by their coefficients.
        command = [PROGRAM, "sanitize", "--json", "--orientation", "tag", *inputs, "-o", out]
        said = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        faults, compared, kept = [], 0, 0
        for file in said["files"]:
            name, path = pathlib.Path(file["file"]).name, pathlib.Path(file["output"])
            before, after = pathlib.Path(file["file"]).read_bytes(), path.read_bytes()
            theirs, ours = coefficients(file["file"]), coefficients(path)
            if len(theirs) != len(ours) or not all(map(numpy.array_equal, theirs, ours)):
                faults.append(f"{name}: other coefficients")
            if (file.get("gain_map") or {}).get("outcome") != "kept":
                faults += [f"{name}: the map is gone"] if file["file"].startswith(str(made)) else []
                continue
            kept += 1
            hdr, why = pixels(after)
            if hdr is None or numbers(after) is None:
                faults.append(f"{name}: no HDR any more: {why}")
                continue
            was, _ = pixels(without_profile_of_map(before))
            if was is not None:
                compared += 1
                # Half floats have eleven bits.
                if was.shape != hdr.shape or not numpy.allclose(was, hdr, rtol=2e-3, atol=1e-3):
                    faults.append(f"{name}: other HDR pixels")
                if numbers(before) is not None and not alike(numbers(before), numbers(after)):
                    faults.append(f"{name}: other numbers: {numbers(before)} and {numbers(after)}")
    print("\n".join(faults) or f"{kept} gain maps kept, {compared} compared pixel by pixel: no difference")
    sys.exit(1 if faults or compared < 2 else 0)


main()

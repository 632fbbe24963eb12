#!/usr/bin/env python3
"""Packs the program into a Python wheel, so that `uvx` and `pipx run` start it without a compiler.

    ci/wheel.py PROGRAM PLATFORM OUT [BOOTSTRAP...]

PROGRAM is the `provisioner` of a release; PLATFORM the tag of the wheel (manylinux_2_17_x86_64, macosx_11_0_arm64, ...);
OUT the folder for it. Each BOOTSTRAP is a built function, named bootstrap-x86_64 or bootstrap-arm64. The same files make
the same bytes. The format: https://packaging.python.org/en/latest/specifications/binary-distribution-format/
"""

import base64
import hashlib
import pathlib
import sys
import tomllib
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
TIME = (1980, 1, 1, 0, 0, 0)


def manifest():
    package = tomllib.loads((ROOT / "provisioner/Cargo.toml").read_text("utf-8"))["package"]
    shared = tomllib.loads((ROOT / "Cargo.toml").read_text("utf-8"))["workspace"]["package"]
    return shared["version"], package["description"], shared["license"]


def record(path, content):
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{path},sha256={digest},{len(content)}"


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    program, platform, out, *bootstraps = sys.argv[1:]
    version, description, licence = manifest()
    name, tag = f"provisioner-{version}", f"py3-none-{platform}"
    suffix = ".exe" if platform.startswith("win") else ""
    licences = ["LICENSE-APACHE", "LICENSE-MIT"]
    metadata = "\n".join([
        "Metadata-Version: 2.4", "Name: provisioner", f"Version: {version}", f"Summary: {description}",
        f"License-Expression: {licence}", *(f"License-File: {file}" for file in licences), "Requires-Python: >=3.8",
        "Description-Content-Type: text/markdown", "", (ROOT / "README.md").read_text("utf-8"),
    ])
    wheel = f"Wheel-Version: 1.0\nGenerator: ci/wheel.py\nRoot-Is-Purelib: false\nTag: {tag}\n"
    info = f"{name}.dist-info"
    # Scripts go beside Python's own, data into the environment's folder: the program finds them from one to the other.
    files = [(f"{name}.data/scripts/provisioner{suffix}", pathlib.Path(program).read_bytes(), 0o755)]
    for bootstrap in sorted(map(pathlib.Path, bootstraps)):
        if bootstrap.name not in ("bootstrap-x86_64", "bootstrap-arm64"):
            sys.exit(f"error: {bootstrap}: name it bootstrap-x86_64 or bootstrap-arm64")
        files.append((f"{name}.data/data/share/provisioner/{bootstrap.name}", bootstrap.read_bytes(), 0o644))
    files += [(f"{info}/licenses/{file}", (ROOT / file).read_bytes(), 0o644) for file in licences]
    files += [(f"{info}/METADATA", metadata.encode(), 0o644), (f"{info}/WHEEL", wheel.encode(), 0o644)]
    listed = [record(path, content) for path, content, _ in files] + [f"{info}/RECORD,,"]
    files.append((f"{info}/RECORD", ("\n".join(listed) + "\n").encode(), 0o644))

    made = pathlib.Path(out) / f"{name}-{tag}.whl"
    made.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(made, "w") as archive:
        for path, content, mode in files:
            entry = zipfile.ZipInfo(path, TIME)
            entry.external_attr = (0o100000 | mode) << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED, 9)
    print(made)


main()

#!/usr/bin/env python3
"""Packs the program into an archive of a release, with what belongs to it: the function, completions, man pages, licences.

    ci/archive.py PROGRAM TARGET OUT [BOOTSTRAP...]

PROGRAM is run to print completions and man pages, so it must be for this machine; TARGET is its triple; OUT the folder for
the archive, which is a zip for Windows. Each BOOTSTRAP is a built function, named bootstrap-x86_64 or bootstrap-arm64. The
same files make the same bytes. The names are those in `[package.metadata.binstall]` of provisioner/Cargo.toml, by which
`cargo binstall` finds them.
"""

import gzip
import io
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
COMPLETIONS = {"bash": "provisioner.bash", "zsh": "_provisioner", "fish": "provisioner.fish",
               "elvish": "provisioner.elv", "powershell": "_provisioner.ps1"}


def names(target):
    """Of the archive and of the folder in it, as `cargo binstall` will look for them."""
    version = tomllib.loads((ROOT / "Cargo.toml").read_text("utf-8"))["workspace"]["package"]["version"]
    found = tomllib.loads((ROOT / "provisioner/Cargo.toml").read_text("utf-8"))["package"]["metadata"]["binstall"]
    found |= found["overrides"].get(target, {})
    words = {"{ name }": "provisioner", "{ version }": version, "{ target }": target, "{ bin }": "provisioner", "{ binary-ext }": ""}

    def filled(text):
        for word, value in words.items():
            text = text.replace(word, value)
        return text

    return filled(found["pkg-url"]).rsplit("/", 1)[1], filled(found["bin-dir"]).rsplit("/", 1)[0]


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    program, target, out, *bootstraps = sys.argv[1:]
    program = pathlib.Path(program).resolve()
    archive, folder = names(target)
    files = {"provisioner.exe" if "windows" in target else "provisioner": (program.read_bytes(), 0o755)}
    for bootstrap in map(pathlib.Path, bootstraps):
        if bootstrap.name not in ("bootstrap-x86_64", "bootstrap-arm64"):
            sys.exit(f"error: {bootstrap}: name it bootstrap-x86_64 or bootstrap-arm64")
        files[bootstrap.name] = (bootstrap.read_bytes(), 0o755)
    for name in ("README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "config.toml"):
        files[name] = ((ROOT / name).read_bytes(), 0o644)
    for shell, name in COMPLETIONS.items():
        said = subprocess.run([program, "completions", shell], capture_output=True, check=True).stdout
        files[f"completions/{name}"] = (said, 0o644)
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run([program, "man", scratch], capture_output=True, check=True)
        for page in pathlib.Path(scratch).iterdir():
            files[f"man/{page.name}"] = (page.read_bytes(), 0o644)

    made = pathlib.Path(out) / archive
    made.parent.mkdir(parents=True, exist_ok=True)
    pack = zipped if archive.endswith(".zip") else tarred
    pack(made, {f"{folder}/{name}": file for name, file in sorted(files.items())})
    print(made)


def tarred(made, files):
    with open(made, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed, \
            tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, (content, mode) in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), mode
            tar.addfile(entry, io.BytesIO(content))


def zipped(made, files):
    with zipfile.ZipFile(made, "w") as archive:
        for name, (content, mode) in files.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            # The same on every system: who may do what, as Unix writes it.
            entry.create_system, entry.external_attr = 3, (0o100000 | mode) << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED, 9)


main()

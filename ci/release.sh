#!/usr/bin/env bash
# Packs the debug build as a release is packed, into an archive and a wheel, and uses each far from its source: it cleans a
# picture, and finds the function that came with it.
set -euo pipefail
cd "$(dirname "$0")/.."

python=${PYTHON:-python3}
if ! "$python" -c 'import tomllib' 2>/dev/null; then
    echo "skipped: packing takes Python 3.11 or newer" >&2
    [ -z "${CI:-}" ] || exit 1
    exit 0
fi
cargo build --quiet --jobs 2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
machine=$(uname -m)
architecture=$machine
[ "$machine" != aarch64 ] || architecture=arm64
cp target/debug/bootstrap "$scratch/bootstrap-$architecture"
wheel=$("$python" ci/wheel.py target/debug/provisioner "linux_$machine" "$scratch" "$scratch/bootstrap-$architecture")
again=$("$python" ci/wheel.py target/debug/provisioner "linux_$machine" "$scratch/again" "$scratch/bootstrap-$architecture")
cmp "$wheel" "$again"

triple=$(rustc -vV | sed -n 's/^host: //p')
archive=$("$python" ci/archive.py target/debug/provisioner "$triple" "$scratch" "$scratch/bootstrap-$architecture")
again=$("$python" ci/archive.py target/debug/provisioner "$triple" "$scratch/again" "$scratch/bootstrap-$architecture")
cmp "$archive" "$again"

# For Windows it is a zip with another name for the program. The program is run, so here it is this system's.
archive_of_windows=$("$python" ci/archive.py target/debug/provisioner x86_64-pc-windows-msvc "$scratch" "$scratch/bootstrap-$architecture")
"$python" -m zipfile -l "$archive_of_windows" | grep -q '^provisioner-[0-9.]*-x86_64-pc-windows-msvc/provisioner.exe '

# Uses the program of a folder: `try FOLDER`.
try() {
    local program=$1/provisioner said
    mkdir -p "$scratch/empty"
    cd "$scratch/empty"
    "$program" --version | grep -q '^provisioner [0-9]'
    # A GIF of one pixel with a comment.
    printf 'GIF89a\1\0\1\0\200\0\0\0\0\0\377\377\377\41\376\1c\0\54\0\0\0\0\1\0\1\0\0\2\2\104\1\0\73' >photo.gif
    "$program" --quiet sanitize photo.gif -o clean.gif
    [ "$(wc -c <clean.gif)" -lt "$(wc -c <photo.gif)" ]
    "$program" --quiet init --stack photos
    # For this machine: a debug build need not run on Lambda's older glibc.
    said=$(env -u PROVISIONER_BOOTSTRAP "$program" doctor --local 2>&1 || true)
    grep -q 'bootstrap-.*installed with this program' <<<"$said" || { echo "$said" >&2; exit 1; }
    rm -r "$scratch/empty"
}

tar -xzf "$archive" -C "$scratch"
(try "$scratch/$(basename "$archive" .tar.gz)")
for file in completions/provisioner.bash man/provisioner.1 LICENSE-MIT; do
    [ -s "$scratch/$(basename "$archive" .tar.gz)/$file" ] || { echo "error: the archive has no $file" >&2; exit 1; }
done
"$python" -m venv "$scratch/venv"
"$scratch/venv/bin/pip" install --quiet --no-index "$wheel"
(try "$scratch/venv/bin")
"$scratch/venv/bin/pip" uninstall --quiet --yes provisioner
[ ! -e "$scratch/venv/share/provisioner/bootstrap-$architecture" ]
echo "the archive and the wheel clean a picture, and bring their function"

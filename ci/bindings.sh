#!/usr/bin/env bash
# Builds the picture library without its features, and what other languages use of it, and tests that. The example in C is
# compiled with the header, linked and run. The Python module becomes a wheel, which is installed from the built file into an
# empty environment, where its tests and its example run. Without a tool the part that needs it is skipped with one line, and
# with CI set a failure.
set -euo pipefail
cd "$(dirname "$0")/.."

skip() {
    echo "skipped: $1" >&2
    [ -z "${CI:-}" ] || exit 1
}

# Without its features, as the C interface takes it. In a folder of its own, so that no other build loses what it has.
# The library alone: its tests are the same with and without, and would compile two libraries in C once more.
CARGO_TARGET_DIR="$PWD/target/python" cargo clippy --locked --manifest-path crates/sanitizer/Cargo.toml --no-default-features \
    --lib --jobs 2 -- -D warnings

if command -v cc >/dev/null; then
    cargo test --package sanitizer-c
else
    skip "cc is not installed"
fi

python=${PYTHON:-python3}
if ! "$python" -c 'import sys, venv; assert sys.version_info >= (3, 9)' 2>/dev/null; then
    skip "the Python module takes Python 3.9 or newer, with venv"
    exit 0
fi
manifest=crates/sanitizer-python/Cargo.toml
export CARGO_TARGET_DIR="$PWD/target/python"
"$python" -m venv target/python-tools
if ! target/python-tools/bin/pip install --quiet 'maturin>=1.9,<2'; then
    skip "maturin, which builds the Python module, cannot be installed"
    exit 0
fi
cargo fmt --manifest-path "$manifest" --check
cargo clippy --locked --manifest-path "$manifest" --jobs 2 -- -D warnings
wheels=$(mktemp -d)
trap 'rm -rf "$wheels"' EXIT
target/python-tools/bin/maturin build --quiet --locked --profile dev --manifest-path "$manifest" --out "$wheels"
"$python" -m venv "$wheels/venv"
"$wheels/venv/bin/pip" install --quiet --no-index "$wheels"/*.whl
printf 'GIF89a\1\0\1\0\200\0\0\0\0\0\377\377\377\41\376\1c\0\54\0\0\0\0\1\0\1\0\0\2\2\104\1\0\73' >"$wheels/photo.gif"
# Elsewhere, so that the module can only be the installed one.
tests=$PWD/crates/sanitizer-python
cd "$wheels"
venv/bin/python -m unittest discover --start-directory "$tests/tests"
venv/bin/python "$tests/examples/clean.py" photo.gif clean.gif
venv/bin/python "$tests/examples/clean.py" clean.gif again.gif
cmp clean.gif again.gif

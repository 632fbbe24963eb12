#!/usr/bin/env bash
# Builds the C interface of the picture library and tests it: the example in C is compiled with the header, linked and
# run. Without a C compiler that is skipped with one line, and with CI set a failure.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v cc >/dev/null; then
    echo "skipped: cc is not installed" >&2
    [ -z "${CI:-}" ] || exit 1
    exit 0
fi
cargo test --package sanitizer-c

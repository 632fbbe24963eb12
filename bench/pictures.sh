#!/usr/bin/env bash
# How long `provisioner sanitize` takes beside a copy and beside other programs:
#
#     bench/pictures.sh [FOLDER]
#
# FOLDER holds JPEG pictures; by default 200 copies of the large ones in
# ../shared/corpus are used. Everything is in memory (/dev/shm) where there is
# some, in three rounds, and the best time of each counts. For programs that are
# installed: exiftool in one process, jpegtran and jpegoptim a process per file.
# PROVISIONER names the program; by default target/release/provisioner.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

program=${PROVISIONER:-$root/target/release/provisioner}
if [ ! -x "$program" ]; then
    echo "error: $program is missing; build it with: cargo build --release" >&2
    exit 1
fi

shm=/dev/shm
[ -w "$shm" ] || shm=${TMPDIR:-/tmp}
scratch=$(mktemp -d "$shm/bench-pictures.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

in=$scratch/in
mkdir "$in"
if [ $# -gt 0 ]; then
    find "$1" -type f -iname '*.jp*g' -exec cp -t "$in" {} +
else
    corpus=$root/../shared/corpus
    [ -d "$corpus" ] || { echo "skipped: no folder was given, and $corpus is not there"; exit 0; }
    mapfile -t large < <(find "$corpus" -type f -name '*.jpg' -size +1500k | sort)
    for number in $(seq 200); do
        cp "${large[number % ${#large[@]}]}" "$in/$number.jpg"
    done
fi
files=$(find "$in" -type f | wc -l)
echo "$files files, $(du -sm "$in" | cut -f1) MB"

each() {
    for picture in "$in"/*; do
        "$@" "$picture" >"$out/${picture##*/}" 2>/dev/null || true
    done
}

run() {
    case $1 in
    cp) cp "$in"/* "$out" ;;
    sanitize) "$program" sanitize --recursive "$in" -o "$out" --orientation tag ;;
    sanitize-fast) "$program" sanitize --fast --recursive "$in" -o "$out" --orientation tag ;;
    exiftool) exiftool -q -all= -r "$in" -o "$out/" ;;
    jpegtran) each jpegtran -copy none ;;
    jpegoptim) jpegoptim -q -f --strip-all -d "$out" "$in"/* ;;
    esac
}

declare -A best
racers=(cp sanitize sanitize-fast)
for other in exiftool jpegtran jpegoptim; do
    if command -v "$other" >/dev/null; then racers+=("$other"); else echo "skipped: $other is not installed"; fi
done
for round in 1 2 3; do
    for racer in "${racers[@]}"; do
        # Of the slow ones one round tells enough.
        [ "$round" -gt 1 ] && [ "${best[$racer]}" -gt 20000000 ] && continue
        out=$scratch/out
        mkdir "$out"
        start=$(date +%s%N)
        run "$racer" >/dev/null 2>&1 || true
        took=$((($(date +%s%N) - start) / 1000))
        rm -rf "$out"
        [ -n "${best[$racer]:-}" ] && [ "${best[$racer]}" -le "$took" ] || best[$racer]=$took
    done
done
for racer in "${racers[@]}"; do
    awk -v name="$racer" -v took="${best[$racer]}" -v copy="${best[cp]}" -v files="$files" \
        'BEGIN { printf "%-14s %8.3f s %8.0f files/s %8.2f times cp\n", name, took / 1e6, files / (took / 1e6), took / copy }'
done

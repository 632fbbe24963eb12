#!/usr/bin/env bash
# The commands that need no AWS and no configuration, as a user types them: help, `inspect`, `sanitize`, and the
# refusal of what cannot be proven clean. For the systems on which the whole test suite does not run.
#
# usage: ci/offline.sh [PROVISIONER]      (default: target/debug/provisioner)
set -euo pipefail
cd "$(dirname "$0")/.."
program=${1:-target/debug/provisioner}
program=$(cd "$(dirname "$program")" && pwd)/$(basename "$program")
seed=$PWD/crates/sanitizer/fuzz/seeds/jpeg/plain
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Somewhere without config.toml; a call to AWS would fail at once.
cd "$work"
export AWS_ENDPOINT_URL=http://127.0.0.1:9

fail() {
    printf 'error: %s\n' "$1" >&2
    [ ! -s output ] || cat output >&2
    exit 1
}

expect() { # exit code, then the command's arguments
    local expected=$1 code=0
    shift
    "$program" "$@" >output 2>&1 || code=$?
    [ "$code" = "$expected" ] || fail "provisioner $*: exit code $code instead of $expected"
    echo "ok: provisioner $*"
}

expect 0 --version
grep -q '^provisioner [0-9]' output || fail "--version does not begin with the name and a number"
expect 0 --help
for command in plan up down status upload inspect sanitize package export local; do
    expect 0 "$command" --help
done

# The first byte of a seed is not of the picture; behind the next two (SOI) comes a comment that must go.
canary=OFFLINECANARY
{ printf '\377\330\377\376\000\017%s' "$canary" && tail -c +4 "$seed"; } >photo.jpg
cp photo.jpg before.jpg
expect 0 inspect photo.jpg
grep -q "$canary" output || fail "inspect does not show the comment"
expect 0 sanitize photo.jpg -o clean.jpg
! grep -q "$canary" clean.jpg || fail "the comment is in the clean copy"
cmp photo.jpg before.jpg || fail "the original was changed"
expect 0 sanitize clean.jpg -o again.jpg
cmp clean.jpg again.jpg || fail "a clean picture was changed"
mkdir folder
cp photo.jpg folder
expect 0 sanitize --recursive folder -o copies
cmp clean.jpg copies/photo.jpg || fail "from a folder comes another picture"

head -c 300 photo.jpg >cut.jpg
expect 6 sanitize cut.jpg -o never.jpg
[ ! -e never.jpg ] || fail "a picture that was refused was written"

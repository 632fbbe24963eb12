#!/usr/bin/env bash
# The program on Windows: checked and linted for it, built, and used. On Windows itself (Git's bash) natively. Elsewhere it
# is built by mingw-w64 and used under Wine, there also against the local AWS of this machine: it makes a stack, uploads
# into it, proves it and removes it. What is missing is skipped with one line, with CI set as well.
#
# usage: ci/windows.sh [PROVISIONER.EXE]      (default: one that is checked and built here)
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
exe=${1:-}
[ -z "$exe" ] || exe=$(cd "$(dirname "$exe")" && pwd)/$(basename "$exe")

skip() {
    echo "skipped: $1" >&2
    exit 0
}

is_windows=no
case $(uname -s) in MINGW* | MSYS* | CYGWIN*) is_windows=yes ;; esac
if [ -z "$exe" ]; then
    target=()
    folder=target/debug
    if [ "$is_windows" = no ]; then
        triple=x86_64-pc-windows-gnu
        command -v x86_64-w64-mingw32-gcc >/dev/null || skip "mingw-w64 is not installed (gcc-mingw-w64-x86-64)"
        rustup target add "$triple" >/dev/null 2>&1 || skip "rustup has no target $triple to add"
        target=(--target "$triple")
        folder=${CARGO_TARGET_DIR:-target}/$triple/debug
    fi
    # Its tests use Unix; what is pure in them runs elsewhere.
    cargo clippy --quiet --jobs 2 --locked -p provisioner --bin provisioner "${target[@]}" -- -D warnings
    cargo build --quiet --jobs 2 --locked -p provisioner --bin provisioner "${target[@]}" --config profile.dev.debug=false
    echo "ok: clippy and build"
    exe=$(cd "$folder" && pwd)/provisioner.exe
fi

scratch=$(mktemp -d)
home=$scratch/home
host=${CARGO_TARGET_DIR:-$root/target}/debug/provisioner
# The server that was started here must not outlive this.
trap 'PROVISIONER_LOCAL_HOME=$home "$host" local stop >/dev/null 2>&1 || true; rm -rf "$scratch"' EXIT
mkdir -p "$scratch/Program Files" "$scratch/work"
cp "$exe" "$scratch/Program Files/provisioner.exe"
program=$scratch/provisioner
if [ "$is_windows" = yes ]; then
    program="$scratch/Program Files/provisioner.exe"
else
    wine=$(command -v wine || command -v wine64) || skip "wine is not installed, so the program is not used"
    export WINEPREFIX=$root/target/wine WINEDEBUG=-all WINEDLLOVERRIDES=winedbg.exe=d
    mkdir -p "$WINEPREFIX"
    { "$wine" wineboot -i && "$wine" winecfg -v win10; } >/dev/null 2>&1 || skip "wine does not start"
    # Rust takes its random numbers from a library that Wine has from version 9 on.
    cat >"$scratch/random.c" <<'C'
__declspec(dllimport) unsigned char __stdcall SystemFunction036(void *, unsigned long);
__declspec(dllexport) int __stdcall ProcessPrng(unsigned char *data, unsigned long long size) {
    return SystemFunction036(data, (unsigned long)size);
}
C
    if [ ! -e "$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll" ]; then
        command -v x86_64-w64-mingw32-gcc >/dev/null || skip "this wine has no bcryptprimitives.dll, and there is no mingw-w64"
        x86_64-w64-mingw32-gcc -shared -o "$scratch/Program Files/bcryptprimitives.dll" "$scratch/random.c" -ladvapi32
    fi
    printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$wine" "$scratch/Program Files/provisioner.exe" >"$program"
    chmod +x "$program"
fi
unset AWS_REGION AWS_DEFAULT_REGION AWS_PROFILE
export AWS_EC2_METADATA_DISABLED=true

ci/offline.sh "$program"

cd "$scratch/work"
fail() {
    printf 'error: %s\n' "$1" >&2
    [ ! -s ../output ] || cat ../output >&2
    exit 1
}
expect() { # exit code, a text that the output has, then the command's arguments
    local expected=$1 text=$2 code=0
    shift 2
    timeout 120 "$program" "$@" >../output 2>&1 </dev/null || code=$?
    [ "$code" = "$expected" ] || fail "provisioner $*: exit code $code instead of $expected"
    grep -qF -- "$text" ../output || fail "provisioner $*: does not say: $text"
    echo "ok: provisioner $*"
}
has_comment() { grep -q CANARY "$1"; }

# A GIF of one pixel with a comment.
printf 'GIF89a\1\0\1\0\200\0\0\0\0\0\377\377\377\41\376\6CANARY\0\54\0\0\0\0\1\0\1\0\0\2\2\104\1\0\73' >photo.gif
expect 0 "provisioner plan" init --stack photos
expect 0 "no errors" config check
expect 4 "exists already" init --stack photos
expect 0 "source bucket" explain
expect 0 "wrote" man pages
expect 5 "region" plan
for command in "up --yes --local" "verify --local" "local start"; do
    # shellcheck disable=SC2086 # words, on purpose
    expect 4 "does not run on Windows" $command
done

# Files: over another one, in place, read-only, a device, names that are none.
expect 0 "1 cleaned" sanitize photo.gif -o 'new\sub/clean.gif'
! has_comment new/sub/clean.gif || fail "the comment is in the clean copy"
expect 6 "--force replaces it" sanitize photo.gif -o 'new\sub/clean.gif'
expect 0 "1 cleaned" sanitize photo.gif -o 'new\sub/clean.gif' --force
cp photo.gif own.gif
expect 0 "in place" sanitize --in-place own.gif
! has_comment own.gif || fail "the comment is in the picture that was cleaned in place"
cp photo.gif fixed.gif
if [ "$is_windows" = yes ]; then attrib +r fixed.gif; else chmod 444 fixed.gif; fi
expect 6 "read-only" sanitize --in-place fixed.gif
expect 6 "read-only" sanitize photo.gif -o fixed.gif --force
has_comment fixed.gif || fail "a read-only file was replaced"
for device in NUL con.gif 'Com1'; do
    expect 4 "is a device" sanitize photo.gif -o "$device"
done
expect 6 "names on Windows" sanitize photo.gif -o 'photo.gif:stream'
expect 6 "names on Windows" sanitize photo.gif -o 'a?.gif'
expect 4 "one of the inputs" sanitize photo.gif -o PHOTO.GIF --force

# Folders.
mkdir -p "in/Été 1" other
cp photo.gif "in/Été 1/a b.gif"
cp photo.gif in/b.gif
cp photo.gif other/B.GIF
expect 0 "2 cleaned" sanitize --recursive in -o "out\\"
! has_comment "out/Été 1/a b.gif" || fail "the comment is in a copy of the folder"
expect 4 "among the inputs" sanitize --recursive in -o 'IN\out'
expect 4 "would both become" sanitize --recursive in other -o out2
[ -z "$(find . -name '.provisioner-*')" ] || fail "temporary files are left"

# Links, which Wine does not make.
if [ "$is_windows" = yes ]; then
    link() { MSYS_NO_PATHCONV=1 cmd /c "$1" >/dev/null; }
    mkdir elsewhere linked
    cp photo.gif elsewhere/c.gif
    cp photo.gif linked/d.gif
    link "mklink /J linked\\junction elsewhere"
    link "mklink linked\\link.gif ..\\photo.gif"
    expect 0 "1 cleaned" sanitize --recursive linked -o out3
    [ ! -e out3/junction ] || fail "a junction was followed"
    [ ! -e out3/link.gif ] || fail "a link was followed"
    mkdir -p in4/sub out4
    cp photo.gif in4/sub/e.gif
    link "mklink /J out4\\sub elsewhere"
    expect 6 "a symbolic link" sanitize --recursive in4 -o out4
    [ ! -e elsewhere/e.gif ] || fail "a picture was written through a junction"
    expect 4 "a symbolic link" sanitize photo.gif -o 'linked\link.gif' --force
    expect 0 "1 cleaned" sanitize --in-place --recursive linked
    has_comment photo.gif || fail "a picture was cleaned through a link"
    has_comment elsewhere/c.gif || fail "a picture was cleaned through a junction"
fi

# It finds the function that came with it, and sees that this is none.
cp "$root/ci/windows.sh" "$scratch/Program Files/bootstrap-x86_64"
expect 1 'Program Files\bootstrap-x86_64 is no program that Lambda can start' doctor

if [ "$is_windows" = yes ]; then
    echo "the program works on this Windows"
    exit 0
fi

cd "$root"
cargo build --quiet --jobs 2
cp "$(dirname "$host")/bootstrap" "$scratch/Program Files/bootstrap-host"
cd "$scratch/work"
PROVISIONER_LOCAL_HOME=$home "$host" local start >../started 2>../output ||
    skip "no local AWS starts here, so the program makes no stack: $(head -n 1 ../output)"
windows_path() { printf 'Z:%s' "${1//\//\\}"; }
# shellcheck disable=SC1090 # made a line ago
. <(grep '^export AWS_' ../started)
AWS_CA_BUNDLE=$(windows_path "$AWS_CA_BUNDLE")
PROVISIONER_BOOTSTRAP=$(windows_path "$scratch/Program Files/bootstrap-host")
AWS_SHARED_CREDENTIALS_FILE=$(windows_path "$scratch/aws/credentials")
export PROVISIONER_BOOTSTRAP AWS_SHARED_CREDENTIALS_FILE
expect 0 "9 created" up --yes
expect 0 "No changes" plan
expect 0 "/Été 1/a b.gif" upload "in\\"
expect 0 "clean cop" pending
# Long enough to go in parts; Python's noise does not compress.
python3 - <<'P'
import random, struct, zlib
def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
side, noise = 2500, random.Random(1)
rows = b"".join(b"\0" + noise.randbytes(3 * side) for _ in range(side))
with open("large.png", "wb") as file:
    file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)) + chunk(b"tEXt", b"Comment\0CANARY")
               + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b""))
P
expect 0 "1 clean" upload large.png
expect 0 "as they should be" verify
expect 0 "profile ann" keys issue user-a --profile ann
grep -q '^\[ann\]' "$scratch/aws/credentials" || fail "the profile was not written"
expect 0 "Revoked" keys revoke user-a --yes
expect 0 "" down --yes --delete-data
expect 0 "nothing of this stack" down --yes
echo "the program for Windows works under Wine, its pipeline included"

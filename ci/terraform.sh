#!/usr/bin/env bash
# Judges of the HCL that are not ours: Terraform itself (or OpenTofu), tflint,
# checkov and parliament. The last two are on PyPI: `pip install checkov parliament
# 'setuptools<81'`, the last with the pkg_resources that parliament needs.
# A judge that is missing is skipped with one line, and with CI set a failure;
# tflint alone, which no package index has, is never one.
set -euo pipefail
cd "$(dirname "$0")/../terraform"

missing() {
    echo "skipped: $1 is not installed" >&2
    [ -z "${CI:-}" ] || exit 1
}

tool=$(command -v terraform || command -v tofu || true)
if [ -n "$tool" ]; then
    echo "== $(basename "$tool") fmt, validate"
    "$tool" fmt -check -diff
    # In a copy: the folder may be set up for a backend, and OpenTofu would write
    # its own registry into the lock file.
    copy=$(mktemp -d)
    trap 'rm -rf "$copy"' EXIT
    cp ./*.tf "$copy"
    [ "$(basename "$tool")" = tofu ] || cp .terraform.lock.hcl "$copy"
    "$tool" -chdir="$copy" init -backend=false -input=false -no-color >/dev/null
    "$tool" -chdir="$copy" validate -no-color
else
    missing "terraform (or tofu)"
fi

if command -v tflint >/dev/null; then
    echo "== tflint"
    tflint --no-color
else
    echo "skipped: tflint is not installed" >&2
fi

if command -v checkov >/dev/null; then
    echo "== checkov"
    checkov --directory .
else
    missing "checkov"
fi

# The policies as the pure Rust side writes them; the parity tests prove that
# those of the HCL mean the same.
provisioner=${PROVISIONER:-../target/debug/provisioner}
# Not `command -v parliament`: what counts is the python3 that runs policies.py.
if ! python3 -c 'import parliament' 2>/dev/null; then
    missing "parliament (for python3)"
elif [ ! -x "$provisioner" ]; then
    missing "$provisioner (cargo build)"
else
    echo "== parliament"
    "$provisioner" --config ../config.toml export policies | python3 ../ci/policies.py
fi

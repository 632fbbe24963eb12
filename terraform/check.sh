#!/usr/bin/env bash
# Judges of the HCL that are not ours: Terraform itself (or OpenTofu), checkov
# and parliament. The last two are on PyPI: `pip install checkov parliament`.
# A judge that is missing is skipped with one line, and with CI set a failure.
set -euo pipefail
cd "$(dirname "$0")"

missing() {
  echo "skipped: $1 is not installed" >&2
  [ -z "${CI:-}" ] || exit 1
}

tool=$(command -v terraform || command -v tofu || true)
if [ -n "$tool" ]; then
  echo "== $(basename "$tool") fmt, validate"
  "$tool" fmt -check -diff
  # A data folder of its own: the one in use may be set up for a backend.
  TF_DATA_DIR=$(mktemp -d)
  export TF_DATA_DIR
  trap 'rm -rf "$TF_DATA_DIR"' EXIT
  "$tool" init -backend=false -input=false -no-color >/dev/null
  "$tool" validate -no-color
else
  missing "terraform"
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
if ! command -v parliament >/dev/null; then
  missing "parliament"
elif [ ! -x "$provisioner" ]; then
  missing "$provisioner (cargo build)"
else
  echo "== parliament"
  "$provisioner" --config ../config.toml export policies | python3 policies.py
fi

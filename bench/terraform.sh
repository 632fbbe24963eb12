#!/usr/bin/env bash
# up / plan / down against terraform apply / plan / destroy, one after the other
# on the same endpoint. Prints wall seconds, CPU seconds and peak memory of each.
#
# usage: bench/terraform.sh [PROVISIONER]      (default: target/release/provisioner)
#
# Uses AWS_ENDPOINT_URL if it is set, else the AWS of `provisioner local start`.
# Calls, chains and added latency of any of these commands: put `proxy --latency 100 --` or `proxy --lockstep 700 --`
# before it (provisioner/examples/proxy.rs; bench/latency.sh does so for provisioner).
# The stack is called bench-tf; it is made and removed several times.
set -euo pipefail
cd "$(dirname "$0")/.."
provisioner=$(realpath "${1:-target/release/provisioner}")
tool=$(command -v terraform || command -v tofu) || { echo "neither terraform nor tofu is installed" >&2; exit 1; }

if [ -z "${AWS_ENDPOINT_URL:-}" ]; then
  eval "$("$provisioner" local start | grep '^export ')"
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/terraform"
cp terraform/*.tf terraform/.terraform.lock.hcl "$work/terraform/"
rm -f "$work/terraform/imports.tf" "$work/terraform/imports_override.tf"
cp config.toml "$work/"

# Runs a command silently and prints one line about it.
measure() {
  local name=$1
  shift
  python3 - "$name" "$@" <<'PY'
import os, subprocess, sys, time

name, command = sys.argv[1], sys.argv[2:]
start = time.monotonic()
process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
output = process.stdout.read()
# The peak is of the largest process: Terraform's provider is one of its own.
_, status, usage = os.wait4(process.pid, 0)
wall = time.monotonic() - start
if os.waitstatus_to_exitcode(status):
    sys.exit(f"{name} failed:\n{output.decode()}")
print(f"{name:<20} {wall:8.2f} s wall {usage.ru_utime + usage.ru_stime:8.2f} s CPU {usage.ru_maxrss / 1024:8.0f} MB peak")
PY
}

cd "$work"
"$provisioner" --stack bench-tf package
export PROVISIONER_BOOTSTRAP="$work/terraform/function.zip"
"$provisioner" --stack bench-tf export tfvars
"$tool" -chdir=terraform init -input=false >/dev/null
echo "needed before the first run: $(du -sLh terraform/.terraform "$(realpath "$tool")" "$provisioner" | tr '\n' ' ')"

measure "provisioner up" "$provisioner" --stack bench-tf up --yes
measure "provisioner plan" "$provisioner" --stack bench-tf plan
measure "provisioner down" "$provisioner" --stack bench-tf down --yes --delete-data
measure "terraform apply" "$tool" -chdir=terraform apply -auto-approve -input=false
measure "terraform plan" "$tool" -chdir=terraform plan -input=false
measure "terraform destroy" "$tool" -chdir=terraform destroy -auto-approve -input=false

#!/usr/bin/env bash
# The control plane on moto, a second and independent implementation of AWS's
# APIs: what passes on both is written for AWS and not for one emulator.
# Needs `moto_server` (PyPI `moto[server]`) in PATH and a built CLI and function.
set -euo pipefail
cd "$(dirname "$0")/.."
provisioner=$PWD/${PROVISIONER:-target/debug/provisioner}
port=${MOTO_PORT:-5871}

if ! command -v moto_server >/dev/null; then
    echo "skipped: moto_server is not installed (pip install 'moto[server]')" >&2
    [ -z "${CI:-}" ] || exit 1
    exit 0
fi
moto_server -H 127.0.0.1 -p "$port" >/dev/null 2>&1 &
server=$!
trap 'kill $server 2>/dev/null' EXIT
export AWS_ENDPOINT_URL=http://127.0.0.1:$port AWS_REGION=us-east-1
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
for _ in $(seq 100); do
    curl -fs "$AWS_ENDPOINT_URL/moto-api/" >/dev/null 2>&1 && break
    sleep 0.2
done

expect() { # exit code, then the command's arguments
    local expected=$1 code=0 output
    shift
    output=$("$provisioner" "$@" 2>&1) || code=$?
    if [ "$code" != "$expected" ]; then
        printf '%s\nerror: provisioner %s: exit code %s instead of %s\n' "$output" "$*" "$code" "$expected" >&2
        exit 1
    fi
    echo "ok: provisioner $*"
}
expect 2 plan --detailed-exitcode
expect 0 up --yes
expect 0 plan --detailed-exitcode
expect 0 up --yes
expect 0 status
expect 0 up --yes --stack second
expect 0 plan --detailed-exitcode
expect 0 down --yes --stack second
expect 0 plan --detailed-exitcode
expect 0 down --yes
expect 0 down --yes
expect 0 up --yes

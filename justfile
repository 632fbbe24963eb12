# The commands of CONTRIBUTING.md by name: https://just.systems. Nothing needs `just`; each recipe is what one would type.

# List the recipes.
default:
    @just --list

# The README's first command: the whole pipeline on this machine.
up *arguments:
    cargo run -- up --local --yes {{ arguments }}

# Remove it all, pictures included.
down *arguments:
    cargo run -- down --local --yes --delete-data {{ arguments }}

# Everything, or the tests whose names contain FILTER.
test *filter:
    cargo test {{ filter }}

# The picture library alone: no AWS, seconds.
test-sanitizer *filter:
    cargo test --package sanitizer {{ filter }}

# Accept what the snapshots have become; then read the diff.
snapshots *filter:
    INSTA_UPDATE=always cargo test {{ filter }}
    git diff --stat -- '*.snap'

# Format the Rust and the HCL.
format:
    cargo fmt --all
    if command -v terraform >/dev/null; then terraform -chdir=terraform fmt; fi

# Format, clippy, documentation, workflows, scripts, the book.
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps
    ci/lint.sh

# Links in README and docs, and the book in target/book.
book:
    ci/book.py

# The judges of the pictures and of the HCL; what is not installed is skipped with one line.
judge:
    cargo build
    ci/offline.sh
    PROVISIONER=target/debug/provisioner ci/pictures.py
    ci/page.py
    ci/terraform.sh

# All that must pass before a change lands.
ci:
    bash .ci/run

# Fuzz each format for SECONDS, or only TARGETS.
fuzz seconds="60" *targets:
    crates/sanitizer/fuzz/run {{ seconds }} {{ targets }}

# Measure: calls and latency, pictures beside other programs. Beside Terraform: bench/terraform.py.
bench:
    cargo build --release
    bench/latency.sh
    bench/pictures.sh
    bench/others.py

# Vulnerabilities, licences, sources of the dependencies.
audit:
    cargo deny check

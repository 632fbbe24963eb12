"""Makes the screens in docs/images from real runs: python3 ci/screens.py [PROGRAM]

Needs Pillow, for the photo, and the local AWS (`provisioner local start` installs it). Each screen is one SVG that is
light or dark as the reader's system is.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
from xml.sax.saxutils import escape

from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "target/debug/provisioner").resolve()
COLUMNS, SIZE, LINE = 108, 13, 18
COLOURS = {"31": "red", "32": "green", "33": "yellow", "36": "cyan"}
STYLE = """
text { font: %dpx ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; white-space: pre; fill: #1f2328; }
rect { fill: #f6f8fa; stroke: #d1d9e0; }
.bold { font-weight: 600; } .dim { fill: #59636e; } .prompt { fill: #59636e; }
.red { fill: #b42318; } .green { fill: #116329; } .yellow { fill: #7a5200; } .cyan { fill: #0b5a73; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; } rect { fill: #0d1117; stroke: #30363d; } .dim, .prompt { fill: #9198a1; }
  .red { fill: #ff7b72; } .green { fill: #56d364; } .yellow { fill: #e3b341; } .cyan { fill: #76e3ea; }
}
""" % SIZE


def photo(path):
    """A photo that tells where, when, with what and by whom it was taken."""
    picture = Image.linear_gradient("L").resize((640, 480)).convert("RGB")
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x013B] = "Example", "Phone 15", "Jane Doe"
    exif[0x0112] = 6
    exif.get_ifd(0x8769).update({0x9003: "2026:05:03 17:42:10", 0xA431: "F2LX7Q0HN4"})
    exif.get_ifd(0x8825).update({
        1: "N", 2: (48.0, 51.0, 29.6), 3: "E", 4: (2.0, 17.0, 40.2),
    })
    picture.save(path, quality=85, exif=exif)


def run(line, folder):
    """What a command prints, colours included."""
    env = os.environ | {"CLICOLOR_FORCE": "1", "COLUMNS": str(COLUMNS), "PATH": f"{PROGRAM.parent}:{os.environ['PATH']}"}
    env.pop("NO_COLOR", None)
    ended = subprocess.run(line, shell=True, cwd=folder, env=env, capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        sys.exit(f"{line}: {ended.returncode}\n{ended.stdout}{ended.stderr}")
    # The hash of the function is another one with each version.
    return re.sub(r", code [^)]{12}", "", ended.stdout)


def spans(text):
    """A line with its colours as tspans."""
    classes, parts = set(), []
    for piece in re.split(r"(\x1b\[[0-9;]*m)", text):
        if not (found := re.fullmatch(r"\x1b\[([0-9;]*)m", piece)):
            if piece:
                kind = f' class="{" ".join(sorted(classes))}"' if classes else ""
                parts.append(f"<tspan{kind}>{escape(piece)}</tspan>")
            continue
        for code in found[1].split(";"):
            if code in ("", "0"):
                classes.clear()
            elif code in COLOURS:
                classes.add(COLOURS[code])
            elif code in ("1", "2"):
                classes.add({"1": "bold", "2": "dim"}[code])
    return "".join(parts)


def cut(line):
    """A line that fits."""
    if len(re.sub(r"\x1b\[[0-9;]*m", "", line)) <= COLUMNS:
        return line
    room, kept = COLUMNS - 1, []
    for piece in re.split(r"(\x1b\[[0-9;]*m)", line):
        is_colour = piece.startswith("\x1b")
        kept.append(piece if is_colour else piece[:room])
        room -= 0 if is_colour else len(kept[-1])
    return "".join(kept) + "…"


def svg(name, title, runs):
    """Writes one screen: each command with what it printed."""
    rows = []
    for line, printed in runs:
        if rows:
            rows.append("")
        rows.append(f'<tspan class="prompt">$ </tspan><tspan class="bold">{escape(line)}</tspan>')
        rows += [spans(cut(text)) for text in printed.rstrip("\n").split("\n")]
    width, height = int(COLUMNS * SIZE * 0.61) + 32, len(rows) * LINE + 28
    body = "\n".join(
        f'<text x="16" y="{24 + index * LINE}" xml:space="preserve">{row}</text>' for index, row in enumerate(rows) if row
    )
    (ROOT / f"docs/images/{name}.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" aria-label="{escape(title)}">\n<title>{escape(title)}</title>\n<style>{STYLE}</style>\n'
        f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8"/>\n{body}\n</svg>\n',
        encoding="utf-8",
    )


def main():
    with tempfile.TemporaryDirectory() as folder:
        photo(pathlib.Path(folder, "PHOTO.jpg"))
        lines = ["provisioner inspect PHOTO.jpg", "provisioner sanitize PHOTO.jpg -o clean.jpg",
                 "provisioner inspect clean.jpg"]
        svg("picture", "What a photo reveals, and the same photo cleaned", [(line, run(line, folder)) for line in lines])
        run("provisioner init --stack photos", folder)
        line = "provisioner plan --local"
        svg("plan", "The plan of a new stack", [(line, run(line, folder))])


main()

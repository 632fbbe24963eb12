"""Removes the metadata from pictures and leaves the pixels alone: JPEG, PNG, WebP, GIF, HEIC, AVIF.

No files, no network: bytes in, clean bytes and a report out. It works by allowlist: what is not needed to show the
picture goes, and what cannot be proven clean is refused. Threads work on several pictures at once.
"""

from typing import Any, Iterable, Literal, TypedDict, Union, final
from typing_extensions import Unpack

__version__: str

class Options(TypedDict, total=False):
    """How to clean. What is not given is as in the example of each: that leaks nothing and changes no pixel."""

    orientation: Literal["upright", "tag", "drop"]
    """Turn the picture, exactly; keep a minimal EXIF that says how to turn it; or drop what EXIF says. `"upright"`."""
    partial_edges: Literal["tag", "trim", "refuse"]
    """Where blocks at the edge keep a picture from being turned exactly. `"tag"`."""
    icc: Literal["keep", "drop-srgb", "drop"]
    """A colour profile is written anew, or dropped. `"keep"`."""
    gain_maps: Literal["keep", "drop"]
    """An HDR gain map. `"keep"`."""
    hidden_pixels: Literal["blank", "refuse", "keep"]
    """Pixels that nobody sees, such as those that were cropped away but are still there. `"blank"`."""
    unreadable_profile: Literal["drop", "refuse"]
    """A colour profile that cannot be read. `"drop"`."""
    keep: Iterable[Literal["copyright", "creator", "credit", "license"]]
    """Which words about rights stay, written anew. `[]`."""
    max_memory: int
    """The most memory in bytes besides the input. `2**30`."""
    max_inflated_bytes: int
    """The most bytes of a PNG's image data when they are inflated. `2 * 2**30`."""
    max_megapixels: int
    """The most pixels, in millions. `1000`."""
    verify_entropy: bool
    """Follow the coded data of JPEG and HEIC to the last block, to prove that nothing hides behind it. `True`."""

@final
class Sanitized:
    """A clean picture."""

    @property
    def data(self) -> bytes:
        """The file."""
    @property
    def format(self) -> str:
        """Its format: `"jpeg"`, `"png"`, `"webp"`, `"gif"`, `"heic"` or `"avif"`. The same as that of the input."""
    @property
    def report(self) -> dict[str, Any]:
        """What was removed (`removed`: `category`, `location`, `offset`, `bytes` of each), and what became of the rest."""

class Refused(ValueError):
    """The picture is refused: it is none, damaged, or cannot be proven clean. Nothing of it is handed back."""

    kind: str
    """A stable word for why, such as `"not-a-picture"`, `"truncated"` or `"unprovable"`."""

def sanitize(data: Union[bytes, bytearray, memoryview], **options: Unpack[Options]) -> Sanitized:
    """Cleans a picture. Its format is told by its content.

    Raises `Refused` for a picture that cannot be cleaned, `ValueError` for a word that an option does not have, and
    `TypeError` for what is no option or not bytes.
    """

def inspect(data: Union[bytes, bytearray, memoryview], **options: Unpack[Options]) -> dict[str, Any]:
    """Tells what a picture reveals: the report of cleaning it, with `facts` (place, times, device, ...).

    Raises as `sanitize` does.
    """

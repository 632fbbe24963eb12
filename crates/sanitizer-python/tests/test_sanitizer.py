"""What Python adds: types, words, errors, threads. What is removed has its tests in the library."""

import ast
import pathlib
import struct
import threading
import unittest
import zlib
from importlib.metadata import version

import sanitizer

# A GIF of one pixel, with a comment.
GIF = (b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff"
       b"\x21\xfe\x05Paris\0\x2c\0\0\0\0\1\0\1\0\0\2\2\x44\1\0\x3b")


def with_exif(make):
    """A grey JPEG of one block whose EXIF names the maker of the camera."""
    tiff = b"II*\0\x08\0\0\0" + struct.pack("<HHHII", 1, 0x10F, 2, len(make), 26) + struct.pack("<I", 0) + make
    exif = b"Exif\0\0" + tiff
    counts = bytes([1] + 15 * [0])
    return b"".join([
        b"\xff\xd8", b"\xff\xe1", struct.pack(">H", len(exif) + 2), exif,
        b"\xff\xdb\0\x43\0", bytes(64 * [1]),
        b"\xff\xc0\0\x0b\x08\0\x08\0\x08\1\1\x11\0",
        b"\xff\xc4\0\x14\x00", counts, b"\0", b"\xff\xc4\0\x14\x10", counts, b"\0",
        b"\xff\xda\0\x08\1\1\0\0\x3f\0", b"\x3f", b"\xff\xd9",
    ])


class Sanitize(unittest.TestCase):
    def test_the_comment_goes_and_a_second_time_nothing_does(self):
        clean = sanitizer.sanitize(GIF)
        self.assertNotIn(b"Paris", clean.data)
        self.assertEqual((clean.format, clean.report["width"]), ("gif", 1))
        self.assertEqual([removal["category"] for removal in clean.report["removed"]], ["comment"])
        self.assertEqual(sanitizer.sanitize(clean.data).data, clean.data)
        self.assertEqual(repr(clean), f"<sanitizer.Sanitized gif, {len(clean.data)} bytes>")

    def test_what_holds_bytes_is_taken_and_left_alone(self):
        clean = sanitizer.sanitize(GIF).data
        array = bytearray(GIF)
        for data in (array, memoryview(GIF), memoryview(array)[:]):
            self.assertEqual(sanitizer.sanitize(data).data, clean)
        del data
        self.assertEqual(array, GIF)
        # Nobody else holds on to it: its owner may change its length at once.
        array.clear()

    def test_other_types_are_told_what_to_do(self):
        for data in ("photo.jpg", 5, [1, 2], None):
            with self.assertRaisesRegex(TypeError, "not bytes, bytearray or memoryview"):
                sanitizer.sanitize(data)

    def test_what_is_refused_says_why(self):
        with self.assertRaises(sanitizer.Refused) as caught:
            sanitizer.sanitize(b"hello")
        self.assertEqual((str(caught.exception), caught.exception.kind), ("not a picture", "not-a-picture"))
        self.assertIsInstance(caught.exception, ValueError)
        with self.assertRaises(sanitizer.Refused) as caught:
            sanitizer.sanitize(GIF, max_megapixels=0)
        self.assertEqual(caught.exception.kind, "too-many-pixels")

    def test_options(self):
        for name, words in {
            "orientation": ["upright", "tag", "drop"], "partial_edges": ["tag", "trim", "refuse"],
            "icc": ["keep", "drop-srgb", "drop"], "gain_maps": ["keep", "drop"],
            "hidden_pixels": ["blank", "refuse", "keep"], "unreadable_profile": ["drop", "refuse"],
            "keep": [[], ["copyright", "creator", "credit", "license"], ("credit",), {"license"}],
            "max_memory": [1 << 20], "max_inflated_bytes": [1 << 20], "max_megapixels": [1], "verify_entropy": [True, False],
        }.items():
            for word in words:
                sanitizer.sanitize(GIF, **{name: word})
        for options, error, says in [
            ({"icc": "strip"}, ValueError, "use one of keep, drop-srgb, drop"),
            ({"icc": 1}, TypeError, "^icc: "),
            ({"keep": "copyright"}, TypeError, "a list of words"),
            ({"keep": ["artist"]}, ValueError, "copyright, creator, credit, license"),
            ({"keep": 1}, TypeError, ""),
            ({"max_memory": -1}, OverflowError, "^max_memory: "),
            ({"verify_entropy": "no"}, TypeError, "^verify_entropy: "),
            ({"orientaton": "tag"}, TypeError, "no option \"orientaton\": use orientation, "),
            ({"facts": True}, TypeError, "no option"),
        ]:
            with self.subTest(options), self.assertRaisesRegex(error, says):
                sanitizer.sanitize(GIF, **options)

    def test_the_stub_names_the_options_that_there_are(self):
        stub = ast.parse((pathlib.Path(__file__).parent.parent / "sanitizer.pyi").read_text())
        options = next(node for node in stub.body if isinstance(node, ast.ClassDef) and node.name == "Options")
        named = [node.target.id for node in options.body if isinstance(node, ast.AnnAssign)]
        with self.assertRaises(TypeError) as caught:
            sanitizer.sanitize(GIF, all=True)
        self.assertEqual(str(caught.exception).partition(": use ")[2].split(", "), named)

    def test_inspect_tells_what_cleaning_removes(self):
        picture = with_exif(b"Leica\0")
        facts = sanitizer.inspect(picture)["facts"]
        self.assertIn("Leica", str(facts))
        clean = sanitizer.sanitize(picture)
        self.assertNotIn("facts", clean.report)
        self.assertNotIn(b"Leica", clean.data)
        self.assertNotIn("Leica", str(sanitizer.inspect(clean.data)))

    def test_threads_share_nothing(self):
        pictures = [with_exif(b"camera %02d\0" % number) for number in range(8)]
        expected = sanitizer.sanitize(pictures[0]).data
        wrong = []

        def work(picture):
            for _ in range(200):
                if sanitizer.sanitize(picture).data != expected:
                    wrong.append(picture)

        threads = [threading.Thread(target=work, args=(picture,)) for picture in pictures]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    def test_other_threads_go_on_meanwhile(self):
        # A PNG that takes a while: many rows of nothing.
        def chunk(kind, data):
            return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

        rows, width = 20_000, 4_000
        data = zlib.compress(bytes(rows * (width + 1)), 1)
        png = (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, rows, 8, 0, 0, 0, 0))
               + chunk(b"IDAT", data) + chunk(b"IEND", b""))
        thread = threading.Thread(target=sanitizer.sanitize, args=(png,))
        steps_while_it_works = 0
        thread.start()
        while thread.is_alive():
            steps_while_it_works += 1
        thread.join()
        # With the lock kept this one would not get a turn before the end.
        self.assertGreater(steps_while_it_works, 1000)

    def test_the_version_is_that_of_the_package(self):
        self.assertEqual(sanitizer.__version__, version("provisioner-sanitizer"))


if __name__ == "__main__":
    unittest.main()

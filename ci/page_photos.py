"""A photo for ci/page.py, made on the spot: an evening with a tower, and EXIF that tells who was where, with what. Its
thumbnail shows a person who was cropped away."""

import io
import struct

from PIL import Image, ImageDraw, ImageFilter

SIZE = (1600, 1200)


def scene(with_person):
    """An evening sky over a city."""
    width, height = SIZE
    picture = Image.new("RGB", SIZE)
    draw = ImageDraw.Draw(picture)
    stops = [(0, (38, 44, 92)), (0.45, (188, 92, 106)), (0.72, (250, 178, 106)), (1, (255, 221, 160))]
    for y in range(height):
        at = y / height
        (a, low), (b, high) = next(pair for pair in zip(stops, stops[1:]) if pair[1][0] >= at)
        share = (at - a) / (b - a)
        draw.line([(0, y), (width, y)], tuple(round(p + (q - p) * share) for p, q in zip(low, high)))
    draw.ellipse((1040, 640, 1240, 840), (255, 236, 190))
    picture = picture.filter(ImageFilter.GaussianBlur(6))
    draw = ImageDraw.Draw(picture)
    tower = (44, 36, 58)
    draw.polygon([(500, 1060), (560, 1060), (668, 330), (680, 200), (692, 330), (800, 1060), (860, 1060), (716, 330), (644, 330)], tower)
    for y, half in ((940, 150), (700, 84), (470, 44)):
        draw.rectangle((680 - half, y, 680 + half, y + 22), tower)
    for index in range(40):
        x, top = index * 42, 1010 + (index * 37) % 70
        draw.rectangle((x, top, x + 44, height), (30, 27, 46))
        for window in range(2):
            if (index * 7 + window * 3) % 4 == 0:
                draw.rectangle((x + 10 + 16 * window, top + 26, x + 16 + 16 * window, top + 36), (255, 214, 138))
    if with_person:
        draw.ellipse((1210, 690, 1330, 830), (92, 62, 60))
        draw.rounded_rectangle((1140, 820, 1400, 1220), 90, (150, 50, 64))
    return picture


def jpeg(picture, **options):
    file = io.BytesIO()
    picture.save(file, "JPEG", **options)
    return file.getvalue()


def directory(at, entries, following=0):
    """A directory of a TIFF structure at this place, and where what comes after it begins."""
    body, data, end = b"", b"", at + 2 + 12 * len(entries) + 4
    for tag, kind, value in entries:
        if kind == "text":
            content, kind, count = value.encode() + b"\0", 2, len(value.encode()) + 1
        elif kind == "degrees":
            content, kind, count = b"".join(struct.pack(">2L", *pair) for pair in value), 5, 3
        else:
            content, kind, count = struct.pack(">L", value), 4, 1
        if len(content) > 4:
            body += struct.pack(">2H2L", tag, kind, count, end + len(data))
            data += content + b"\0" * (len(content) % 2)
        else:
            body += struct.pack(">2HL", tag, kind, count) + content.ljust(4, b"\0")
    return struct.pack(">H", len(entries)) + body + struct.pack(">L", following) + data


def exif(owner, thumbnail):
    def main(details, position, second):
        return directory(8, [
            (0x010F, "text", "Example"), (0x0110, "text", "Example Phone 15"), (0x0131, "text", "Camera 4.2"),
            (0x013B, "text", owner), (0x8769, "place", details), (0x8825, "place", position),
        ], second)

    details_at = 8 + len(main(0, 0, 0))
    details = directory(details_at, [
        (0x9003, "text", "2026:05:03 21:42:10"), (0x9011, "text", "+02:00"), (0xA431, "text", "F2LX7Q0HN4"),
        (0xA434, "text", "Example Phone 15 back camera 5.7mm f/1.8"),
    ])
    position_at = details_at + len(details)
    position = directory(position_at, [
        (1, "text", "N"), (2, "degrees", [(48, 1), (51, 1), (296, 10)]),
        (3, "text", "E"), (4, "degrees", [(2, 1), (17, 1), (402, 10)]),
    ])
    second_at = position_at + len(position)
    thumbnail_at = second_at + 2 + 12 * 2 + 4
    second = directory(second_at, [(0x0201, "place", thumbnail_at), (0x0202, "place", len(thumbnail))])
    tiff = b"MM\0\x2A\0\0\0\x08" + main(details_at, position_at, second_at) + details + position + second + thumbnail
    return b"Exif\0\0" + tiff


def photo(owner="Jane Doe"):
    """The photo, cropped after it was taken; the camera's thumbnail was not."""
    small = scene(with_person=True).resize((240, 180))
    cropped = scene(with_person=False).crop((160, 120, 1120, 1200 - 120)).resize((960, 960))
    return jpeg(cropped, quality=88, exif=exif(owner, jpeg(small, quality=80)))

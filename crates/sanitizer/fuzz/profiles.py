"""Colour profiles for the seeds: one of each kind of tag that is read."""

import struct

XYZ = {
    b"rXYZ": (0x83DF, 0x3DBF, 0xFFFFFFBB),
    b"gXYZ": (0x4ABF, 0xB137, 0x0AB9),
    b"bXYZ": (0x2838, 0x110B, 0xC8B9),
    b"wtpt": (0xF6D6, 0x10000, 0xD32D),
}
GAMMA = b"curv\0\0\0\0\0\0\0\x01\x02\x33\0\0"
SAMPLES = b"curv\0\0\0\0\0\0\0\x05" + struct.pack(">5H", 0, 3000, 12000, 30000, 65535)
FUNCTION = b"para\0\0\0\0\0\x03\0\0" + struct.pack(">5I", 0x26666, 0xF2A7, 0x0D59, 0x13D0, 0x0A5B)


def profile(tags, space=b"RGB ", pcs=b"XYZ ", version=2):
    header = bytearray(128)
    header[4:8] = b"lcms"
    header[8] = version
    header[12:24] = b"mntr" + space + pcs
    header[24:36] = struct.pack(">6H", 2026, 11, 25, 22, 44, 7)
    header[36:40] = b"acsp"
    header[48:56] = b"ACMEX100"
    table, data = struct.pack(">I", len(tags)), b""
    for kind, content in tags.items():
        data += bytes(-len(data) % 4)
        table += kind + struct.pack(">II", 132 + 12 * len(tags) + len(data), len(content))
        data += content
    header[0:4] = struct.pack(">I", len(header + table + data))
    return bytes(header) + table + data


def xyz(kind):
    return b"XYZ \0\0\0\0" + struct.pack(">3I", *XYZ[kind])


def matrix(curve):
    colours = {kind: xyz(kind) for kind in XYZ}
    return colours | {kind: curve for kind in (b"rTRC", b"gTRC", b"bTRC")}


def mft1(inputs, outputs):
    values = bytes(range(256)) * (inputs + outputs) + bytes(range(outputs << inputs))
    return b"mft1\0\0\0\0" + bytes((inputs, outputs, 2, 0)) + bytes(36) + values


def mft2(inputs, outputs):
    ends = struct.pack(">2H", 0, 65535)
    table = struct.pack(f">{outputs << inputs}H", *range(outputs << inputs))
    return b"mft2\0\0\0\0" + bytes((inputs, outputs, 2, 0)) + bytes(36) + struct.pack(">2H", 2, 2) + ends * inputs + table + ends * outputs


def lut_ab(kind, inputs, outputs):
    pcs, device = (outputs, inputs) if kind == b"mAB " else (inputs, outputs)
    table = bytes([2] * inputs).ljust(16, b"\0") + b"\x01\0\0\0" + bytes(range(outputs << inputs))
    table += bytes(-len(table) % 4)
    parts = [GAMMA * pcs, bytes(48), FUNCTION * pcs, table, GAMMA * device]
    head, body = kind + bytes(4) + bytes((inputs, outputs, 0, 0)), b""
    for part in parts:
        head += struct.pack(">I", 32 + len(body))
        body += part
    return head + body


def mpet():
    curve = b"curf\0\0\0\0\0\x02\0\0" + struct.pack(">f", 0.5)
    curve += b"parf\0\0\0\0\0\0\0\0" + struct.pack(">4f", 1, 1, 0, 0)
    curve += b"samf\0\0\0\0\0\0\0\x02" + struct.pack(">2f", 0.75, 1)
    curves = b"cvst\0\0\0\0\0\x03\0\x03" + struct.pack(">II", 36, len(curve)) * 3 + curve
    numbers = b"matf\0\0\0\0\0\x03\0\x03" + struct.pack(">12f", *[0.5] * 12)
    table = b"clut\0\0\0\0\0\x03\0\x03" + b"\x02\x02\x02".ljust(16, b"\0") + struct.pack(">24f", *[0.25] * 24)
    head, body = b"mpet\0\0\0\0\0\x03\0\x03\0\0\0\x03", b""
    for part in (curves, numbers, table):
        head += struct.pack(">II", 40 + len(body), len(part))
        body += part
    return head + body


def texts():
    text = "Ann's display".encode("utf-16-be")
    return {
        b"desc": b"mluc\0\0\0\0\0\0\0\x01\0\0\0\x0cenUS" + struct.pack(">II", len(text), 28) + text,
        b"dmnd": b"desc\0\0\0\0\0\0\0\x05Acme\0",
        b"cprt": b"text\0\0\0\0Ann Lee\0",
        b"meta": b"dict\0\0\0\0\0\0\0\x01\0\0\0\x10\0\0\0\x20\0\0\0\x02\0\0\0\x22\0\0\0\x02\0k\0v",
        b"mmod": (b"mmod\0\0\0\0\0\0\x06\x10\0\0\xa0\x34\xc0\xff\xee\x42").ljust(44, b"\0"),
        b"zzzz": b"text\0\0\0\0Hauptstr. 12\0",
    }


def profiles():
    yield "gamma", profile(matrix(GAMMA))
    yield "samples", profile(matrix(SAMPLES) | texts())
    yield "function", profile(matrix(FUNCTION) | texts(), version=4)
    yield "grey", profile({b"kTRC": SAMPLES, b"wtpt": xyz(b"wtpt")}, space=b"GRAY")
    yield "lut8", profile({b"A2B0": mft1(3, 3), b"B2A0": mft1(3, 3)}, pcs=b"Lab ")
    yield "lut16", profile({b"A2B0": mft2(4, 3), b"B2A0": mft2(3, 4), b"gamt": mft2(3, 1)}, b"CMYK", b"Lab ")
    yield "lut-ab", profile({b"A2B0": lut_ab(b"mAB ", 4, 3), b"B2A0": lut_ab(b"mBA ", 3, 4)}, b"CMYK", b"Lab ", 4)
    small = {b"chad": b"sf32\0\0\0\0" + bytes(36), b"cicp": b"cicp\0\0\0\0\x09\x10\0\x01", b"lumi": xyz(b"wtpt")}
    yield "elements", profile(matrix(GAMMA) | small | {b"D2B0": mpet(), b"B2D0": mpet()}, version=4)

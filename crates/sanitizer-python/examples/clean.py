"""Cleans a file: python clean.py in.jpg out.jpg"""

import sys

import sanitizer

_, source, target = sys.argv
with open(source, "rb") as file:
    picture = file.read()
try:
    clean = sanitizer.sanitize(picture)
except sanitizer.Refused as error:
    sys.exit(f"{source}: {error}")
with open(target, "wb") as file:
    file.write(clean.data)
print(f"{source}: {len(picture) - len(clean.data)} bytes less")

#!/usr/bin/env python3
"""Makes world.js, the map that the page draws without asking anybody.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    ./world.py package/countries-50m.json >world.js

The data are Natural Earth's admin-0 countries 1:50m (https://www.naturalearthdata.com, public domain), which the
package world-atlas has as TopoJSON. Borders are shared lines ("arcs"), so that they are simplified once and still fit.
"""

import json
import sys

STEPS = 20  # to a degree: 0.05 degrees are 5.6 km, a pixel of the map of a region
TOLERANCE = 2.0  # steps that a simplified line may be off
SMALLEST = 20.0  # square steps; smaller islands are left out, unless a country has no other
HEAD = """\
// Made by world.py; do not edit. Natural Earth, admin-0 countries 1:50m (public domain). Borders are de facto ones.
// A line is first point, then differences, in steps of 1/20 degree east and north; ~n is line n backwards.
"""


def simplified(points):
    """Douglas and Peucker: the ends stay, and whatever is further from the line between them than the tolerance."""
    keep, todo = {0, len(points) - 1}, [(0, len(points) - 1)]
    if points[0] == points[-1] and len(points) > 2:  # a ring: its farthest point is an end, too
        far = max(range(len(points)), key=lambda i: abs(points[i][0] - points[0][0]) + abs(points[i][1] - points[0][1]))
        keep.add(far)
        todo = [(0, far), (far, len(points) - 1)]
    while todo:
        start, end = todo.pop()
        (ax, ay), (bx, by) = points[start], points[end]
        length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5 or 1e-9
        off = [(abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length, i)
               for i, (x, y) in enumerate(points[start + 1:end], start + 1)]
        distance, at = max(off, default=(0, 0))
        if distance > TOLERANCE:
            keep.add(at)
            todo += [(start, at), (at, end)]
    return [points[i] for i in sorted(keep)]


def decoded(topology):
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((round((x * sx + tx) * STEPS), round((y * sy + ty) * STEPS)))
        yield simplified([p for i, p in enumerate(points) if i == 0 or p != points[i - 1]])


def area(ring, arcs):
    points = [p for index in ring for p in (arcs[index] if index >= 0 else arcs[~index][::-1])]
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(points, points[1:] + points[:1]))) / 2


def main():
    topology = json.load(open(sys.argv[1], encoding="utf-8"))
    arcs = list(decoded(topology))
    countries, used = [], {}
    for shape in topology["objects"]["countries"]["geometries"]:
        if shape["type"] not in ("Polygon", "MultiPolygon"):
            continue
        polygons = [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]
        rings = sorted((ring for polygon in polygons for ring in polygon), key=lambda ring: -area(ring, arcs))
        rings = [rings[0]] + [ring for ring in rings[1:] if area(ring, arcs) >= SMALLEST]
        countries.append((shape["properties"]["name"], rings))
        used |= {index if index >= 0 else ~index: None for ring in rings for index in ring}
    number = {old: new for new, old in enumerate(used)}
    sys.stdout.write(HEAD + "export const LINES = [\n")
    for old in number:
        flat, last = [], (0, 0)
        for point in arcs[old]:
            flat += [point[0] - last[0], point[1] - last[1]]
            last = point
        sys.stdout.write(json.dumps(flat, separators=(",", ":")) + ",\n")
    sys.stdout.write("];\nexport const COUNTRIES = [\n")
    for name, rings in sorted(countries):
        rings = [[number[i] if i >= 0 else ~number[~i] for i in ring] for ring in rings]
        sys.stdout.write(json.dumps([name, rings], separators=(",", ":"), ensure_ascii=False) + ",\n")
    sys.stdout.write("];\n")


main()

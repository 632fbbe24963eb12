// A map that nobody is asked for: countries out of world.js, drawn here.

import { COUNTRIES, LINES } from "./world.js";
import { el, svg } from "./dom.js";

const STEPS = 20; // to a degree, as in world.js
const [WIDTH, HEIGHT] = [640, 340]; // of the map of a region
const SCALE = 26; // pixels to a degree of latitude there
const NEAR = 0.6; // degrees from a coast that still count as the land

// Points of each line, in degrees.
const lines = LINES.map((flat) => {
  const points = [];
  for (let at = 0, x = 0, y = 0; at < flat.length; at += 2) {
    x += flat[at];
    y += flat[at + 1];
    points.push([x / STEPS, y / STEPS]);
  }
  return points;
});

// Rings of each country, with the box around each. One that crosses 180° goes on beyond it.
const countries = COUNTRIES.map(([name, rings]) => ({
  name,
  rings: rings.map((ring) => {
    const points = unwrapped(ring.flatMap((index) => (index >= 0 ? lines[index] : [...lines[~index]].reverse())));
    const xs = points.map(([x]) => x);
    const ys = points.map(([, y]) => y);
    return { points, west: Math.min(...xs), east: Math.max(...xs), south: Math.min(...ys), north: Math.max(...ys) };
  }),
}));

function unwrapped(ring) {
  let turn = 0;
  const points = ring.map(([x, y], index) => {
    const step = index === 0 ? 0 : x - ring[index - 1][0];
    if (Math.abs(step) > 180) turn -= 360 * Math.sign(step);
    return [x + turn, y];
  });
  // Around a pole, which it does not touch.
  const [first, last] = [points[0], points[points.length - 1]];
  if (Math.abs(last[0] - first[0]) > 180) points.push([last[0], -90], [first[0], -90]);
  return points;
}

// `48.85837° N, 2.29448° E, in or near France`
export function where(latitude, longitude) {
  return `${degrees(latitude, "N", "S")}, ${degrees(longitude, "E", "W")}, ${land(latitude, longitude)}`;
}

const degrees = (value, positive, negative) => `${Math.abs(value).toFixed(5)}° ${value < 0 ? negative : positive}`;

// The map is coarse, and words must not say more than it knows.
function land(latitude, longitude) {
  const turns = [longitude - 360, longitude, longitude + 360];
  const isIn = (rings, x) => rings.reduce((odd, ring) => odd !== isInside(ring, x, latitude), false);
  const inside = countries.find(({ rings }) => turns.some((x) => isIn(rings, x)));
  if (inside) return `in or near ${inside.name}`;
  const shrink = Math.cos((latitude * Math.PI) / 180);
  let best = [NEAR, null];
  for (const { name, rings } of countries) {
    for (const { points } of rings) {
      for (const [x, y] of points) {
        const east = ((x - longitude + 540) % 360) - 180;
        const away = Math.hypot(east * shrink, y - latitude);
        if (away < best[0]) best = [away, name];
      }
    }
  }
  return best[1] ? `near ${best[1]}` : "at sea";
}

function isInside({ points, west, east, south, north }, x, y) {
  if (x < west || x > east || y < south || y > north) return false;
  let odd = false;
  for (let at = 0, last = points.length - 1; at < points.length; last = at++) {
    const [ax, ay] = points[at];
    const [bx, by] = points[last];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd = !odd;
  }
  return odd;
}

// The region around the first position, with all of them, and the world in a corner.
export function map(positions) {
  const [{ latitude, longitude }] = positions;
  const middle = Math.max(-80, Math.min(80, latitude));
  const stretch = SCALE * Math.max(0.15, Math.cos((middle * Math.PI) / 180));
  const x = (degree) => WIDTH / 2 + (degree - longitude) * stretch;
  const y = (degree) => HEIGHT / 2 - (degree - middle) * SCALE;
  const words = where(latitude, longitude);
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `Map: ${words}` },
    svg("rect", { class: "sea", width: WIDTH, height: HEIGHT }),
    svg("path", { class: "land", d: region(x, y) }),
    ...grid(x, y),
    ...positions.flatMap((position) => marker(x(position.longitude), y(position.latitude))),
    inset(positions));
  return el("figure", { class: "map" }, picture,
    el("figcaption", { text: `${words}. Drawn here, from a coarse map; borders are de facto ones.` }));
}

// Outlines of what can be seen; beyond 180° the other side of the world goes on.
function region(x, y) {
  const paths = [];
  for (const { rings } of countries) {
    for (const ring of rings) {
      for (const turn of [-360, 0, 360]) {
        const [left, right] = [x(ring.west + turn), x(ring.east + turn)];
        if (right < 0 || left > WIDTH || y(ring.south) < 0 || y(ring.north) > HEIGHT) continue;
        paths.push(outline(ring.points, (degree) => x(degree + turn), y));
      }
    }
  }
  return paths.join("");
}

const outline = (points, x, y) => `M${points.map(([lon, lat]) => `${x(lon).toFixed(1)} ${y(lat).toFixed(1)}`).join("L")}Z`;

function grid(x, y) {
  const parts = [];
  const west = Math.ceil((inverse(x, 0) - 1e-9) / 5) * 5;
  for (let lon = west; x(lon) <= WIDTH; lon += 5) {
    parts.push(svg("path", { class: "grid", d: `M${x(lon).toFixed(1)} 0V${HEIGHT}` }));
    const name = ((lon + 540) % 360) - 180;
    parts.push(svg("text", { x: (x(lon) + 4).toFixed(1), y: HEIGHT - 6, text: `${Math.abs(name)}°${name < 0 ? "W" : "E"}` }));
  }
  for (let lat = -90; lat <= 90; lat += 5) {
    const at = y(lat);
    if (at < 14 || at > HEIGHT - 20) continue;
    parts.push(svg("path", { class: "grid", d: `M0 ${at.toFixed(1)}H${WIDTH}` }));
    parts.push(svg("text", { x: 6, y: (at - 4).toFixed(1), text: `${Math.abs(lat)}°${lat < 0 ? "S" : "N"}` }));
  }
  return parts;
}

// The degree at a pixel, of a function that goes straight.
const inverse = (line, pixel) => (pixel - line(0)) / (line(1) - line(0));

function marker(x, y) {
  const at = { cx: x.toFixed(1), cy: y.toFixed(1) };
  return [svg("circle", { class: "halo", r: 22, ...at }), svg("circle", { class: "dot", r: 6.5, ...at })];
}

let world = null;

function inset(positions) {
  world ??= countries.flatMap(({ rings }) => rings.filter((ring) => ring.east - ring.west > 1))
    .flatMap((ring) => [-360, 0, 360].filter((turn) => ring.east + turn > -180 && ring.west + turn < 180)
      .map((turn) => outline(ring.points, (lon) => lon + turn + 180, (lat) => 90 - lat))).join("");
  const dots = positions.map(({ latitude, longitude }) =>
    svg("circle", { class: "dot", cx: longitude + 180, cy: 90 - latitude, r: 7 }));
  return svg("svg", { class: "world", x: WIDTH - 178, y: 10, width: 168, height: 84, viewBox: "0 0 360 180", "aria-hidden": "true" },
    svg("rect", { class: "sea", width: 360, height: 180 }), svg("path", { class: "land", d: world }), ...dots);
}

// The page: what is dropped goes to the server, and what the server tells is shown.

import { ask, byId, bytes, note, plural, say } from "./dom.js";
import { Card } from "./card.js";
import { addLine, showAccess, showPending, startPanels } from "./panels.js";

// Pictures sent at once; the server takes as many.
const AT_ONCE = 4;

const cards = new Map(); // id -> Card
const previews = new Map(); // id -> File
const queue = [];
let sending = 0;
let mostBytes = Infinity;

// --- What the server tells.

function listen() {
  const events = new EventSource("events");
  const link = byId("link");
  let failures = 0;
  events.addEventListener("open", () => {
    failures = 0;
    link.textContent = "live";
    link.dataset.state = "live";
  });
  events.addEventListener("error", () => {
    failures += 1;
    link.dataset.state = "lost";
    link.textContent = failures < 3 ? "connecting again" : "ended: run `provisioner local open` again";
  });
  events.addEventListener("picture", (event) => showPicture(JSON.parse(event.data)));
  events.addEventListener("log", (event) => addLine(JSON.parse(event.data)));
}

function showPicture(picture) {
  let card = cards.get(picture.id);
  if (!card) {
    card = new Card(picture);
    cards.set(picture.id, card);
    byId("cards").prepend(card.element);
    byId("no-pictures").hidden = true;
    byId("count-pictures").textContent = cards.size;
  }
  const ended = card.update(picture);
  const file = previews.get(picture.id);
  if (file) card.preview(file);
  if (ended) {
    say(card.words());
    showPending();
  }
}

// --- What is dropped.

function take(files) {
  for (const file of files) {
    if (file.size > mostBytes) note(`${file.name}: it is longer than ${bytes(mostBytes)}, which is the most.`);
    else queue.push(file);
  }
  if (queue.length > 0) {
    say(`${plural(queue.length, "picture", "pictures")} on the way`);
    select("pictures");
    // On a phone the cards are below what can be seen.
    if (byId("tabs").getBoundingClientRect().top > innerHeight * 0.7) byId("tabs").scrollIntoView();
  }
  next();
}

function next() {
  while (sending < AT_ONCE && queue.length > 0) {
    const file = queue.shift();
    sending += 1;
    send(file)
      .catch((error) => note(`${file.name}: ${error.message}`))
      .finally(() => {
        sending -= 1;
        next();
      });
  }
}

async function send(file) {
  const taken = await ask(`pictures?name=${encodeURIComponent(file.name)}`, { method: "POST", body: file });
  previews.set(taken.id, file);
  cards.get(taken.id)?.preview(file);
}

function dropZone() {
  const zone = byId("zone");
  const files = byId("files");
  files.addEventListener("change", () => {
    take([...files.files]);
    files.value = "";
  });
  let inside = 0;
  const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const over = (change) => (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    inside = Math.max(0, inside + change);
    zone.classList.toggle("over", inside > 0);
  };
  // Anywhere on the page: a picture that misses the zone must not replace the page.
  addEventListener("dragenter", over(1));
  addEventListener("dragleave", over(-1));
  addEventListener("dragover", over(0));
  addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    inside = 0;
    zone.classList.remove("over");
    const items = [...event.dataTransfer.items].filter((item) => item.kind === "file");
    const isFolder = (item) => item.webkitGetAsEntry?.()?.isDirectory;
    if (items.some(isFolder)) note("Folders are left out: drop the pictures that are in them.");
    take(items.filter((item) => !isFolder(item)).map((item) => item.getAsFile()).filter(Boolean));
  });
}

// --- Tabs: arrows go along them, and Tab leaves them.

const TABS = ["pictures", "pending", "log", "access"];

function select(name) {
  for (const one of TABS) {
    const tab = byId(`tab-${one}`);
    tab.setAttribute("aria-selected", one === name);
    tab.tabIndex = one === name ? 0 : -1;
    byId(`panel-${one}`).hidden = one !== name;
  }
  if (name === "pending") showPending();
  if (name === "access") showAccess();
}

function tabs() {
  for (const name of TABS) byId(`tab-${name}`).addEventListener("click", () => select(name));
  byId("tabs").addEventListener("keydown", (event) => {
    const at = TABS.findIndex((name) => byId(`tab-${name}`) === document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: TABS.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const name = TABS[(to + TABS.length) % TABS.length];
    select(name);
    byId(`tab-${name}`).focus();
  });
}

async function begin() {
  const pipeline = await ask("pipeline");
  mostBytes = pipeline.most_bytes;
  byId("stack").textContent = pipeline.stack;
  document.title = `${pipeline.stack} · provisioner`;
  for (const name of ["source", "function", "destination"]) byId(name).textContent = pipeline[name];
  startPanels(pipeline);
  Card.destination = pipeline.destination;
  listen();
  showPending();
}

tabs();
dropZone();
begin().catch((error) => note(error.message));

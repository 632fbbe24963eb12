"""Chromium through its driver, and what is looked at on each page of ours: that it asks nobody anything, that it is no wider
than a phone, that its texts have contrast. `page.py` and `proof.py` use it."""

import base64
import json
import os
import pathlib
import subprocess
import sys
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = pathlib.Path(os.environ.get("PROVISIONER", ROOT / "target/debug/provisioner")).resolve()
SCREENSHOTS = pathlib.Path(os.environ.get("SCREENSHOTS", ROOT / "target/page")).resolve()
CHROMIUM = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars", "about:blank",
]
PATIENCE = 90  # seconds for one picture; a bound for what hangs
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # https://www.w3.org/TR/webdriver2/#elements
DEVICES = {"phone": (360, 780, 2), "desktop": (1280, 900, 1)}

checks = 0


def check(holds, what):
    global checks
    checks += 1
    if not holds:
        sys.exit(f"FAILED: {what}")


# Texts with less contrast than WCAG 2.2 asks for (1.4.3, level AA).
FAINT = """
    const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
        .reduce((sum, c, index) => sum + c * [0.2126, 0.7152, 0.0722][index], 0);
    const ground = (one) => {
        for (let at = one; at; at = at.parentElement) {
            const [r, g, b, a = 1] = numbers(getComputedStyle(at).backgroundColor);
            if (a === 1) return [r, g, b];
        }
        return [255, 255, 255];
    };
    const hasText = (one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    return [...document.querySelectorAll('body *')].filter((one) => !one.closest('svg, .unseen, .skip') && one.checkVisibility() && hasText(one))
        .map((one) => {
            const style = getComputedStyle(one);
            const [a, b] = [light(numbers(style.color)), light(ground(one))].sort((x, y) => y - x);
            const size = parseFloat(style.fontSize);
            const isLarge = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
            return [(a + 0.05) / (b + 0.05), isLarge ? 3 : 4.5, one.outerHTML.slice(0, 120)];
        })
        .filter(([contrast, least]) => contrast < least);
"""


class Browser:
    """Chromium through its driver (https://www.w3.org/TR/webdriver2/)."""

    def __init__(self, driver, chromium, profile):
        self.driver = subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for line in self.driver.stdout:
            if "started successfully on port" in line:
                self.base = f"http://127.0.0.1:{line.rstrip().rstrip('.').rsplit(' ', 1)[1]}"
                break
        else:
            sys.exit("the driver of Chromium did not start")
        options = {"args": [*CHROMIUM, f"--user-data-dir={profile}"], "binary": chromium}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options,
                  "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
        self.session = None
        self.session = self.ask("POST", "", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]

    def ask(self, method, path, body=None):
        at = f"{self.base}/session" + (f"/{self.session}{path}" if self.session else path)
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(at, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            sys.exit(f"{method} {path}: {error.read().decode()[:2000]}")

    def run(self, script, *args):
        return self.ask("POST", "/execute/sync", {"script": script, "args": list(args)})

    def cdp(self, command, **params):
        return self.ask("POST", "/goog/cdp/execute", {"cmd": command, "params": params})

    def until(self, what, script, *args):
        since = time.monotonic()
        while time.monotonic() - since < PATIENCE:
            if found := self.run(script, *args):
                return found
            time.sleep(0.1)
        self.screenshot("failed")
        sys.exit(f"FAILED: not within {PATIENCE} s: {what}\n{self.run('return document.body.innerText')}")

    def find(self, selector):
        return self.ask("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def click(self, selector):
        self.ask("POST", f"/element/{self.find(selector)}/click", {})

    def keys(self, selector, text):
        self.ask("POST", f"/element/{self.find(selector)}/value", {"text": text})

    def press(self, *keys):
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.ask("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def screenshot(self, name, of=None):
        if of:
            place = self.run("const at = document.querySelector(arguments[0]).getBoundingClientRect();"
                             "return [at.x + scrollX, at.y + scrollY, at.width, at.height]", of)
        else:
            place = [0, 0, *self.run("return [innerWidth, document.documentElement.scrollHeight]")]
        x, y, width, height = place
        clip = {"x": x, "y": y, "width": width, "height": min(height, 6000), "scale": 1}
        shot = self.cdp("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        (SCREENSHOTS / f"{name}.png").write_bytes(base64.b64decode(shot["data"]))

    def log(self, kind):
        return self.ask("POST", "/se/log", {"type": kind})

    def quit(self):
        if self.session:
            self.ask("DELETE", "")
        self.driver.terminate()
        self.driver.wait()

    def on(self, device, scheme):
        """As on a phone or on a desktop, in the light or in the dark."""
        width, height, scale = DEVICES[device]
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale,
                 mobile=device == "phone")
        self.cdp("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"}])

    def fits(self, what, device, scheme):
        """It is no wider than the device, and what is written on it can be read."""
        overflow = self.run("return document.documentElement.scrollWidth - innerWidth")
        check(overflow <= 0, f"{what} is {overflow} pixels wider than the {device}")
        faint = self.run(FAINT)
        check(faint == [], f"too little contrast, {what} in {scheme}: {faint}")

    def asked(self):
        """What was asked for since this was asked last."""
        messages = [json.loads(entry["message"])["message"] for entry in self.log("performance")]
        return {message["params"]["request"]["url"] for message in messages if message["method"] == "Network.requestWillBeSent"}

    def is_quiet(self):
        """Nothing on the console."""
        errors = [entry["message"] for entry in self.log("browser") if entry["level"] in ("SEVERE", "WARNING")]
        check(errors == [], f"on the console: {errors}")


def program(*arguments, folder, home, **more):
    env = os.environ | {"PROVISIONER_LOCAL_HOME": str(home)}
    return subprocess.Popen([PROGRAM, *arguments], cwd=folder, env=env, text=True, **more)


def run(*arguments, folder, home):
    ended = program(*arguments, folder=folder, home=home, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said, _ = ended.communicate()
    if ended.returncode != 0:
        sys.exit(f"provisioner {' '.join(arguments)}: {ended.returncode}\n{said}")
    return said

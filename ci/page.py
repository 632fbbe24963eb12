#!/usr/bin/env python3
"""Uses the page of `local open` as a person does, in headless Chromium: drops pictures, waits for the clean copies, looks
at every view with mouse and keyboard, and takes screenshots at phone and desktop, light and dark.

    ci/page.py

Fails when a picture does not arrive as it should, when a text has too little contrast, when the browser asks anything but the page's own address, when its
console has an error, when something of a picture becomes markup, or when the page is wider than a phone. Works on a
local AWS of its own. Without Chromium or its driver (Debian: chromium, chromium-driver) it is skipped with one line,
and with CI set that is a failure.

Environment: PROVISIONER, the program (default: the one in target/debug); SCREENSHOTS, the folder for them (default:
target/page).
"""

import base64
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import page_photos

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


def program(*arguments, folder, home, **more):
    env = os.environ | {"PROVISIONER_LOCAL_HOME": str(home)}
    return subprocess.Popen([PROGRAM, *arguments], cwd=folder, env=env, text=True, **more)


def run(*arguments, folder, home):
    ended = program(*arguments, folder=folder, home=home, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said, _ = ended.communicate()
    if ended.returncode != 0:
        sys.exit(f"provisioner {' '.join(arguments)}: {ended.returncode}\n{said}")
    return said


STATE = """
    const card = [...document.querySelectorAll('.card')].find((card) => card.querySelector('h3').textContent === arguments[0]);
    const mood = card?.querySelector('.badge').dataset.mood;
    return mood && mood !== 'busy' ? card.innerText : null;
"""
DROP = """
    const [name, data] = arguments;
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], name, { type: 'image/jpeg' }));
    const zone = document.getElementById('zone');
    for (const kind of ['dragenter', 'dragover', 'drop']) {
        zone.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: transfer }));
    }
"""
SHOWN = """
    const images = [...document.querySelectorAll('.card img')].filter((img) => img.checkVisibility());
    images.forEach((img) => img.scrollIntoView());
    return images.every((img) => img.complete && img.naturalWidth > 0) && images.length;
"""


def drop(browser, name, content):
    browser.run(DROP, name, base64.b64encode(content).decode())
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


def pictures(browser, folder):
    """Drops them, and reads what the page says of each."""
    photo = page_photos.photo()
    drop(browser, "Paris evening.jpg", photo)
    said = browser.until("the clean copy of what was dropped", STATE, "Paris evening.jpg")
    for words in ("reveals nothing.", "48.85822° N, 2.29450° E, in or near France", "Jane Doe", "Example Phone 15",
                  "F2LX7Q0HN4", "every pixel", "EXIF", "s3://photos-clean-000000000000/Paris evening.jpg"):
        check(words in said, f"the card lacks {words!r}:\n{said}")
    check(browser.until("its pictures", SHOWN) == 3, "before, after, and the thumbnail")

    # A name, and a text in the picture, that would be markup.
    name = "<img src=x onerror=document.title='owned'>.jpg"
    drop(browser, name, page_photos.photo(owner="<script>document.title='owned'</script>"))
    said = browser.until("the clean copy of the odd name", STATE, name)
    check("<script>document.title='owned'</script>" in said, f"the owner is not shown as text:\n{said}")
    check("owned" not in browser.run("return document.title"), "a name became markup")
    check(browser.run("return document.querySelectorAll('.card script, .card h3 *, .facts img').length") == 0, "markup")

    # By the input, as the keyboard and a screen reader do it.
    damaged = pathlib.Path(folder, "cut off.jpg")
    damaged.write_bytes(photo[: len(photo) // 2])
    browser.keys("#files", str(damaged))
    said = browser.until("the damaged picture", STATE, damaged.name)
    check("Not uploaded" in said and "Nothing of it was published." in said, said)
    text = pathlib.Path(folder, "notes.txt")
    text.write_text("no picture")
    browser.keys("#files", str(text))
    said = browser.until("what is no picture", STATE, text.name)
    check("nothing would clean it" in said.lower(), said)
    check(text.name in browser.run("return document.getElementById('say').textContent"), "its end is told aloud")


def views(browser):
    """The other views, by keyboard and by mouse."""
    browser.run("document.getElementById('tab-pictures').focus()")
    browser.press("\ue014")
    is_pending = "return !document.getElementById('panel-pending').hidden && document.activeElement.id === 'tab-pending'"
    check(browser.run(is_pending), "an arrow key goes to the next view")
    sums = browser.until("what is pending", "return document.getElementById('pending-sums').textContent")
    check(sums.startswith("All 2 pictures have their clean copies"), sums)
    browser.press("\ue014")
    browser.until("two lines of the log", "return document.querySelectorAll('#log [data-word=cleaned]').length === 2")
    browser.press("\ue010")
    check(browser.run("return !document.getElementById('panel-access').hidden"), "End goes to the last view")
    browser.until("what is configured", "return document.querySelectorAll('.matrix td').length === 24")
    browser.click("#ask")
    browser.until("the answers of AWS", "return document.querySelectorAll('.matrix td[data-asked]').length === 24")
    said = browser.run("return document.getElementById('access-about').textContent")
    check(said == "AWS was asked: all 24 answers are as in config.toml.", said)


def accessible(browser):
    """What a screen reader needs: everything that can be used has a name, and pictures have words."""
    nameless = browser.run("""
        const named = (one) => one.getAttribute('aria-label') || one.textContent.trim() || one.labels?.length || one.title;
        return [...document.querySelectorAll('button, a[href], input, [role=img], [role=tab]')]
            .filter((one) => !named(one)).map((one) => one.outerHTML);
    """)
    check(nameless == [], f"without a name: {nameless}")
    wordless = browser.run("return [...document.querySelectorAll('img')].filter((img) => !img.hasAttribute('alt')).length")
    check(wordless == 0, "pictures without words")
    twice = browser.run("""
        const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);
        return ids.filter((id, index) => ids.indexOf(id) !== index);
    """)
    check(twice == [], f"ids that are there twice: {twice}")
    browser.run("document.querySelector('.skip').focus()")
    browser.press("\ue004")
    check(browser.run("return document.activeElement.id") == "files", "Tab goes to the drop zone")
    outline = browser.run("return getComputedStyle(document.getElementById('zone')).outlineStyle")
    check(outline != "none", "the drop zone shows that it has the focus")
    browser.run("document.activeElement.blur()")


def screenshots(browser):
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for device, (width, height, scale) in DEVICES.items():
        browser.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale,
                    mobile=device == "phone")
        for scheme in ("light", "dark"):
            browser.cdp("Emulation.setEmulatedMedia", features=[
                {"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"}])
            for view in ("pictures", "pending", "log", "access"):
                browser.run("document.getElementById(arguments[0]).click(); scrollTo(0, 0)", f"tab-{view}")
                overflow = browser.run("return document.documentElement.scrollWidth - innerWidth")
                check(overflow <= 0, f"{view} is {overflow} pixels wider than the {device}")
                faint = browser.run(FAINT)
                check(faint == [], f"too little contrast, {view} in {scheme}: {faint}")
                if view == "pictures" or scheme == "light":
                    time.sleep(0.3)  # pictures are decoded
                    browser.screenshot(f"{view}-{device}-{scheme}")
                if view == "pictures" and device == "desktop":
                    browser.screenshot(f"card-{scheme}", of=".card:last-child")


def only_itself(browser, address):
    """No request to anywhere else, and nothing on the console."""
    origin = address.split("/", 3)[:3]
    asked = set()
    for entry in browser.log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            asked.add(message["params"]["request"]["url"])
    check(any(url == address + "events" for url in asked), f"the log of requests is not what it seems: {asked}")
    elsewhere = [url for url in asked if url.split("/", 3)[:3] != origin and not url.startswith(("blob:" + "/".join(origin), "data:"))]
    check(elsewhere == [], f"asked for elsewhere: {elsewhere}")
    errors = [entry["message"] for entry in browser.log("browser") if entry["level"] in ("SEVERE", "WARNING")]
    check(errors == [], f"on the console: {errors}")


def main():
    driver, chromium = shutil.which("chromedriver"), shutil.which("chromium") or shutil.which("google-chrome")
    if not driver or not chromium:
        print("skipped: the page is not used in a browser: chromium or chromium-driver is not installed", file=sys.stderr)
        sys.exit(1 if os.environ.get("CI") else 0)
    with tempfile.TemporaryDirectory() as folder:
        where = {"folder": folder, "home": pathlib.Path(folder, "home")}
        browser = served = None
        try:
            run("init", "--stack", "photos", **where)
            run("up", "--local", "--yes", **where)
            served = program("local", "open", "--json", stdout=subprocess.PIPE, **where)
            address = json.loads(served.stdout.readline())["address"]
            browser = Browser(driver, chromium, pathlib.Path(folder, "profile"))
            width, height, scale = DEVICES["desktop"]
            browser.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=False)
            browser.ask("POST", "/url", {"url": "about:blank"})
            browser.log("performance")  # the browser's own first page
            browser.ask("POST", "/url", {"url": address})
            browser.until("the page", "return document.getElementById('link').textContent === 'live'")
            SCREENSHOTS.mkdir(parents=True, exist_ok=True)
            browser.screenshot("empty")
            pictures(browser, folder)
            views(browser)
            accessible(browser)
            screenshots(browser)
            # A page that is opened again has it all but the originals, which stay in the browser.
            browser.ask("POST", "/refresh", {})
            browser.until("the cards after a reload", "return document.querySelectorAll('.card').length === 4")
            only_itself(browser, address)
            served.send_signal(signal.SIGINT)
            check(served.wait(timeout=30) == 0, "Ctrl-C is its normal end")
            browser.until("that it has ended", "return document.getElementById('link').dataset.state === 'lost'")
        finally:
            if browser:
                browser.quit()
            if served and served.poll() is None:
                served.kill()
            run("local", "stop", **where)
    print(f"{checks} checks of the page in Chromium; screenshots in {SCREENSHOTS}")


main()

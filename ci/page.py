#!/usr/bin/env python3
"""Uses the page of `local open` as a person does, in headless Chromium: drops pictures, waits for the clean copies, looks
at every view with mouse and keyboard, and takes screenshots at phone and desktop, light and dark. Then it looks at the page
of `verify --html` (`proof.py`).

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

import browser as chromium_of
import page_photos
import proof
from browser import DEVICES, SCREENSHOTS, Browser, check, program, run

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
    for device in DEVICES:
        for scheme in ("light", "dark"):
            browser.on(device, scheme)
            for view in ("pictures", "pending", "log", "access"):
                browser.run("document.getElementById(arguments[0]).click(); scrollTo(0, 0)", f"tab-{view}")
                browser.fits(view, device, scheme)
                if view == "pictures" or scheme == "light":
                    time.sleep(0.3)  # pictures are decoded
                    browser.screenshot(f"{view}-{device}-{scheme}")
                if view == "pictures" and device == "desktop":
                    browser.screenshot(f"card-{scheme}", of=".card:last-child")


def only_itself(browser, address):
    """No request to anywhere else, and nothing on the console."""
    origin = address.split("/", 3)[:3]
    asked = browser.asked()
    check(any(url == address + "events" for url in asked), f"the log of requests is not what it seems: {asked}")
    elsewhere = [url for url in asked if url.split("/", 3)[:3] != origin and not url.startswith(("blob:" + "/".join(origin), "data:"))]
    check(elsewhere == [], f"asked for elsewhere: {elsewhere}")
    browser.is_quiet()


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
            browser.on("desktop", "light")
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
            proof.look(browser, where)
        finally:
            if browser:
                browser.quit()
            if served and served.poll() is None:
                served.kill()
            run("local", "stop", **where)
    print(f"{chromium_of.checks} checks of the pages in Chromium; screenshots in {SCREENSHOTS}")


main()

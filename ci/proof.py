"""The page of `verify --html`, in headless Chromium: `page.py` calls it, when its stack is there."""

import pathlib

from browser import DEVICES, check, run

KINDS = ("JPEG", "PNG", "WebP", "GIF", "HEIC", "AVIF")
SHOWN = """
    const images = [...document.querySelectorAll('img')];
    images.forEach((img) => img.scrollIntoView());
    return images.every((img) => img.complete) && images.filter((img) => img.naturalWidth > 0).length;
"""


def look(browser, where):
    file = pathlib.Path(where["folder"], "proof.html")
    run("verify", "--local", "--html", str(file), **where)
    browser.ask("POST", "/url", {"url": "about:blank"})
    browser.asked(), browser.log("browser")
    browser.ask("POST", "/url", {"url": file.as_uri()})
    said = browser.until("the proof", "return document.body.innerText")
    for kind in KINDS:
        check(kind in said, f"the proof has no {kind}:\n{said}")
    check("PROVISIONER-CANARY" in file.read_text(), "the originals are in it, to be looked at")
    # Chromium shows no HEIC; of all others there are two pictures.
    check(browser.until("its pictures", SHOWN) >= 10, "before and after")
    wordless = browser.run("return [...document.querySelectorAll('img')].filter((img) => !img.alt).length")
    check(wordless == 0, "pictures without words")
    for device in DEVICES:
        for scheme in ("light", "dark"):
            browser.on(device, scheme)
            browser.run("scrollTo(0, 0)")
            browser.fits("the proof", device, scheme)
            browser.screenshot(f"proof-{device}-{scheme}")
    elsewhere = [url for url in browser.asked() if not url.startswith(("data:", "blob:")) and url != file.as_uri()]
    check(elsewhere == [], f"the proof asks elsewhere: {elsewhere}")
    browser.is_quiet()

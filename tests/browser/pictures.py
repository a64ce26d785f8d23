"""`python -m tests.browser.pictures FOLDER`: a picture of every page, at a desktop's and at a phone's width."""

import asyncio
import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser.rig import DeskPages, launch, run, sign_in
from tests.client.web.addresses import addresses
from tests.client.web.scene import Scene, set_scene

WIDTHS = {1280: 900, 390: 844}
TALLEST = 6000


def main(out: Path, only: str = "") -> None:
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        scene = run(asyncio.to_thread(set_scene, Path(folder)))
        browser = launch(playwright)
        for ncp in ("PL", "DE", "FR"):
            desk = DeskPages(scene.home(ncp))
            desk.start()
            page = sign_in(browser, desk)
            every = set(addresses(scene, ncp)) - (set(addresses(scene, "PL")) if ncp != "PL" else set())
            for address in sorted(every):
                if only in address:
                    _take(page, desk.address + address, out / f"{ncp}{_name(address, scene)}")
            desk.stop()
        browser.close()
        scene.stop()


def _take(page: Page, address: str, path: Path) -> None:
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.goto(address, wait_until="load")
        picture = Image.open(io.BytesIO(page.screenshot(full_page=True)))
        picture = picture.crop((0, 0, picture.width, min(picture.height, TALLEST)))
        picture.quantize(128).save(path.with_name(f"{path.name}-{width}.png"), optimize=True)


def _name(address: str, scene: Scene) -> str:
    for name, event in scene.ids.items():
        address = address.replace(event, name)
    return address.rstrip("/").replace("/", "-") or "-now"


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])

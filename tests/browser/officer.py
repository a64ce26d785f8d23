"""What an officer does at the pages of a desk, and the photo that he took."""

import io
import re

from PIL import ExifTags, Image
from playwright.sync_api import Page, expect

CAMERA = "Spycam 3000"
UPRIGHT = (600, 800)


def camera_photo() -> bytes:
    """A JPEG as a telephone writes it: lying on its side, with the place, the time and the camera in its EXIF part.
    Upright it is UPRIGHT in size, red above and blue below."""
    picture = Image.new("RGB", UPRIGHT, (200, 30, 30))
    picture.paste((30, 30, 200), (0, UPRIGHT[1] // 2, *UPRIGHT))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Make] = CAMERA
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLatitude] = "N", (52.0, 4.0, 45.0)
    gps[ExifTags.GPS.GPSLongitudeRef], gps[ExifTags.GPS.GPSLongitude] = "E", (23.0, 36.0, 30.0)
    data = io.BytesIO()
    picture.transpose(Image.Transpose.ROTATE_90).save(data, "JPEG", quality=95, exif=exif)
    return data.getvalue()


def fill_report(page: Page, place: str, quantity: str = "806000") -> None:
    """The mandatory part, typed into the form that is open."""
    page.locator("#f-goods-0-commodity").select_option("tobacco.cigarettes")
    page.wait_for_selector("#f-goods-0-origin_kind")
    page.locator("#f-goods-0-quantity").fill(quantity)
    page.locator("#f-place").fill(place)
    chosen = {"agency": "customs", "location_type": "land_border", "direction": "import"}
    for name, value in (chosen | {"selection_reason": "risk_profile", "transport_mode": "road"}).items():
        page.locator(f"#f-{name}").select_option(value)


def check_and_send(page: Page, button: str = "Send report") -> str:
    """From the form, by way of the check, to the report's own page; gives the report's id."""
    page.get_by_role("button", name="Check before you send").last.click()
    expect(page.locator("h1")).to_have_text("Check before you send")
    page.get_by_role("button", name=button).click()
    page.wait_for_url(re.compile(r"/seizures/[\w-]{22}$"))
    return page.url.rsplit("/", 1)[1]


def all_delivered(page: Page) -> None:
    """Wait until the hub's log holds everything that was written at this desk."""
    page.goto("/outbox")
    expect(page.locator("main")).to_contain_text("Nothing waits.")
    expect(page.locator("main")).not_to_contain_text("Not accepted")


def watch_for(page: Page, selector: str, text: str) -> None:
    """Keep the moment at which a part of the page says this, without being asked again; `seen_at` gives it. A page that
    is loaded anew forgets that it watched."""
    page.evaluate(
        """([selector, text]) => {
            window.watched = {at: 0};
            const look = () => {
                const found = document.querySelector(selector);
                if (!window.watched.at && found && found.textContent.includes(text)) window.watched.at = Date.now();
            };
            new MutationObserver(look).observe(document.body, {childList: true, subtree: true, characterData: true});
            look();
        }""",
        [selector, text],
    )


def seen_at(page: Page) -> int:
    """When what was watched for appeared, in milliseconds of this machine's clock."""
    page.wait_for_function("() => window.watched && window.watched.at > 0")
    return int(page.evaluate("() => window.watched.at"))

"""Files before they are attached: what a picture carries unseen stays behind, and no name misleads."""

import hashlib
import io
import struct
import time
import zlib
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from vocu.canonical import b64
from vocu.errors import MalformedError, RefusedError, VocuError
from vocu.operation.media import MAX_FILE, describe, is_safe_name
from vocu_client.attachments import attach, clean_name, is_picture
from vocu_client.pictures import LONG_SIDE, THUMBNAIL_SIDE, thumbnail

GPS, ORIENTATION, MAKER = 0x8825, 0x0112, 0x010F


def picture(kind: str, size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: Any) -> bytes:
    file = io.BytesIO()
    image = Image.new(mode, size)
    image.paste(Image.new(mode, (size[0] // 2, size[1]), "white" if mode != "1" else 1), (0, 0))
    image.save(file, kind, **options)
    return file.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def with_place() -> Image.Exif:
    exif = Image.Exif()
    exif[MAKER] = "a maker of cameras"
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS)[1] = "N"
    exif.get_ifd(GPS)[2] = (52.0, 30.0, 0.0)
    return exif


def test_a_photo_is_turned_upright_and_loses_where_and_by_what_it_was_taken() -> None:
    photo = picture("JPEG", exif=with_place(), comment=b"written beside it")
    sent = attach("IMG_1.JPG", photo)
    made = opened(sent.data)
    assert (made.format, made.size, sent.size) == ("JPEG", (40, 60), (40, 60))
    assert not made.getexif()
    assert b"maker" not in sent.data
    assert b"written" not in sent.data
    assert made.getpixel((20, 5)) == (255, 255, 255)
    assert sum(made.getpixel((20, 55))) < 30  # type: ignore[arg-type]
    assert sent.original == b64(hashlib.sha256(photo).digest())


def test_a_screenshot_stays_a_png_and_loses_its_texts() -> None:
    told = PngImagePlugin.PngInfo()
    told.add_text("Author", "an officer")
    sent = attach("screen.png", picture("PNG", mode="RGBA", pnginfo=told))
    assert (sent.name, sent.media_type, opened(sent.data).format) == ("screen.png", "image/png", "PNG")
    assert b"officer" not in sent.data
    assert opened(sent.data).info == {}


@pytest.mark.parametrize("kind", ["WEBP", "BMP", "JPEG"])
def test_other_kinds_of_pictures_become_ones_that_every_desk_shows(kind: str) -> None:
    sent = attach(f"photo.{kind.lower()}", picture(kind))
    assert opened(sent.data).format == "JPEG"
    assert sent.name == ("photo.jpeg" if kind == "JPEG" else "photo.jpg")
    assert is_picture(sent.media_type)


def test_a_picture_is_made_small_enough_for_a_slow_line() -> None:
    sent = attach("wide.jpg", picture("JPEG", (5000, 1000)))
    assert sent.size == (LONG_SIDE, 512)


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK"])
def test_a_picture_of_any_colours_is_taken(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    file = io.BytesIO()
    Image.new(mode, (20, 20)).save(file, kind)
    assert attach("a.png", file.getvalue()).size == (20, 20)


def test_a_picture_is_known_by_its_content_whatever_its_name_says() -> None:
    sent = attach("list.pdf", picture("JPEG", exif=with_place()))
    assert (sent.name, sent.media_type) == ("list.jpg", "image/jpeg")
    assert b"maker" not in sent.data


def test_what_is_no_picture_goes_as_it_is_and_cannot_pass_for_one() -> None:
    sent = attach("list.pdf", b"%PDF-1.7 and more")
    assert (sent.name, sent.media_type, sent.data) == ("list.pdf", "application/pdf", b"%PDF-1.7 and more")
    assert (sent.original, sent.size) == (None, None)
    for odd in ("page.html", "drawing.svg", "film.gif", "noname"):
        assert not is_picture(attach(odd, b"<svg onload=alert(1)>").media_type)


@pytest.mark.parametrize("name", ["a.jpg", "a.PNG", "a.heic"])
def test_a_damaged_picture_is_said_to_be_damaged_and_not_sent_with_what_it_may_carry(name: str) -> None:
    for data in (b"nothing like it", picture("JPEG")[:200]):
        with pytest.raises(MalformedError, match="bad-picture"):
            attach(name, data)


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes that claims to be so large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [7072, 12_000, 60_000])
def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_unpacked(side: int) -> None:
    for take in (lambda data: attach("a.png", data), thumbnail):
        with pytest.raises(MalformedError, match="picture-too-large"):
            take(bomb(side, side))


def test_a_photo_that_would_be_worked_on_for_hours_is_refused_at_once() -> None:
    file = io.BytesIO()
    Image.new("L", (2000, 2000), 120).save(file, "JPEG", progressive=True)
    data = file.getvalue()
    last = data[data.rfind(b"\xff\xc4", 0, data.rfind(b"\xff\xda")) : -2]
    assert len(thumbnail(data[:-2] + last * 20 + data[-2:])) > 100
    endless = data[:-2] + last * 100_000 + data[-2:]
    begun = time.monotonic()
    for refuse in (thumbnail, lambda data: attach("photo.jpg", data)):
        with pytest.raises(MalformedError) as refused:
            refuse(endless)
        assert refused.value.code == "bad-picture"
    assert time.monotonic() - begun < 2


def test_a_thumbnail_is_small_and_holds_nothing_but_pixels() -> None:
    small = opened(thumbnail(picture("JPEG", (900, 600), exif=with_place())))
    assert max(small.size) == THUMBNAIL_SIDE
    assert not small.getexif()


@pytest.mark.parametrize("data", [picture("WEBP"), picture("BMP"), b"GIF89a", b"", b"%!PS-Adobe"])
def test_pages_show_no_other_kinds_than_desks_send(data: bytes) -> None:
    with pytest.raises(MalformedError, match="bad-picture"):
        thumbnail(data)


def test_a_file_that_is_empty_or_too_large_is_refused() -> None:
    for data, code in ((b"", "file-empty"), (bytes(MAX_FILE + 1), "file-too-large")):
        with pytest.raises(RefusedError, match=code):
            attach("a.bin", data)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Users\\officer\\photo 1.jpg", "photo 1.jpg"),
        ("../../etc/passwd", "passwd"),
        ("..", "file"),
        ("", "file"),
        (".htaccess", "htaccess"),
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        ("a\u0000b\nc\u2028d.txt", "abc d.txt"),
        ("CON.txt", "_CON.txt"),
        ("what?*.txt", "what__.txt"),
        ("Фото №1.jpg", "Фото №1.jpg"),
        ("e\u0301.txt", "é.txt"),
        ("x" * 200 + ".jpeg", "x" * 115 + ".jpeg"),
    ],
)
def test_a_name_keeps_what_can_be_seen_and_nothing_of_its_path(given: str, kept: str) -> None:
    assert clean_name(given) == kept


@given(st.text(max_size=300))
@example("/.\u202e.")
@example("a" * 119 + "..")
def test_every_cleaned_name_is_one_that_readers_accept(name: str) -> None:
    cleaned = clean_name(name)
    assert is_safe_name(cleaned)
    assert 0 < len(cleaned) <= 120
    assert clean_name(cleaned) == cleaned


@given(st.binary(max_size=300), st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF....WEBP", b"BM"]))
def test_whatever_the_bytes_are_they_are_attached_or_refused_in_words(data: bytes, head: bytes) -> None:
    try:
        sent = attach("a.dat", head + data)
    except VocuError:
        return
    assert describe(sent.data, ("A" * 43,), bytes(32), name=sent.name, type=sent.media_type, size=sent.size)

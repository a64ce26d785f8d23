"""What stands around every page."""

import httpx2
import pytest

from tests.client.web.visitor import ADDRESS, Visitor
from vocu_client.web.app import build


async def test_every_page_names_the_operation_its_phase_and_its_day(pl: Visitor) -> None:
    page = await pl.get("/")
    assert page.status == 200
    assert "BALTICA II Operational" in page.text
    assert "day 1 of 11" in page.text


async def test_the_language_is_the_one_that_the_browser_asks_for_until_another_is_chosen(pl: Visitor) -> None:
    assert '<html lang="fr"' in (await pl.get("/", **{"Accept-Language": "tlh, fr;q=0.5"})).html
    page = await pl.post("/preferences", language="de", back="/")
    assert '<html lang="de"' in page.html
    page = await pl.post("/preferences", language="tlh", back="/")
    assert page.status == 400


async def test_a_choice_leads_back_to_a_page_of_this_desk_only(pl: Visitor) -> None:
    for elsewhere in ("//evil.example/", "/\\evil.example", "https://evil.example/"):
        page = await pl.post("/preferences", theme="dark", back=elsewhere)
        assert page.response.url.host == "127.0.0.1"
        assert page.address == "/"


async def test_a_fault_of_the_desk_is_one_clear_error_and_no_traceback(
    pl: Visitor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(type(pl.desk.overviews), "today", lambda *_: 1 / 0)
    patient = httpx2.ASGITransport(app=build(pl.site), raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=patient, base_url=ADDRESS, cookies=pl.client.cookies) as client:
        answer = await client.get("/")
    assert answer.status_code == 500
    assert "The desk itself failed at this. Nothing was lost" in answer.text
    assert "ZeroDivisionError" not in answer.text
    assert "ZeroDivisionError" in capsys.readouterr().err


async def test_rubbish_instead_of_a_form_is_refused_in_words(pl: Visitor) -> None:
    for rubbish, kind in ((b"\xff" * 100_000, "multipart/form-data; boundary=x"), (b"a=" * 100_000, "text/plain")):
        headers = {"Origin": ADDRESS, "Content-Type": kind}
        answer = await pl.client.post("/preferences", content=rubbish, headers=headers)
        assert answer.status_code in (400, 403)
        assert "That did not work" in answer.text


async def test_a_page_that_is_not_there_says_so(pl: Visitor) -> None:
    page = await pl.get("/nowhere")
    assert page.status == 404
    assert "There is no such page at this desk." in page.text

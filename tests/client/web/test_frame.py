"""What stands around every page."""

from tests.client.web.visitor import Visitor


async def test_every_page_names_the_operation_its_phase_and_its_day(pl: Visitor) -> None:
    page = await pl.get("/")
    assert page.status == 200
    assert "BALTICA II Operational" in page.text
    assert "day 1 of 11" in page.text


async def test_the_language_is_the_one_that_the_browser_asks_for_until_another_is_chosen(pl: Visitor) -> None:
    page = await pl.post("/preferences", language="de", back="/")
    assert '<html lang="de"' in page.html
    page = await pl.post("/preferences", language="tlh", back="/")
    assert page.status == 400


async def test_a_choice_leads_back_to_a_page_of_this_desk_only(pl: Visitor) -> None:
    for elsewhere in ("//evil.example/", "/\\evil.example", "https://evil.example/"):
        page = await pl.post("/preferences", theme="dark", back=elsewhere)
        assert page.response.url.host == "127.0.0.1"
        assert page.address == "/"

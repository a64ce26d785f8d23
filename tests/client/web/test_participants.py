"""What a participant's officer sends by hand to what is the organiser's, or another country's: one clear refusal."""

from collections.abc import AsyncIterator

import pytest
from starlette.routing import Route

from tests.client.web.scene import Scene
from tests.client.web.test_rights import routes, substance
from tests.client.web.visitor import Visitor
from vocu_client.web.pages.report_draft import AMENDS

OWN_COUNTRY = ("/operation/devices", "/operation/{where}/waiting", "/operation/invitations/{ticket}")
"""What a participant has there, too: its own desks, who is invited and who waits to be one of them."""
REFUSALS = ("This page is the organiser's", "Only the organiser admits participants")


@pytest.fixture
async def german(scene: Scene) -> AsyncIterator[Visitor]:
    async with Visitor(scene.home("DE")) as visitor:
        yield visitor


def filled(route: Route, scene: Scene) -> str:
    """The route with something that there is where it has a name."""
    values = {
        "ncp": "FR",
        "day": scene.yesterday,
        "phase": "POST_OPERATIONAL",
        "where": "members",
        "name": "root-1.key",
    }
    path = route.path
    for name in route.param_convertors:
        path = path.replace(f"{{{name}}}", values.get(name, "nothing"))
    return path


async def test_the_organiser_s_pages_do_nothing_for_a_participant(scene: Scene, german: Visitor) -> None:
    before, faults = substance(german.desk), []
    for method, route in routes():
        if not route.path.startswith("/operation") or route.path.startswith(OWN_COUNTRY):
            continue
        address = filled(route, scene)
        fields = {"sure": "yes", "once": "1", "text": "Welcome", "role": "participant", "name": "X", "phase": "CLOSED"}
        page = await (german.get(address) if method == "GET" else german.post(address, fields))
        if page.status != 400 or not any(refusal in page.text for refusal in REFUSALS):
            faults.append(f"{method} {address}: {page.status} {page.text[90:400]}")
    assert substance(german.desk) == before
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("action", "report"),
    [
        ("withdraw", "french"), ("withdraw", "behalf"), ("confirm", "french"), ("confirm", "behalf"),
        ("confirm", "seizure"), ("release", "french"), ("release", "seizure"),
    ],
)  # fmt: skip
async def test_a_report_that_is_not_one_s_own_stays_as_it_is(
    scene: Scene, german: Visitor, action: str, report: str
) -> None:
    before, event = substance(german.desk), scene.ids[report]
    revision = german.desk.view.state.reports[event].revision
    page = await german.post(f"/seizures/{event}/{action}", reason="error", revision=revision)
    assert 400 <= page.status < 500, page.text
    assert substance(german.desk) == before


async def test_a_hand_made_draft_amends_no_report_of_another_country(scene: Scene, german: Visitor) -> None:
    page = await german.get(f"/seizures/{scene.ids['seizure']}/amend")
    own = page.form(page.address)
    before = german.desk.outbox.items()
    forged = f"/report/{german.desk.drafts.new_id()}"
    await german.post(forged, own | {AMENDS: scene.ids["french"], "_revision": "0", "_do": "save"})
    page = await german.post(f"{forged}/send")
    assert page.status == 400, page.text
    assert german.desk.outbox.items() == before


async def test_nobody_answers_for_whom_it_was_not_asked(scene: Scene, german: Visitor) -> None:
    before = german.desk.outbox.items()
    answers = (
        f"/questions/{scene.ids['question']}/answer", f"/questions/checks/{scene.ids['check']}/answer",
    )  # fmt: skip
    for address in answers:
        page = await german.post(address, result="answered", _words="As you like", do="send")
        assert 400 <= page.status < 500, page.text
    assert german.desk.outbox.items() == before

"""Photos and files of a report, with the form and in pieces."""

import io
import re

from PIL import Image

from tests.client.web.pages.reporting import FILLED, begun, draft_of, jpeg, report_form, token
from tests.client.web.visitor import ADDRESS, Visitor


async def test_a_photo_comes_with_the_form_upright_and_without_what_the_camera_wrote(de: Visitor) -> None:
    action, filled = await begun(de, **FILLED)
    page = await de.post(action, filled | {"_do": "save"}, files={"files": ("photo.jpg", jpeg(), "image/jpeg")})
    shown = re.search(r'src="(/report/[^"]+/small)"', page.html)
    assert shown
    small = await de.client.get(shown[1])
    assert Image.open(io.BytesIO(small.content)).size == (48, 64)
    assert b"SECRET" not in small.content
    kept = de.desk.drafts.files.of(action.removeprefix("/report/"))
    assert b"SECRET" not in de.desk.drafts.files.read(kept[0].id)
    await de.post(action, filled | {"_do": "check"})
    await de.post(f"{action}/send")
    draft = draft_of(de, action.removeprefix("/report/"))
    assert [file.name for file in draft.event.media.files] == ["photo.jpg"]
    assert draft.event.media.files[0].original
    assert set(draft.readers["media"]) == {"PL"}


async def test_a_file_arrives_in_pieces_and_goes_on_where_it_broke_off(de: Visitor) -> None:
    action, _ = await begun(de)
    data = bytes(range(256)) * 5000  # more than one piece
    headers = {"Origin": ADDRESS, "X-Vocu": await token(de), "HX-Request": "true"}
    announced = {"name": "scan.bin", "size": str(len(data))}
    begun_file = (await de.client.post(f"{action}/files", data=announced, headers=headers)).json()
    piece = begun_file["piece"]
    where = f"{action}/files/{begun_file['file']}"
    first = await de.client.post(where, data={"offset": "0"}, files={"piece": data[:piece]}, headers=headers)
    assert first.json()["received"] == piece
    again = (await de.client.post(f"{action}/files", data=announced, headers=headers)).json()
    assert (again["file"], again["received"]) == (begun_file["file"], piece)
    last = await de.client.post(where, data={"offset": str(piece)}, files={"piece": data[piece:]}, headers=headers)
    assert "scan.bin" in last.text
    files = de.desk.drafts.files.of(action.removeprefix("/report/"))
    assert [file.name for file in files] == ["scan.bin"]
    assert de.desk.drafts.files.read(files[0].id) == data


async def test_a_file_that_is_no_picture_although_it_says_so_is_refused_and_the_form_stays(de: Visitor) -> None:
    action, filled = await begun(de, **FILLED)
    page = await de.post(action, filled | {"_do": "save"}, files={"files": ("photo.jpg", b"nonsense", "image/jpeg")})
    assert page.status == 400
    assert "photo.jpg is damaged" in page.text
    assert report_form(page)[1]["place"] == "Terespol"


async def test_a_file_of_another_draft_is_not_shown(de: Visitor) -> None:
    action, filled = await begun(de, **FILLED)
    await de.post(action, filled | {"_do": "save"}, files={"files": ("photo.jpg", jpeg(), "image/jpeg")})
    file = de.desk.drafts.files.of(action.removeprefix("/report/"))[0]
    other, _ = await begun(de)
    assert (await de.get(f"{other}/files/{file.id}/small")).status >= 400

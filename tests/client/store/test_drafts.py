"""What was typed is kept as typed, for all officers of a desk, and no save overwrites another unseen."""

import pytest
from sqlalchemy import Engine

from vocu.errors import RefusedError, UntrustedError
from vocu_client.store.drafts import DraftChangedError, Drafts

MASTER = bytes(range(32))
TYPED = {"quantity": ["80 6000 ?"], "goods.unit": ["stick", ""], "remark": ["<b>=1+1\u202e"]}


@pytest.fixture
def drafts(engine: Engine) -> Drafts:
    return Drafts(engine, MASTER)


def test_a_form_comes_back_as_it_was_typed(drafts: Drafts) -> None:
    drafts.keep("d1", "seizure", TYPED, "anna", 1000, summary="cigarettes, TERESPOL")
    draft = drafts.get("d1")
    assert draft.fields == TYPED
    assert (draft.kind, draft.officer, draft.saved_at, draft.revision) == ("seizure", "anna", 1000, 1)
    assert draft.summary == "cigarettes, TERESPOL"


def test_nothing_typed_lies_open_on_the_disk(drafts: Drafts, on_disk: object) -> None:
    drafts.keep("d1", "seizure", {"person": ["Vladislav Example"]}, "anna", 1000, summary="Vladislav Example")
    drafts.files.put("d1", "passport of Vladislav Example.jpg", "image/jpeg", b"Vladislav Example" * 999, 1000)
    assert "d1" in on_disk  # type: ignore[operator]
    assert "Vladislav" not in on_disk  # type: ignore[operator]


def test_another_desk_s_key_does_not_open_a_draft(drafts: Drafts, engine: Engine) -> None:
    drafts.keep("d1", "seizure", TYPED, "anna", 1000)
    with pytest.raises(UntrustedError, match="sealed file"):
        Drafts(engine, bytes(32)).get("d1")


def test_the_newest_save_is_listed_first(drafts: Drafts) -> None:
    for at, name in ((1000, "old"), (3000, "newest"), (2000, "middle")):
        drafts.keep(name, "message", {"text": [name]}, "anna", at)
    drafts.keep("old", "message", {"text": ["again"]}, "bob", 4000, revision=1)
    assert [(draft.id, draft.officer) for draft in drafts.list()] == [
        ("old", "bob"),
        ("newest", "anna"),
        ("middle", "anna"),
    ]


def test_the_later_of_two_saves_on_the_same_revision_is_refused_and_shown_the_other(drafts: Drafts) -> None:
    drafts.keep("d1", "seizure", {"quantity": ["1"]}, "anna", 1000)
    drafts.keep("d1", "seizure", {"quantity": ["2"]}, "bob", 2000, revision=1)
    with pytest.raises(DraftChangedError) as refused:
        drafts.keep("d1", "seizure", {"quantity": ["3"]}, "anna", 3000, revision=1)
    theirs = refused.value.theirs
    assert (theirs.officer, theirs.fields, theirs.revision) == ("bob", {"quantity": ["2"]}, 2)
    assert drafts.get("d1").fields == {"quantity": ["2"]}
    assert drafts.keep("d1", "seizure", {"quantity": ["3"]}, "anna", 3000, revision=theirs.revision).revision == 3


def test_a_save_that_is_repeated_because_its_answer_got_lost_is_no_conflict(drafts: Drafts) -> None:
    drafts.keep("d1", "seizure", TYPED, "anna", 1000)
    assert drafts.keep("d1", "seizure", TYPED, "anna", 1001).revision == 1


def test_a_late_save_does_not_revive_a_draft_that_was_sent(drafts: Drafts) -> None:
    drafts.keep("d1", "seizure", TYPED, "anna", 1000)
    drafts.delete("d1")
    drafts.delete("d2")
    for name, revision in (("d1", 1), ("d1", 0), ("d2", 0)):
        with pytest.raises(RefusedError) as refused:
            drafts.keep(name, "seizure", TYPED, "anna", 2000, revision=revision)
        assert refused.value.code == "draft-gone"
    assert drafts.list() == []
    with pytest.raises(RefusedError, match="not here any more"):
        drafts.get("d1")


def test_a_draft_takes_its_files_with_it(drafts: Drafts) -> None:
    drafts.keep("d1", "seizure", TYPED, "anna", 1000)
    file = drafts.files.put("d1", "photo.jpg", "image/jpeg", b"x", 1000)
    other = drafts.files.put("d2", "photo.jpg", "image/jpeg", b"y", 1000)
    drafts.delete("d1")
    with pytest.raises(RefusedError, match="add it again"):
        drafts.files.get(file.id)
    assert list(drafts.files.pieces(file.id)) == []
    assert drafts.files.read(other.id) == b"y"

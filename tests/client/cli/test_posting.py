import json
from pathlib import Path

from tests.client.cli.shell import Shell


def test_words_to_all_are_read_by_all(be: Shell, de: Shell) -> None:
    event_id = be.post("send", "The operation runs.", "--subject", "Day one", "--handling", "TLP:GREEN")
    said = de.do("inbox")
    assert "The operation runs." in said
    assert f"BE → all  Message  id {event_id[:8]}  TLP:GREEN" in said
    assert "Day one" in said


def test_words_to_the_ocu_come_from_a_pipe_and_stay_between_two(be: Shell, de: Shell) -> None:
    de.post("send", "-", "--to", "ocu", given="Only for Brussels.\n")
    assert "DE → BE  Message" in be.do("inbox")
    assert "Only for Brussels." in be.do("inbox")


def test_an_answer_names_the_message_by_the_beginning_of_its_id(be: Shell, de: Shell) -> None:
    asked = be.post("send", "Who is on duty?", "--to", "DE")
    de.post("send", "I am.", "--to", "BE", "--reply-to", asked[:6])
    assert f", on {asked[:8]}" in be.do("inbox")


def test_an_announcement_is_the_organisers(be: Shell, de: Shell) -> None:
    be.post("announce", "Briefing at nine.", "--subject", "Briefing")
    assert "ANNOUNCEMENT" in de.do("inbox")
    assert "not-your-role" in de.fail(1, "announce", "Briefing at ten.")


def test_empty_words_and_markings_above_the_ceiling_change_nothing(be: Shell) -> None:
    before = be.entries()
    assert "empty-text" in be.fail(2, "send", "  ")
    assert "above-ceiling" in be.fail(1, "send", "secret", "--handling", "TLP:RED")
    assert "unknown-participant" in be.fail(1, "send", "hello", "--to", "DE,XX")
    assert "short-id" in be.fail(2, "send", "hello", "--reply-to", "abc")
    assert be.entries() == before


def test_what_others_wrote_cannot_move_the_terminal(be: Shell, de: Shell) -> None:
    de.post("send", "harmless\x1b[2J \u202etxt.exe [bold red]x[/]")
    said = be.do("inbox")
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert "[bold red]x[/]" in said


def test_contacts_are_published_whole_and_listed(be: Shell, de: Shell, tmp_path: Path) -> None:
    file = tmp_path / "contacts.toml"
    file.write_text('[[contacts]]\nname = "Example Officer"\ntelephone = "+32 2 000 00 00"\nlanguages = ["fr", "nl"]\n')
    be.post("contacts", "publish", file)
    assert "Example Officer" in de.do("contacts")
    file.write_text(json.dumps({"contacts": [{"name": "Another Officer", "deputy": True}]}))
    be.post("contacts", "publish", file)
    said = de.do("contacts")
    assert "Another Officer (deputy)" in said
    assert "Example Officer" not in said
    file.write_text("[[contacts]]\nnickname = 'x'\n")
    assert "bad-form" in be.fail(2, "contacts", "publish", file)


def test_the_inbox_begins_on_the_day_that_was_asked_for(be: Shell) -> None:
    be.post("send", "Today.")
    assert "Today." in be.do("inbox", "--since", "2024-01-01")
    assert "Nothing has come in yet" in be.do("inbox", "--since", "2999-01-01")
    assert "bad-day" in be.fail(2, "inbox", "--since", "yesterday")


def test_a_sealed_part_is_erased_only_once_it_was_confirmed(be: Shell, de: Shell) -> None:
    de.post("send", "To be erased.")
    index = de.entries() - 1
    assert "not-confirmed" in de.fail(1, "erase", index, "--parts", "text")
    assert "bad-parts" in de.fail(2, "erase", index, "--parts", "plain", "--yes")
    assert "To be erased." in be.do("inbox")
    de.post("erase", index, "--parts", "text", "--yes")
    for desk in (de, be):
        said = desk.do("inbox")
        assert "To be erased." not in said
        assert "it was erased" in said
        assert "entries verified" in desk.do("verify")

import re
import stat
from functools import partial
from pathlib import Path

import pytest

from tests.client.cli.conftest import OPERATION, Rehearsal
from tests.client.cli.shell import Shell
from tests.system.rig import CHEAP, Hub
from vocu_client import founding

NUMBER = re.compile(r"(?:\d{5}\s+){7}\d{5}")


@pytest.fixture(autouse=True)
def _cheap_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Key files that open fast; what a passphrase costs is tested elsewhere."""
    for name in ("join", "create_operation"):
        monkeypatch.setattr(founding, name, partial(getattr(founding, name), cost=CHEAP))


def safety_number(said: str) -> str:
    found = NUMBER.search(said)
    assert found is not None, said
    return " ".join(found.group().split())


@pytest.fixture
def nl(rehearsal: Rehearsal, tmp_path: Path) -> Shell:
    """A desk that is not there yet."""
    return Shell(tmp_path / "NL", rehearsal.passphrase_file)


def test_an_operation_is_founded_by_a_command(rehearsal: Rehearsal, tmp_path: Path) -> None:
    hub = Hub(tmp_path / "hub")
    hub.start()
    desk = Shell(tmp_path / "desk", rehearsal.passphrase_file)
    try:
        options = [
            "operation", "create", "--hub", hub.url, "--token", hub.token, "--name", "GRYPHON III",
            "--starts", OPERATION.starts_day, "--ends", OPERATION.ends_day, "--organiser", "nl", "--kind", "JCPO",
            "--zone", "Europe/Amsterdam", "--hour", 17, "--issue", "automatic", "--handling", "TLP:GREEN",
            "--commodities", "tobacco", "--sub-commodities", "tobacco.snus", "--roots", 3, "--threshold", 2,
        ]  # fmt: skip
        assert "bad-plan" in desk.fail(2, *options, "--retention", "2020-01-01")
        assert not (desk.home / "keys.vocu").exists()
        assert "root-1.vocu, root-2.vocu, root-3.vocu" in desk.do(*options)
        assert "desk-exists" in desk.fail(1, *options)
        assert "NL, Netherlands, organiser" in desk.do("whoami")
        assert stat.S_IMODE((desk.home / "root-1.vocu").stat().st_mode) == 0o600
    finally:
        hub.stop()


def test_a_participant_comes_in_by_invitation_and_by_the_number_that_was_heard(
    be: Shell, nl: Shell, tmp_path: Path
) -> None:
    file = tmp_path / "nl.invitation"
    for name in ("", "  ", "x" * 121):
        assert "bad-name" in be.fail(2, "invite", "nl", "--name", name, "--out", file)
        assert not file.exists()
    assert "72 hours" in be.do("invite", "nl", "--out", file)
    assert "file-exists" in be.fail(1, "invite", "NL", "--out", file)
    assert "Nobody waits" in be.do("applicants")
    number = safety_number(nl.do("join", file, "--desk-name", "Rotterdam", "--no-wait"))
    assert "not-admitted" in nl.fail(1, "inbox")

    waiting = be.run("applicants")
    assert "Rotterdam" in waiting.stdout
    assert number.split()[0] not in waiting.output
    wrong = number.translate(str.maketrans("0123456789", "1234567890"))
    assert "safety-number" in be.fail(1, "admit", "NL", "--safety-number", wrong)
    assert "nobody-waits" in be.fail(1, "admit", "FR", "--safety-number", number)
    be.do("admit", "nl", "--safety-number", number)
    assert "NL, Netherlands, participant" in nl.do("whoami")
    assert "Rotterdam" in be.do("roster")


def test_a_newcomer_is_sent_the_contacts_and_the_number_may_be_typed_in(be: Shell, nl: Shell, tmp_path: Path) -> None:
    contacts, file = tmp_path / "contacts.toml", tmp_path / "lu.invitation"
    contacts.write_text('[[contacts]]\nname = "Example Officer"\n')
    be.post("contacts", "publish", contacts)
    be.do("invite", "LU", "--name", "Luxembourg customs", "--role", "observer", "--out", file)
    with nl.start("join", file) as joining:
        number = safety_number("".join(next(joining.stdout) for _ in range(6)))
        be.do("admit", "LU", given=number + "\n")
        rest, _ = joining.communicate(timeout=30)
    assert "Admitted to BALTICA II as Luxembourg customs" in rest
    assert "Example Officer" in nl.do("contacts")
    assert "observer-to-ocu" in nl.fail(1, "send", "to everybody")


def test_waiting_to_be_admitted_ends_quietly_with_ctrl_c(
    be: Shell, nl: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def interrupted(_desk: object) -> bool:
        raise KeyboardInterrupt

    file = tmp_path / "fr.invitation"
    be.do("invite", "FR", "--out", file)
    monkeypatch.setattr("vocu_client.cli.founding._admitted", interrupted)
    joined = nl.run("join", file)
    assert joined.exit_code == 130
    assert joined.stderr.startswith("Not admitted yet.")
    be.do("admit", "FR", "--safety-number", safety_number(joined.stdout))
    assert "FR, France, participant" in nl.do("whoami")


def test_a_country_adds_a_desk_and_revokes_it(de: Shell, rehearsal: Rehearsal, tmp_path: Path) -> None:
    file = tmp_path / "second.invitation"
    de.do("device", "add", "--out", file)
    second = Shell(tmp_path / "second", rehearsal.passphrase_file)
    number = safety_number(second.do("join", file, "--desk-name", "Hamburg", "--no-wait"))
    de.post("device", "admit", "--safety-number", number)
    second.post("send", "From the second desk.")
    device = re.findall(r"(\S+) +Hamburg", de.do("roster"))[0]
    assert "not-confirmed" in de.fail(1, "device", "revoke", device)
    de.post("device", "revoke", device, "--yes")
    assert "Hamburg" not in de.do("roster")
    assert "Showing what this desk had" in second.run("inbox").stderr


def test_roles_change_and_participants_leave(be: Shell, nl: Shell, tmp_path: Path) -> None:
    file = tmp_path / "at.invitation"
    be.do("invite", "AT", "--out", file)
    be.do("admit", "AT", "--safety-number", safety_number(nl.do("join", file, "--no-wait")))
    assert "bad-name" in be.fail(2, "change", "AT", "--name", "")
    be.post("change", "AT", "--role", "analyst", "--name", "Austria, analysts")
    assert re.search(r"AT +Austria, analysts +analyst", be.do("roster"))
    assert "not-confirmed" in be.fail(1, "remove", "AT")
    be.post("remove", "AT", "--yes")
    assert "Austria" not in be.do("roster")
    assert "unknown-participant" in be.fail(1, "change", "XX", "--role", "analyst")


def test_only_the_organiser_decides(be: Shell, de: Shell, tmp_path: Path) -> None:
    before = be.entries()
    assert "not-your-role" in de.fail(1, "invite", "FR", "--out", tmp_path / "fr")
    assert "no-root-key" in de.fail(1, "remove", "BE", "--yes")
    assert "unknown-phase" in be.fail(2, "phase", "open", "PARTY", "--yes")
    assert "phase-order" in be.fail(1, "phase", "open", "closed", "--yes")
    assert be.entries() == before


def test_without_a_desk_or_its_passphrase_there_is_one_clear_error(be: Shell, tmp_path: Path) -> None:
    assert "no-desk" in Shell(tmp_path, be.passphrase_file).fail(1, "whoami")
    wrong = tmp_path / "wrong"
    assert "no-passphrase" in Shell(be.home, wrong).fail(1, "whoami")
    wrong.write_text("not it")
    assert "wrong-passphrase" in Shell(be.home, wrong).fail(1, "whoami")
    wrong.write_text("\n")
    assert "empty-passphrase" in Shell(be.home, wrong).fail(1, "whoami")
    wrong.write_text("{}")
    assert "[" in Shell(tmp_path, be.passphrase_file).fail(2, "join", wrong)

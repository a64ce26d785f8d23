"""A hub that is told something wrong says so, and does not start."""

from pathlib import Path

import pytest

from vocu.errors import MalformedError, RefusedError, VocuError
from vocu_server.clock import rehearsal_clock, system_clock
from vocu_server.settings import Limits, Settings, check, read_settings

SAMPLE = Path(__file__).parents[2] / "config" / "hub.toml"


def settings_of(folder: Path, text: str) -> Settings:
    (folder / "hub.toml").write_text(text)
    return read_settings(folder).settings


def test_the_sample_names_every_setting_with_its_default(tmp_path: Path) -> None:
    text = SAMPLE.read_text()
    assert settings_of(tmp_path, text) == Settings()
    for name in (*Settings.__struct_fields__, *Limits.__struct_fields__):
        assert name in text


def test_paths_are_relative_to_the_folder(tmp_path: Path) -> None:
    (tmp_path / "hub.toml").write_text('data_dir = "elsewhere"')
    assert read_settings(tmp_path).data_dir == tmp_path / "elsewhere"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prot = 1", "unknown field `prot`"),
        ("[limits]\nsockets = 1", "unknown field `sockets`"),
        ("port = 70000", "<= 65535"),
        ('port = "8440"', "Expected `int`"),
        ("[limits]\nevents_per_second = 0", ">= 1"),
        ("port = ", "Correct"),
    ],
)
def test_a_setting_that_is_wrong_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(MalformedError) as refused:
        settings_of(tmp_path, text)
    assert refused.value.code == "bad-settings"
    assert said in refused.value.message


def test_a_folder_without_settings_is_no_hub(tmp_path: Path) -> None:
    with pytest.raises(MalformedError) as refused:
        read_settings(tmp_path)
    assert refused.value.code == "no-settings"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "hub.example"])
def test_without_tls_a_hub_does_not_listen_beyond_loopback(host: str) -> None:
    with pytest.raises(RefusedError) as refused:
        check(Settings(host=host))
    assert refused.value.code == "plain-outside-loopback"
    check(Settings(host=host, tls_certificate="hub.crt", tls_key="hub.key"))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_without_tls_a_hub_listens_on_loopback(host: str) -> None:
    check(Settings(host=host))


def test_tls_needs_both_files() -> None:
    for settings in (Settings(tls_certificate="hub.crt"), Settings(tls_key="hub.key")):
        with pytest.raises(MalformedError):
            check(settings)


def test_a_rehearsal_s_clock_says_what_its_file_says_now(tmp_path: Path) -> None:
    clock = rehearsal_clock(tmp_path / "clock")
    for time in (1_700_000_000_000, 1_600_000_000_000):
        (tmp_path / "clock").write_text(f"{time}\n")
        assert clock() == time
    for wrong in ("", "soon", "1.5"):
        (tmp_path / "clock").write_text(wrong)
        with pytest.raises(VocuError):
            clock()


def test_the_machine_s_clock_counts_milliseconds() -> None:
    assert 1_700_000_000_000 < system_clock() < 10_000_000_000_000

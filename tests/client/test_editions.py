"""What is read out of an earlier operation's results, and what is refused."""

import io
import json
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from tests.core.compilation.logs import Log, goods, seizure
from vocu.compilation.filtering import Filter
from vocu.compilation.tables import compile_tables
from vocu.errors import MalformedError
from vocu.rendering.results import tables_json
from vocu_client.editions import Earlier, read_file, read_path
from vocu_client.exports import result_files

ROOT = "A" * 43


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    log = Log("DE", "FR")
    log.open("OPERATIONAL")
    log.report("DE", seizure(goods(quantity="1200"), goods("drugs.cocaine", "0.5", "KGM"), seizures=2))
    log.report("FR", seizure(goods(quantity=None)))
    results = compile_tables(log.ledger)
    return result_files(results, ROOT, final=True) | {"tables.json": tables_json(results, ROOT, True)}


def found(earlier: Earlier) -> set[tuple[str, str, int, int, str | None]]:
    return {(row.commodity, row.unit, row.reports, row.seizures, row.quantity) for row in earlier.totals}


EXPECTED = {
    ("drugs.cocaine", "KGM", 1, 2, "0.5"),
    ("tobacco.cigarettes", "stick", 1, 2, "1200"),
    ("tobacco.cigarettes", "stick", 1, 1, None),
}


def zipped(files: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"baltica/{name}", content)
    return data.getvalue()


def test_folder_zip_and_json_say_the_same(files: dict[str, bytes], tmp_path: Path) -> None:
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    for earlier in (
        read_path(tmp_path),
        read_file("results.zip", zipped(files)),
        read_file("tables.json", files["tables.json"]),
    ):
        assert found(earlier) == EXPECTED
        assert (earlier.name, earlier.root, earlier.final, earlier.countries) == ("BALTICA II", ROOT, True, 3)


def test_a_table_of_ones_own_is_read_with_commas_semicolons_or_tabs() -> None:
    for text in (
        "commodity,unit,reports,seizures,quantity\ntobacco.cigarettes,stick,3,4,1200.50\n",
        "\ufeffUnit;Commodity;Seizures;Reports;Quantity\r\nstick;tobacco.cigarettes;4;3;1200,5\r\n",
        "commodity\tunit\tseizures\treports\tquantity\ntobacco.cigarettes\tstick\t4\t3\t1200.5\n",
    ):
        assert found(read_file("gryphon.csv", text.encode())) == {("tobacco.cigarettes", "stick", 3, 4, "1200.5")}


def test_the_edition_bears_its_name_and_days(files: dict[str, bytes]) -> None:
    edition = read_file("tables.json", files["tables.json"]).edition("BALTICA I", "2023-05-08", "2023-05-19")
    assert (edition.name, edition.root, edition.countries) == ("BALTICA I", ROOT, 3)
    assert sum(Decimal(row.quantity or 0) for row in edition.totals) == Decimal("1200.5")
    with pytest.raises(MalformedError):
        read_file("tables.json", files["tables.json"]).edition("", "2023-05-08", "2023-05-19")


def _changed(files: dict[str, bytes]) -> bytes:
    return zipped(files | {"T03.csv": files["T03.csv"].replace(b"1200", b"9200")})


def _filtered(files: dict[str, bytes]) -> bytes:
    log = Log("DE")
    return tables_json(compile_tables(log.ledger, Filter(countries=("DE",))), ROOT, False)


def _certificate_alone(files: dict[str, bytes]) -> bytes:
    return files["results.json"]


def _other_json(files: dict[str, bytes]) -> bytes:
    return json.dumps({"tables": [{"id": 3}, []]}).encode()


@pytest.mark.parametrize("broken", [_changed, _filtered, _certificate_alone, _other_json])
def test_what_is_not_whole_or_not_vocus_is_refused(
    broken: Callable[[dict[str, bytes]], bytes], files: dict[str, bytes]
) -> None:
    with pytest.raises(MalformedError, match="bad-edition"):
        read_file("earlier", broken(files))


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ("tobacco.cigarettes,stick,x,1\n", "seizures 'x'"),
        ("tobacco.cigarettes,stick,1,1.2.3\n", "quantity '1.2.3'"),
        ("tobacco.cigarettes,stick,1,1\ntobacco.cigarettes,stick,1,2\n", "line 3"),
        (",stick,1,1\n", "line 2"),
        ("", "no rows"),
    ],
)
def test_faulty_rows_are_listed_by_their_line(rows: str, fault: str) -> None:
    with pytest.raises(MalformedError) as refused:
        read_file("gryphon.csv", f"commodity,unit,seizures,quantity\n{rows}".encode())
    assert any(fault in detail for detail in refused.value.details)


def test_a_damaged_zip_file_and_another_encoding_are_refused() -> None:
    for data in (zipped({"T03.csv": b"x"})[:-30], zipped({"other.txt": b"x"}), "unit;größe".encode("latin-1"), b""):
        with pytest.raises(MalformedError, match="bad-edition"):
            read_file("earlier", data)

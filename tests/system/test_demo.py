"""`vocu demo` as anybody runs it: real processes, and figures compared with sums that share no code with ours."""

import csv
import json
import re
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import httpx2
import openpyxl
import psutil

from tests.shared import shared_file

PROJECT = Path(__file__).resolve().parents[2]
CBP = "data/cbp_drugs_us/nationwide-drugs-fy20-fy23.csv"
DRUGS = {
    "Cocaine": "drugs.cocaine",
    "Ecstasy": "drugs.mdma",
    "Fentanyl": "drugs.fentanyl",
    "Heroin": "drugs.heroin",
    "Ketamine": "drugs.ketamine",
    "Khat (Catha Edulis)": "drugs.khat",
    "Lsd": "drugs.lsd",
    "Marijuana": "drugs.cannabis_herb",
    "Methamphetamine": "drugs.methamphetamine",
    "Other Drugs**": "drugs.other",
}
PUBLISHED = {  # shared/data/README.md: events and pounds to three places
    "drugs.cocaine": (235, "4993.639"),
    "drugs.mdma": (62, "62.202"),
    "drugs.fentanyl": (115, "1939.568"),
    "drugs.heroin": (32, "135.743"),
    "drugs.ketamine": (131, "1049.556"),
    "drugs.khat": (15, "2763.057"),
    "drugs.lsd": (38, "1.887"),
    "drugs.cannabis_herb": (1384, "9933.843"),
    "drugs.methamphetamine": (310, "11479.011"),
    "drugs.other": (1913, "4981.119"),
}


def run_demo(out: Path, *options: str) -> str:
    command = [str(Path(sys.executable).with_name("vocu")), "demo", "--exit", "--out", str(out), *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_an_operation_runs_from_its_founding_to_its_tables(tmp_path: Path) -> None:
    told = " ".join(run_demo(tmp_path / "out", "--countries", "3", "--days", "2", "--seed", "7").split())
    assert "the same at every desk" in told
    assert "byte for byte the same" in told
    assert "can be read by DE, NL" in told
    assert "its words stand 0 times" in told
    days = sorted(path.name for path in (tmp_path / "out" / "newsletters").iterdir())
    assert days == [f"2026-03-0{day}.{form}" for day in (2, 3) for form in ("html", "json", "pdf", "txt")]
    tables = tmp_path / "out" / "tables"
    described = json.loads((tables / "results.json").read_bytes())
    workbook = openpyxl.load_workbook(tables / "results.xlsx", read_only=True)
    for table in described["tables"]:
        assert (tables / f"{table['id']}.csv").exists()
        assert table["id"] in " ".join(workbook.sheetnames)
    assert sum(int(row["reports"]) for row in rows(tables / "T03.csv")) > 0
    assert {row["measure"] for row in rows(tables / "T00.csv")} == {"seizures", "countries", "quantity"}
    assert [row["country"] for row in rows(tables / "T02N.csv") if row["seizures_difference"] == "1"] == ["DE"]
    filed = {row["country"]: row["national_report"] for row in rows(tables / "T01.csv")}
    assert {filed[ncp] for ncp in ("DE", "NL", "BE")} == {"yes"}


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    command = [str(Path(sys.executable).with_name("vocu")), "demo", "--exit", "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert "folder-in-use" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_without_exit_three_desks_stay_open_and_reports_keep_arriving(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("vocu")), "demo", "--out", str(tmp_path / "out"), "--countries", "3"]
    children: list[psutil.Process] = []
    with subprocess.Popen([*command, "--days", "1"], stdout=subprocess.PIPE, text=True) as demo:
        try:
            assert demo.stdout is not None
            told = _until(demo.stdout, "Ctrl-C")
            children = psutil.Process(demo.pid).children(recursive=True)
            links = re.findall(r"http://127\.0\.0\.1:\d+/enter\?token=[\w-]+", told)
            assert len(links) == 3
            for link in links:
                with httpx2.Client(follow_redirects=True, headers={"Accept-Language": "en"}) as browser:
                    page = browser.get(link)
                    assert page.status_code == 200
                    assert "REHEARSAL" in page.text
                    assert "day 2 of 6" in page.text
            seizures = seizures_today(page.text)
            deadline = time.monotonic() + 60
            with httpx2.Client(follow_redirects=True, headers={"Accept-Language": "en"}) as browser:
                page = browser.get((tmp_path / "out" / "desks" / "OCU-PL" / "desk.link").read_text())
                while seizures_today(page.text) == seizures and time.monotonic() < deadline:
                    time.sleep(0.5)
                    page = browser.get(page.url)
            assert seizures_today(page.text) > seizures
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(60)
    _, left = psutil.wait_procs(children, timeout=10)
    assert not left


def seizures_today(page: str) -> int:
    found = re.search(r"<b>(\d+)</b> seizure", page)
    assert found is not None
    return int(found[1])


def _until(lines: Iterable[str], words: str) -> str:
    told = ""
    for line in lines:
        told += line
        if words in line:
            return told
    raise AssertionError(f"{words!r} was never said: {told}")


def test_a_month_of_real_seizures_comes_out_to_the_last_digit(tmp_path: Path) -> None:
    data = shared_file(CBP)
    mapping = PROJECT / "config" / "mappings" / "cbp-nationwide.toml"
    where = ["--where", "FY=2023", "--where", "Month (abbv)=OCT"]
    told = run_demo(tmp_path / "out", "--data", str(data), "--mapping", str(mapping), *where, "--days", "2")
    assert "187 seizure reports" in " ".join(told.split())

    pounds: dict[str, Decimal] = defaultdict(Decimal)
    events: dict[str, int] = defaultdict(int)
    lines: dict[str, int] = defaultdict(int)
    for row in rows(data):
        if (row["FY"], row["Month (abbv)"]) == ("2023", "OCT"):
            drug = DRUGS[row["Drug Type"]]
            pounds[drug] += Decimal(row["Sum Qty (lbs)"])
            events[drug] += int(row["Count of Event"])
            lines[drug] += 1
    table = {row["commodity"]: row for row in rows(tmp_path / "out" / "tables" / "T03.csv")}
    assert table.keys() == pounds.keys() == PUBLISHED.keys()
    for drug, row in table.items():
        assert row["unit"] == "LBR"
        assert Decimal(row["quantity"]) == pounds[drug]
        assert (int(row["seizures"]), int(row["reports"])) == (events[drug], lines[drug])
        assert (int(row["seizures"]), str(round(Decimal(row["quantity"]), 3))) == PUBLISHED[drug]
    by_country = rows(tmp_path / "out" / "tables" / "T02.csv")
    assert len({row["country"] for row in by_country}) == 36
    assert sum(Decimal(row["quantity"]) for row in by_country) == sum(pounds.values())

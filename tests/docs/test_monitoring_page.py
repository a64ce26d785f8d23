"""What is said of figures, audit events and readiness is all there, and nothing else."""

import ast
import re
from pathlib import Path

from vocu_server import metrics, readiness
from vocu_server.audit import EVENTS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "monitoring.md").read_text("utf-8")
ALERTS = (ROOT / "config" / "prometheus" / "alerts.yml").read_text("utf-8")
SERVER = ROOT / "server" / "vocu_server"


def rows(section: str) -> list[list[str]]:
    body = PAGE.split(f"## {section}\n")[1].split("\n## ")[0]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in re.findall(r"^\| `.*$", body, re.M)]


def figures() -> dict[str, str]:
    """Every name as Prometheus sees it, and its kind."""
    found = {}
    for metric in metrics.registry.collect():
        if metric.name.startswith("vocu_"):
            collector = metrics.registry._names_to_collectors[metric.name]
            label = "".join(f", by `{name}`" for name in getattr(collector, "_labelnames", ()))
            name = metric.name + ("_total" if metric.type == "counter" else "")
            found[name] = metric.type + label
    return found


def test_every_figure_is_described_and_none_that_does_not_exist() -> None:
    assert {name.strip("`"): kind for name, kind, _ in rows("Figures")} == figures()


def test_no_figure_has_another_label_than_a_code() -> None:
    assert {kind.partition("by ")[2] for kind in figures().values()} == {"", "`code`"}


def test_alarms_ask_for_figures_that_exist() -> None:
    asked = set(re.findall(r"\bvocu_\w+", ALERTS))
    known = set(figures()) | {f"{name}_bucket" for name, kind in figures().items() if kind == "histogram"}
    assert asked
    assert asked <= known


def test_every_audit_event_is_described_in_the_same_words() -> None:
    assert {name.strip("`"): meaning for name, meaning in rows("The audit log")} == EVENTS


def test_every_reason_not_to_be_ready_is_described() -> None:
    source = (SERVER / "readiness.py").read_text("utf-8")
    reasons = set(re.findall(r'Reason\(\s*"([a-z-]+)"', source))
    described = {name.strip("` ") for name, _ in rows("Is it alive, is it ready?") if not name.startswith("`/")}
    assert reasons == described
    assert str(readiness.LEAST_FREE_BYTES // 1024**2) in PAGE


def said() -> set[str]:
    """The first word of every line that the hub writes to its log."""
    names = set()
    for path in SERVER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id in {"log", "events"}
                and node.func.attr in {"info", "warning", "error", "exception"}
                and isinstance(node.args[0], ast.Constant)
            ):
                names.add(node.args[0].value)
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "put_on_record":
                names.add(ast.literal_eval(node.args[1]))
    return names


def test_every_audit_event_is_said_somewhere() -> None:
    assert set(EVENTS) - said() == set()

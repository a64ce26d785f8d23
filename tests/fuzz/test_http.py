"""The hub's HTTP side, asked whatever its description (docs/openapi.yaml) allows, and what it does not allow."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import schemathesis
import yaml
from anyio.from_thread import start_blocking_portal
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.routing import Route

from tests.system.bad_input.scene import connected
from tests.system.rig import Hub, found
from vocu_server.app import Hub as HubParts
from vocu_server.app import make_app

DESCRIPTION = Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"
FULL = bool(os.environ.get("VOCU_FULL"))
schema = schemathesis.openapi.from_path(DESCRIPTION)


class Served(NamedTuple):
    """A hub process, an operation of it, and the token of a desk that stays connected."""

    hub: Hub
    op: str
    token: str


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("hub")
    hub = Hub(folder / "hub")
    hub.start()
    try:
        with start_blocking_portal() as portal:
            desk = portal.call(found, hub, folder)
            with portal.wrap_async_context_manager(connected(desk)) as (_, token):
                yield Served(hub, desk.settings.op, token)
            desk.close()
    finally:
        hub.stop()
    assert "Traceback" not in hub.log.read_text()


@pytest.mark.parametrize("known", [False, True], ids=["by a stranger", "by a desk"])
@schema.parametrize()
@settings(
    max_examples=300 if FULL else 10,
    derandomize=not FULL,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_what_the_hub_is_asked_is_answered_as_described(case: Any, served: Served, known: bool) -> None:
    case.headers.pop("Authorization", None)
    if known:
        case.headers["Authorization"] = f"Bearer {served.token}"
        if "op" in case.path_parameters:
            case.path_parameters["op"] = served.op
    case.call_and_validate(
        base_url=served.hub.url,
        timeout=60,
        checks=[not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance],
    )


def test_each_address_of_the_hub_is_described_and_no_other() -> None:
    described = {
        (method.upper(), path)
        for path, methods in yaml.safe_load(DESCRIPTION.read_text(encoding="utf-8"))["paths"].items()
        for method in methods
        if method != "parameters"
    }
    assert described == {
        (method, re.sub(r"{(\w+):\w+}", r"{\1}", route.path))
        for route in make_app(_Parts()).routes  # type: ignore[arg-type]
        if isinstance(route, Route)
        for method in route.methods or ()
        if method != "HEAD"
    }


class _Parts(HubParts):
    """A hub of which nobody asks anything but its routes."""

    def __init__(self) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        from vocu_server.api import API

        return API.__new__(API) if name == "api" else _Anything()


class _Anything:
    def __getattr__(self, name: str) -> Any:
        return self

    def __call__(self, *_: Any) -> Any:
        return self

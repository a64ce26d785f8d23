"""Nothing is founded that nobody can have meant, because nothing can be corrected afterwards."""

from typing import Any

import msgspec
import pytest

from tests.system.rig import PLAN
from vocu.errors import VocuError
from vocu_client.planning import require_plan


def test_a_plan_that_makes_sense_is_accepted() -> None:
    require_plan(PLAN)
    require_plan(
        msgspec.structs.replace(PLAN, commodities=("tobacco", "tobacco.snus"), sub_commodities=("tobacco.snus",))
    )


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"commodities": ("tobaco",)}, "there is no 'tobaco'"),
        ({"sub_commodities": ("snus",)}, "family.own_name"),
        ({"starts_day": "20.11.2026"}, "'20.11.2026' is not a day"),
        ({"ends_day": "2026-02-30"}, "'2026-02-30' is not a day"),
        ({"ends_day": "2026-11-01"}, "in this order"),
        ({"zone": "Poland/Warsaw"}, "is not a time zone"),
        ({"roots": 2, "threshold": 3}, "3 of 2 root keys cannot sign"),
        ({"threshold": 0}, "0 of 1"),
        ({"name": ""}, "1 to 120 characters"),
        ({"organiser_name": "x" * 121}, "1 to 120 characters"),
    ],
)
def test_what_is_wrong_is_said_in_words(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(VocuError) as caught:
        require_plan(msgspec.structs.replace(PLAN, **changes))
    assert caught.value.code == "bad-plan"
    assert says in " ".join(caught.value.details)
    assert "regex" not in str(caught.value)


def test_an_unknown_marking_names_those_that_there_are() -> None:
    with pytest.raises(VocuError) as caught:
        require_plan(msgspec.structs.replace(PLAN, handling="AMBER"))
    assert "TLP:AMBER, TLP:AMBER+STRICT" in caught.value.message

"""Nothing is founded that nobody can have meant, because nothing can be corrected afterwards."""

from typing import Any

import msgspec
import pytest

from tests.system.rig import PLAN
from vocu.errors import VocuError
from vocu.form.faults import FormError
from vocu_client.planning import kept_until, require_plan


def test_a_plan_that_makes_sense_is_accepted() -> None:
    require_plan(PLAN)
    require_plan(
        msgspec.structs.replace(PLAN, commodities=("tobacco", "tobacco.snus"), sub_commodities=("tobacco.snus",))
    )


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"commodities": ("tobaco",)}, "There is no 'tobaco'"),
        ({"sub_commodities": ("snus",)}, "family.own_name"),
        ({"starts_day": "20.11.2026"}, "'20.11.2026' is not a day"),
        ({"ends_day": "2026-02-30"}, "'2026-02-30' is not a day"),
        ({"ends_day": "2026-11-01"}, "in this order"),
        ({"zone": "Poland/Warsaw"}, "is not a time zone"),
        ({"roots": 2, "threshold": 3}, "3 of 2 root keys cannot sign"),
        ({"threshold": 0}, "0 of 1"),
        ({"organiser": "pl"}, "such as PL"),
        ({"compile_hour": 24}, "from 0 to 23"),
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


def test_all_faults_are_told_at_once_each_with_its_field() -> None:
    with pytest.raises(FormError) as caught:
        require_plan(msgspec.structs.replace(PLAN, name="", zone="Mars", ends_day="soon", roots=1, threshold=2))
    assert [fault.path for fault in caught.value.faults] == ["name", "ends_day", "zone", "roots"]


def test_an_operation_is_kept_for_five_years_unless_said_otherwise() -> None:
    assert kept_until("2024-06-16") == "2029-06-16"
    assert kept_until("2024-02-29") == "2029-02-28"

"""Which seizures are wanted, as the address of the page says it: every filter, the order and the page."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final
from urllib.parse import urlencode

from msgspec import Struct
from msgspec.structs import replace
from starlette.datastructures import QueryParams

from vocu.rendering.wording import N_
from vocu_client.overviews.filtering import Filter
from vocu_client.overviews.rows import STATUSES, Status
from vocu_client.overviews.seizures import SORTS, SortBy
from vocu_client.web.digits import number_of

PAGE = 50
LONGEST = 200
LAST_PAGE = 100_000
STATUS_NAMES: Final[Mapping[Status, str]] = {
    "counts": N_("Counted"),
    "pending": N_("Quantity pending"),
    "restricted": N_("Restricted"),
    "unconfirmed": N_("Unconfirmed"),
    "withdrawn": N_("Withdrawn"),
    "test": N_("Test"),
    "follow_up": N_("Follow-up"),
    "mine": N_("Ours"),
}
ASCENDING: Final = frozenset[SortBy](["country", "place", "commodity"])
"""What is sorted from A to Z at first; all else has the most, or the newest, on top."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NAMES: Final = {
    "country": "country", "commodity": "commodity", "place": "place", "mode": "mode", "from": "first_day",
    "to": "last_day", "q": "text",
}  # fmt: skip
"""Names in the address, and what the filter calls them."""


class Query(Struct, frozen=True, kw_only=True):
    """A question to the seizures. `page` counts from 1."""

    filter: Filter
    sort: SortBy = "received"
    ascending: bool = False
    page: int = 1

    @property
    def offset(self) -> int:
        return (self.page - 1) * PAGE

    @property
    def narrowed(self) -> bool:
        """Whether anything is filtered."""
        return bool(self.filtering())

    def filtering(self) -> list[tuple[str, str]]:
        """The filters alone, as the address names them."""
        found = [(name, getattr(self.filter, attribute)) for name, attribute in _NAMES.items()]
        return [(name, value) for name, value in found if value] + [("status", each) for each in self.filter.statuses]

    def pairs(self) -> list[tuple[str, str]]:
        """All that the address must hold: what goes without saying is left out."""
        found = self.filtering()
        if self.sort != "received":
            found.append(("sort", self.sort))
        if self.ascending != (self.sort in ASCENDING):
            found.append(("order", "up" if self.ascending else "down"))
        if self.page > 1:
            found.append(("page", str(self.page)))
        return found

    def address(self, path: str = "/seizures") -> str:
        """The address of this question at that page."""
        pairs = self.pairs()
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def sorted_by(self, sort: SortBy) -> "Query":
        """The same rows sorted by this; the other way round where they are."""
        ascending = not self.ascending if sort == self.sort else sort in ASCENDING
        return replace(self, sort=sort, ascending=ascending, page=1)

    def with_page(self, page: int) -> "Query":
        return replace(self, page=page)

    def without(self, name: str, value: str) -> "Query":
        """The same question without one of its filters, as the address names it."""
        if name == "status":
            return self.narrowed_to(statuses=tuple(each for each in self.filter.statuses if each != value))
        return self.narrowed_to(**{_NAMES[name]: "" if name == "q" else None})

    def narrowed_to(self, **wanted: object) -> "Query":
        """The same question with these fields of the filter put in place."""
        return replace(self, filter=replace(self.filter, **wanted), page=1)


def read(query: QueryParams, language: str) -> Query:
    """The question that an address asks. What it cannot mean is left out, so that `pairs` says what was understood."""
    given = {attribute: query.get(name, "").strip()[:LONGEST] for name, attribute in _NAMES.items()}
    for name in ("first_day", "last_day"):
        if not _is_day(given[name]):
            given[name] = ""
    sort: SortBy = next((each for each in SORTS if each == query.get("sort")), "received")
    order = query.get("order")
    ascending = order == "up" if order in ("up", "down") else sort in ASCENDING
    page = query.get("page", "")
    return Query(
        filter=Filter(
            statuses=tuple(each for each in STATUSES if each in query.getlist("status")),
            language=language,
            text=given.pop("text"),
            **{name: value or None for name, value in given.items()},
        ),
        sort=sort,
        ascending=ascending,
        page=min(number_of(page) or 1, LAST_PAGE),
    )


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False

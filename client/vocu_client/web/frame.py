"""What stands around every page: the operation, the line to the hub, the menu, the languages."""

from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from babel import Locale

from vocu_client.web.service import Status

if TYPE_CHECKING:
    from vocu_client.web.visit import Visit


_UNDER = {"/outcomes": "/controls", "/national-report": "/controls"}
"""Pages that have no item of their own in the menu, and where they are found."""


class Link(NamedTuple):
    """An item of the menu."""

    address: str
    name: str
    here: bool
    main: bool = False


class Language(NamedTuple):
    """A language one may choose, in its own words."""

    code: str
    name: str


class Frame:
    """Read by layout.html; each property is worked out when the page shows it."""

    def __init__(self, visit: "Visit") -> None:
        self._visit = visit
        self._service = visit.site.service

    @property
    def inside(self) -> bool:
        """Whether an officer is logged in and the operation can be seen."""
        return self._visit.known and not self._visit.site.where_first("operation")

    @property
    def status(self) -> Status:
        return self._service.status()

    @property
    def operation(self) -> str:
        return self._visit.desk.view.state.genesis.name

    @property
    def phase(self) -> str:
        return self._visit.desk.view.state.phase

    @property
    def day(self) -> tuple[int, int] | None:
        """Which day of how many this is; None before the first and after the last."""
        genesis = self._visit.desk.view.state.genesis
        first, last = date.fromisoformat(genesis.starts_day), date.fromisoformat(genesis.ends_day)
        today = datetime.fromtimestamp(self._visit.site.now() / 1000, ZoneInfo(genesis.zone)).date()
        return ((today - first).days + 1, (last - first).days + 1) if first <= today <= last else None

    @property
    def menu(self) -> list[Link]:
        visit, _ = self._visit, self._visit.words._
        items = [("/", _("Now"))]
        if visit.may("post"):
            items.append(("/report", _("Report a seizure")))
            items.append(("/imports", _("Import a file")))
        items += [
            ("/seizures", _("Seizures")),
            ("/messages", _("Messages")),
            ("/warnings", _("Warnings")),
            ("/questions", _("Questions")),
            ("/controls", _("Controls today")),
            ("/contacts", _("Contacts")),
            ("/newsletters", _("Newsletters")),
            ("/results", _("Results")),
        ]
        if visit.organises:
            items.append(("/operation", _("The operation")))
        if visit.site.team:
            items.append(("/handover", _("Handover")))
            if visit.desk.team.four_eyes:
                items.append(("/approvals", _("Approvals")))
        items.append(("/desk", _("This desk")))
        return [Link(address, name, self._is_here(address), address == "/report") for address, name in items]

    @property
    def here(self) -> str:
        """The address of this page, to come back to."""
        url = self._visit.request.url
        return url.path + (f"?{url.query}" if url.query else "") if self._visit.request.method == "GET" else url.path

    @property
    def unopened(self) -> int:
        """How many entries that figures count do not open at this desk."""
        ledger = self._visit.desk.view.ledger
        return ledger.unopened if ledger is not None else 0

    @property
    def theme(self) -> str:
        return self._visit.site.theme_of(self._visit.request)

    @property
    def notify(self) -> bool:
        """Whether the officer wants the desktop to tell him of what concerns his country."""
        return self.inside and self._visit.desk.preferences.of(self._visit.officer.id).notifications

    @property
    def languages(self) -> list[Language]:
        codes = self._visit.site.languages()
        return [Language(code, (Locale.parse(code).get_display_name(code) or code).capitalize()) for code in codes]

    @property
    def notices(self) -> list[str]:
        """What has to be said once, on the first page that is shown."""
        return self._visit.site.notices.pop(self._visit.session, [])

    def _is_here(self, address: str) -> bool:
        path = self._visit.request.url.path
        path = next((f"{page}/" for below, page in _UNDER.items() if path.startswith(below)), path)
        return path == address or (address != "/" and path.startswith(f"{address}/"))

"""Every country's confirmed totals beside what its posts add up to, and who has yet to confirm."""

from msgspec import Struct
from starlette.responses import Response

from vocu.compilation.ledger import Reply
from vocu.compilation.schedule import closing_day
from vocu_client.web.compiling import tables_of
from vocu_client.web.confirming import Compared, of_tables
from vocu_client.web.templating import who
from vocu_client.web.visit import Visit, get


class Country(Struct, frozen=True):
    """One country: its report and the comparison, or only how many seizures are credited to it."""

    ncp: str
    name: str
    seizures: int
    reply: Reply | None
    id: str
    rows: list[Compared]


async def overview(visit: Visit) -> Response:
    """The countries that confirmed or posted anything, by name."""
    results = (await tables_of(visit.desk).newest()).results
    rows = of_tables(results, visit.words)
    parties = results.table("T01")
    names = [column.name for column in parties.columns]
    credited = {str(row[0]): int(row[names.index("seizures")]) for row in parties.rows}
    shown = [ncp for ncp, seizures in credited.items() if seizures or ncp in rows]
    countries = [_country(visit, ncp, credited[ncp], rows.get(ncp, [])) for ncp in shown]
    return visit.page(
        "results_national.html",
        countries=sorted(countries, key=lambda each: each.name.casefold()),
        missing=sorted(each.name for each in countries if each.reply is None),
        due_day=closing_day(visit.desk.view.state.genesis),
    )


def _country(visit: Visit, ncp: str, seizures: int, rows: list[Compared]) -> Country:
    reply = visit.desk.ledger.national_reports.get(ncp) if rows else None
    act = visit.desk.view.acts[reply.received.index].act if reply is not None else None
    return Country(ncp, who(visit, ncp), seizures, reply, act.header.id if act is not None else "", rows)


ROUTES = [get("/results/national", overview)]

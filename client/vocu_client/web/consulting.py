"""Before a nominal part is shown to an officer of a team, he says why; once for each case.

A page that shows one asks `may_open(visit, case)` first, and includes "consult_part.html" with `case` where it says no.
A case is the id of the report, warning, question or cross-check that the nominal part belongs to.
"""

from vocu_client.web.visit import Visit


def may_open(visit: Visit, case: str) -> bool:
    """Whether the nominal part and the photos of this case may be shown now; that they were is kept."""
    return not visit.site.team or visit.desk.consultations.may_open(visit.officer.id, case, visit.site.now())

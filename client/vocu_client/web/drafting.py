"""What officers type is kept as they type it: saved on top of their own, never unseen on top of a colleague's."""

from vocu_client.store.drafts import DraftChangedError, Fields, FormDraft
from vocu_client.web.visit import Visit


def keep(
    visit: Visit,
    draft_id: str,
    kind: str,
    fields: Fields,
    revision: int,
    *,
    summary: str = "",
    by_itself: bool = False,
    over: bool = False,
) -> FormDraft:
    """Save a form as this officer's. Raises as `Drafts.keep` does, but not where he himself saved something else
    meanwhile, or saves `over` what a colleague did. Where the page saves `by_itself`, it always does: what is there may
    be newer than what comes late."""
    drafts, officer, at = visit.desk.drafts, visit.officer.id, visit.site.now()
    try:
        return drafts.keep(draft_id, kind, fields, officer, at, revision=revision, summary=summary)
    except DraftChangedError as changed:
        if by_itself or (changed.theirs.officer != officer and not over):
            raise
        return drafts.keep(draft_id, kind, fields, officer, at, revision=changed.theirs.revision, summary=summary)

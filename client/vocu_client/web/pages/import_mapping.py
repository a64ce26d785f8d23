"""The guided mapping: what each column of the file says. Suggested first, then answered by an officer."""

from typing import Final

from starlette.responses import Response

from vocu.errors import RefusedError
from vocu_client.imports.writing import Raw, mapping_text
from vocu_client.web.importing import answers, saved, working
from vocu_client.web.importing import begun as imports
from vocu_client.web.importing.answers import Around
from vocu_client.web.importing.begun import Begun
from vocu_client.web.importing.describing import Describing
from vocu_client.web.importing.planned import MOST_GOODS
from vocu_client.web.importing.reading import Read, around, effective, read
from vocu_client.web.importing.sources import by_column, tidy, with_source
from vocu_client.web.importing.survey import Survey
from vocu_client.web.importing.targets import choices, label
from vocu_client.web.pages.import_new import under_way
from vocu_client.web.pages.imports import TOML
from vocu_client.web.visit import Visit, get, post

DELIMITERS: Final = (";", ",", "\t", "|")


async def show(visit: Visit) -> Response:
    """The mapping as it is, or the file that is still being read."""
    begun = under_way(visit)
    if begun.speaks_for_itself:
        return visit.go(f"/imports/begun/{begun.id}/check")
    found = await _read(visit, begun)
    if isinstance(found, Response):
        return found
    if working.asks_by_itself(visit):
        return visit.go(f"/imports/begun/{begun.id}")
    return _page(visit, begun, found)


async def take(visit: Visit) -> Response:
    """What the page's buttons do: look again with what was answered, one more kind of goods, go on to the check."""
    begun = under_way(visit)
    found = await _read(visit, begun)
    if isinstance(found, Response):
        return found
    there = around(visit, begun.mapping)
    before, _ = effective(begun, found, there)
    there = around(visit, before)
    said = answers.answered(before, visit.form, found.survey, there)
    raw = said.mapping
    if _reads_otherwise(before, raw):
        found = await _read(visit, imports.keep(visit, begun, mapping=raw, asked_by=""))
        if isinstance(found, Response):
            return found
        raw = answers.suited(raw, found.survey, there)
    do = str(visit.form.get("_do", ""))
    if do == "goods" and len(raw.get("goods", [])) < MOST_GOODS:
        number = max(1, len(raw.get("goods", [])))
        raw = with_source(raw, f"goods[{number}].if_no_other_line", False)
    begun = imports.keep(visit, imports.find(visit, begun.id), mapping=raw, asked_by="")
    if do == "check" and not said.faults and not _faults(visit, raw, found.survey, around(visit, raw)):
        return visit.go(f"/imports/begun/{begun.id}/check")
    return _page(visit, begun, found, said.faults, tried=do == "check")


async def save(visit: Visit) -> Response:
    """Keep the mapping under a name, for the next file of this kind."""
    begun = under_way(visit)
    name = str(visit.form.get("name", "")).strip()
    back = f"/imports/begun/{begun.id}/check"
    if problems := imports.problems(begun.mapping):
        raise RefusedError("bad-mapping", "Finish the mapping before you save it.", problems)
    if name in saved.listed(visit) and visit.form.get("over") != "yes":
        return visit.page("import_over.html", begun=begun, name=name)
    saved.save(visit, name, begun.mapping)
    imports.keep(visit, begun, mapping_name=name)
    return visit.go(back, visit.words._("The mapping “{name}” is saved.", name=name))


async def mapping_file(visit: Visit) -> Response:
    """The mapping as it is, as the file that the command line takes."""
    begun = under_way(visit)
    return visit.download("mapping.toml", TOML, mapping_text(tidy(begun.mapping)).encode())


async def ask_to_discard(visit: Visit) -> Response:
    return visit.page("import_discard.html", begun=under_way(visit))


async def discard(visit: Visit) -> Response:
    imports.throw_away(visit, under_way(visit))
    return visit.go("/imports", visit.words._("The import was thrown away, and its file with it. Nothing was sent."))


async def _read(visit: Visit, begun: Begun) -> Read | Response:
    """What stands in the file; the page that waits, while it is being read. Raises MalformedError (bad-table)."""
    work = read(visit, begun)
    await work.wait()
    if work.runs:
        return visit.page(
            "import_working.html", work=work, what="read", address=f"/imports/begun/{begun.id}", name=begun.name
        )
    if work.failed is not None:
        if working.asks_by_itself(visit):
            return visit.go(f"/imports/begun/{begun.id}")
        return visit.page("import_bad.html", 400, error=work.failed, begun=begun)
    found: Read = work.result
    return found


def _page(
    visit: Visit, begun: Begun, found: Read, faults: dict[str, str] | None = None, *, tried: bool = False
) -> Response:
    survey = found.survey
    raw, lacking = effective(begun, found, around(visit, begun.mapping))
    there = around(visit, raw)
    describing = Describing(raw, survey, there.targets, visit.words)
    described = describing.described(answers.options(there, raw))
    needed, others = answers.fixed(raw, there, faults or {})
    lines = max(1, len(raw.get("goods", [])))
    return visit.page(
        "import_mapping_part.html" if visit.is_fragment else "import_mapping.html",
        422 if tried else 200,
        begun=begun,
        survey=survey,
        delimiters=DELIMITERS,
        choices=choices(lines, visit.words, organises=visit.organises),
        given=by_column(raw),
        described=described,
        decimals=[(sign, describing.reading(described.number, sign)) for sign in described.decimals],
        file=raw.get("file", {}),
        kind=found.kind,
        needed=needed,
        others=others,
        lines=lines,
        lacking=lacking,
        more_goods=lines < MOST_GOODS,
        faults=faults or {},
        missing=_faults(visit, raw, survey, there) if tried else [],
        problems=imports.problems(raw) if tried else (),
        suggestions={"suggestions": there.form.show({}).suggestions},
    )


def _faults(visit: Visit, raw: Raw, survey: Survey, there: Around) -> list[tuple[str, str]]:
    """What has to be said before the file can be read: where, and in words."""
    words = visit.words
    described = Describing(raw, survey, there.targets, words).described({})
    found = []
    if described.decimals and "decimal" not in raw.get("file", {}):
        found.append(("file-decimal", words._("Say which sign is the decimal sign.")))
    for setting in described.settings:
        if setting.formats and not setting.format:
            said = words._("{field}: say how the dates are written.", field=setting.label)
            found.append((f"format-{setting.id}", said))
    for target in answers.missing(raw, there):
        shown = label(target, words, max(1, len(raw.get("goods", []))))
        said = words._("{field}: choose a column that gives it, or say what holds for every row.", field=shown)
        found.append((f"f-{answers.fixed_name(target)}", said))
    if not found and imports.problems(raw):
        found.append(("", words._("The mapping cannot be used yet. The details say why.")))
    return found


def _reads_otherwise(before: Raw, after: Raw) -> bool:
    """Whether other cells come out of the same bytes now."""
    names = ("encoding", "delimiter", "sheet")
    return any(before.get("file", {}).get(name) != after.get("file", {}).get(name) for name in names)


ROUTES = [
    get("/imports/begun/{draft}", show, right="post"),
    post("/imports/begun/{draft}", take),
    post("/imports/begun/{draft}/save", save),
    get("/imports/begun/{draft}/mapping.toml", mapping_file, right="post"),
    get("/imports/begun/{draft}/discard", ask_to_discard, right="post"),
    post("/imports/begun/{draft}/discard", discard),
]

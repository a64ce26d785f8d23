from tests.core.compilation.logs import Check, compiled, goods, running, seizure
from vocu.compilation.newsletter import notable_facts
from vocu.form.report import Route, Stop


def test_today_is_what_came_since_the_previous_issue_and_cumulative_is_all() -> None:
    log = running("DE", "LT")
    log.report("DE", seizure(goods(quantity="1000"), persons_arrested=1))
    log.file("LT", "2024-01-15")
    since = log.position
    log.report("LT", seizure(goods(quantity="0.50", unit="KGM"), seizures=4))
    log.report("LT", seizure(goods(quantity="500"), goods(quantity=None)))
    log.file("DE", "2024-01-16", Check(kind="vehicles", checked=40, with_result=1))
    figures = compiled(log, since=since)
    today, cumulative = figures["totals"]["today"], figures["totals"]["cumulative"]
    assert (today["reports"], today["seizures"], today["pending"], today["controls"]) == (2, 5, 1, 40)
    assert (cumulative["reports"], cumulative["seizures"], cumulative["persons_arrested"]) == (3, 6, 1)
    assert (today["nil_returns"], cumulative["nil_returns"], cumulative["with_result"]) == (0, 1, 1)
    cigarettes = {"commodity": "tobacco.cigarettes"}
    assert figures["commodities"]["listed"] == [
        cigarettes
        | {
            "unit": "KGM",
            "cumulative": {"reports": 1, "seizures": 4, "quantity": "0.5"},
            "today": {"reports": 1, "seizures": 4, "quantity": "0.5"},
        },
        cigarettes
        | {
            "unit": "stick",
            "cumulative": {"reports": 2, "seizures": 2, "quantity": "1500"},
            "today": {"reports": 1, "seizures": 1, "quantity": "500"},
        },
        cigarettes
        | {
            "unit": "stick",
            "open": True,
            "cumulative": {"reports": 1, "seizures": 1},
            "today": {"reports": 1, "seizures": 1},
        },
    ]


def test_a_seizure_from_before_the_previous_issue_is_shown_as_seized_earlier() -> None:
    log = running("DE")
    log.newsletter("2024-01-15")
    since = log.position
    for day in ("2024-01-14", "2024-01-15", "2024-01-16", "2024-01", "2023-12", "2023"):
        log.report("DE", seizure(seizure_day=day))
    assert compiled(log, since=since)["totals"]["today"]["seized_earlier"] == 3


def test_reports_are_told_by_the_issue_that_counted_them_first() -> None:
    log = running("DE")
    log.report("DE", seizure(seizures=3))
    log.newsletter("2024-01-15")
    log.newsletter("2024-01-16")
    log.report("DE")
    assert compiled(log, day="2024-01-17", since=log.position - 1)["issues"] == [
        {"day": "2024-01-15", "reports": 1, "seizures": 3},
        {"day": "2024-01-16", "reports": 0, "seizures": 0},
        {"day": "2024-01-17", "reports": 1, "seizures": 1},
    ]


def test_notable_are_the_largest_of_today_first_those_that_are_the_largest_so_far() -> None:
    log = running("DE")
    log.report("DE", seizure(goods(quantity="5000")))
    since = log.position
    log.report("DE", seizure(goods(quantity="10")))
    smaller = log.report("DE", seizure(goods(quantity="4000")))
    record = log.report("DE", seizure(goods("drugs.cocaine", "2", "KGM")))
    log.report("DE", seizure(goods("drugs.heroin", "99", "KGM"), seizures=50))  # a batch is not one seizure
    assert [facts["report"] for facts in compiled(log, since=since)["notable"]] == [record, smaller]


def test_the_organisers_choice_of_notable_seizures_keeps_his_order_and_leaves_out_what_no_longer_counts() -> None:
    log = running("DE")
    first, second, gone = log.report("DE"), log.report("DE"), log.report("DE")
    log.withdraw("DE", gone)
    sealed = log.report("DE", restricted=True)
    assert [facts["report"] for facts in notable_facts(log.ledger, [second, gone, sealed, first])] == [second, first]


def test_methods_and_routes_that_nobody_reported_before_are_new() -> None:
    log = running("DE")
    old = Route(departure=Stop(country="BY"), destination=Stop(country="DE"))
    new = Route(
        departure=Stop(country="BY"), transit=(Stop(country="PL"), Stop(country="PL")), destination=Stop(country="DE")
    )
    log.report("DE", seizure(concealment="tyre", route=old))
    since = log.position
    log.report("DE", seizure(concealment="tyre", detection_means="dog", route=new))
    log.report("DE", seizure(concealment="not_known", carried_in="other", route=old))
    assert compiled(log, since=since)["new"] == {"detection_means": ["dog"], "routes": [["BY", "PL", "DE"]]}


def test_the_places_and_routes_of_today_come_with_their_seizures() -> None:
    log = running("DE")
    way = Route(departure=Stop(country="BY"), destination=Stop(country="DE"))
    log.report("DE", seizure(route=way, seizures=9))
    since = log.position
    log.report("DE", seizure(route=way, seizures=2))
    log.report("DE", seizure(place="KAUNAS", country="LT", seizures=3))
    assert compiled(log, since=since)["where"] == {
        "places": [
            {"place": "KAUNAS", "country": "LT", "seizures": 3},
            {"place": "TERESPOL", "country": "DE", "seizures": 2},
        ],
        "routes": [{"route": ["BY", "DE"], "seizures": 2}],
    }

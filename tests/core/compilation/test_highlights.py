from tests.core.compilation.logs import compiled, goods, running, seizure


def test_the_goods_seized_most_often_come_with_their_amounts_and_the_way_most_of_them_came() -> None:
    log = running("DE")
    log.report("DE", seizure(goods(quantity="5"), seizures=2, transport_mode="air"))
    since = log.position
    log.report("DE", seizure(goods(quantity="7"), goods(quantity="0.5", unit="KGM"), seizures=2))
    log.report("DE", seizure(goods(quantity=None)))
    log.report("DE", seizure(goods("drugs.khat", "3", "KGM"), transport_mode="mail"))
    highlights = compiled(log, since=since)["highlights"]
    khat = {
        "commodity": "drugs.khat", "seizures": 1, "amounts": [{"unit": "KGM", "quantity": "3"}], "open": 0,
        "transport_mode": "mail", "by_it": 1,
    }  # fmt: skip
    assert highlights["today"] == [
        {
            "commodity": "tobacco.cigarettes", "seizures": 3, "open": 1, "transport_mode": "road", "by_it": 3,
            "amounts": [{"unit": "KGM", "quantity": "0.5"}, {"unit": "stick", "quantity": "7"}],
        },
        khat,
    ]  # fmt: skip
    cigarettes, _ = highlights["cumulative"]
    assert (cigarettes["seizures"], cigarettes["transport_mode"], cigarettes["by_it"]) == (5, "road", 3)
    log.report("DE", seizure(goods(quantity="1"), transport_mode="rail"))
    assert "transport_mode" not in compiled(log)["highlights"]["cumulative"][0]

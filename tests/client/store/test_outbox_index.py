"""What waits is found in the order of writing without a look at all that was ever sent."""

from pathlib import Path

from sqlalchemy import event

from vocu_client.store.outbox import Outbox
from vocu_client.store.sql import open_database


def test_looking_for_what_waits_does_not_sort_the_whole_outbox(tmp_path: Path) -> None:
    engine = open_database(tmp_path / "desk.sqlite")
    asked: list[tuple[str, object]] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _cursor, sql, given, *_: asked.append((sql, given)))
    Outbox(engine, bytes(32)).waiting(0, 64)
    ((sql, given),) = [each for each in asked if each[0].startswith("SELECT")]
    with engine.begin() as connection:
        plan = " ".join(str(row) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given))
    engine.dispose()
    assert "outbox_waiting" in plan
    assert "TEMP B-TREE" not in plan

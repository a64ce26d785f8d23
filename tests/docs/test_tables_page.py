from tests.docs.tables_page import PAGE, page


def test_the_page_lists_each_table_with_its_definition_its_columns_and_the_filters_it_follows() -> None:
    assert PAGE.read_text("utf-8") == page(), "run `python -m tests.docs.tables_page` and read what changed"

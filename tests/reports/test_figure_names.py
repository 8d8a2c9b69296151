"""People read and type figures by their Chinese names; texts are kept with the keys."""

import pytest

from reports.texts.figure_names import ASPECT_NAMES, FigureNames, names_left
from reports.texts.values import ASPECTS

NAMES = FigureNames({"items.closed": "已销号事项", "items.open": "未销号事项"})


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("共{items.closed}项", "共「已销号事项」项"),
        (
            "占{items.closed:share}%，上期{items.open:previous}项",
            "占「已销号事项·占比」%，上期「未销号事项·上期数」项",
        ),
        ("{items.gone}项", "{items.gone}项"),
        ("{items.closed:best}项", "{items.closed:best}项"),
    ],
)
def test_a_text_is_shown_by_names_and_kept_by_keys(kept, shown):
    assert NAMES.shown(kept) == shown
    assert NAMES.kept(shown) == kept


@pytest.mark.parametrize("typed", ["「 已销号事项 」", "「已销号事项 · 占比」"])
def test_spaces_around_a_name_do_no_harm(typed):
    assert names_left(NAMES.kept(typed)) == []


@pytest.mark.parametrize("typed", ["「已销号」", "「已销号事项·最佳」", "「」", "「未知·占比」"])
def test_a_name_that_no_figure_has_is_left_as_it_was_typed(typed):
    assert NAMES.kept(f"共{typed}项") == f"共{typed}项"
    assert names_left(f"共{typed}项") == [typed]


def test_every_number_of_a_figure_has_a_name():
    assert {"", *ASPECT_NAMES} == set(ASPECTS)

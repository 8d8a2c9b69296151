"""The bench of the cases runs to its end on a small register."""

import re

import pytest

from complaints.bench.measuring import measure
from complaints.models import Assignment, CaseEvent, Complaint, Round
from tests.complaints.steps import TODAY

CEILING = 20
# The first page gathers what waits in every domain; `tests.ceilings` holds what it may ask.
GATHERING = {"工作台": 22}


@pytest.mark.usefixtures("calendar", "on_the_day")
def test_every_page_is_measured_and_asks_a_bounded_number_of_times(settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    lines = list(measure(300, TODAY))
    counts = [rows.objects.count() for rows in (Complaint, Round, Assignment, CaseEvent)]
    assert counts == [300, 300, 300, 600]
    asked = {line.split("  ")[0]: int(re.search(r"(\d+)$", line)[1]) for line in lines[2:]}
    pages = {name: number for name, number in asked.items() if not name.startswith("统计")}
    over = {name: number for name, number in pages.items() if not 0 < number <= GATHERING.get(name, CEILING)}
    assert over == {}

"""The public presses twice, guesses in parallel, floods at once: exactly what the budgets and keys allow happens."""

import threading

import pytest
from django.db import connection

from complaints.models import Complaint
from complaints.query_codes import new_code
from complaints.services.public_intake import WRONG_CODES, find_case, hand_in
from portal.errors import Conflict, Refused
from portal.models import SettingRow
from portal.services.throttles import Throttled
from tests.conftest import NOW, TODAY
from tests.factories_complaints import entry

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(acts):
    """Run every act in a thread and a connection of its own; return what each answered or raised."""
    outcomes = []

    def run(act):
        try:
            outcomes.append(act())
        except Refused as error:
            outcomes.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def sending(key, host="203.0.113.7"):
    return lambda: hand_in(entry(), address=host, now=NOW, source="public-form", key=key)


def test_the_button_pressed_four_times_at_once_makes_one_case(calendar):
    outcomes = at_once([sending("one")] * 4)
    made = [outcome for outcome in outcomes if not isinstance(outcome, Conflict)]
    assert sum(outcome.is_new for outcome in made) == 1
    assert {outcome.code for outcome in made} == {made[0].code}
    assert Complaint.objects.count() == 1


def test_a_flood_at_once_gets_no_further_than_one_after_the_other(calendar):
    SettingRow.objects.create(key="complaints.public_per_address", value=3, valid_from=TODAY)
    outcomes = at_once([sending(f"key{place}") for place in range(8)])
    assert sum(isinstance(outcome, Throttled) for outcome in outcomes) == 5
    assert Complaint.objects.count() == 3
    assert sorted(Complaint.objects.values_list("number", flat=True)) == [
        f"SQ2023{place:06d}" for place in (1, 2, 3)
    ]


def test_guesses_in_parallel_are_no_more_than_five():
    outcomes = at_once([lambda: find_case(new_code(), address="203.0.113.7", now=NOW)] * 12)
    assert sum(isinstance(outcome, Throttled) for outcome in outcomes) == 12 - WRONG_CODES

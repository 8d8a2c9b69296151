"""The ladder of letters, by tables: what is due, what waits, what may not be skipped."""

import pytest

from indicators.escalation import Due, Earlier, Facts, Limits, Rung, next_rung

LIMITS = Limits(supervise_days=10, talk_days=30, circulate_days=60, transfer_days=90)


def sent(rung, days_ago, *, passed=True):
    return Earlier(Rung(rung), days_ago, reply_day_passed=passed)


@pytest.mark.parametrize(
    ("facts", "rung", "reason"),
    [
        (Facts(), None, None),
        (Facts(lamp="red"), None, None),
        (Facts(lamp="yellow", worsened=True), "remind", "亮灯转黄"),
        (Facts(lamp="red", worsened=True), "chase", "亮灯转红"),
        (Facts(lamp="red", lamp_reason="落后31点", worsened=True), "chase", "亮灯转红（落后31点）"),
        (Facts(lamp="grey", worsened=True), None, None),
        (Facts(unreported_months=1), "remind", "当期月报未报"),
        (Facts(unreported_months=2), "chase", "连续2个月未报月报"),
        (Facts(unreported_months=3), "supervise", "连续3个月未报月报"),
        (Facts(days_overdue=1), "chase", "逾期1天"),
        (Facts(days_overdue=9), "chase", "逾期9天"),
        (Facts(days_overdue=10), "supervise", "逾期10天"),
        (Facts(days_overdue=2, unreported_months=3), "supervise", "连续3个月未报月报"),
        (Facts(days_overdue=1, lamp="red", worsened=True), "chase", "逾期1天"),
    ],
)
def test_the_heaviest_cause_decides(facts, rung, reason):
    found = next_rung(facts, LIMITS)
    assert (found and found.rung, found and found.reason) == (rung, reason)


@pytest.mark.parametrize(
    ("days", "earlier", "expected"),
    [
        # The first signed letter is a 督办函, however late the item is.
        (200, (), "supervise"),
        (35, (sent("chase", 20),), "supervise"),
        (35, (sent("supervise", 10),), "talk"),
        (35, (sent("supervise", 3, passed=False),), None),
        (35, (sent("supervise", 10), sent("talk", 2, passed=False)), None),
        (60, (sent("supervise", 40), sent("talk", 20)), "circulate"),
        (59, (sent("supervise", 40), sent("talk", 20)), None),
        (90, (sent("talk", 40), sent("circulate", 20)), "transfer"),
        (95, (sent("transfer", 2),), None),
        # A letter from before the due date belongs to another bout.
        (12, (sent("supervise", 40),), "supervise"),
        (5, (sent("chase", 5),), None),
        (5, (sent("chase", 6),), "chase"),
        (29, (sent("supervise", 15),), None),
    ],
)
def test_no_rung_is_skipped_repeated_or_hurried(days, earlier, expected):
    found = next_rung(Facts(days_overdue=days, earlier=earlier), LIMITS)
    assert (found and found.rung) == expected


@pytest.mark.parametrize(("days_ago", "expected"), [(31, None), (32, "remind")])
def test_an_item_that_is_not_overdue_is_reminded_again_after_a_month(days_ago, expected):
    found = next_rung(Facts(unreported_months=1, earlier=(sent("remind", days_ago),)), LIMITS)
    assert (found and found.rung) == expected


def test_a_reminder_is_followed_by_a_chase_when_things_get_worse():
    facts = Facts(lamp="red", worsened=True, earlier=(sent("remind", 5),))
    assert next_rung(facts, LIMITS) == Due(Rung.CHASE, "亮灯转红")


def test_the_reason_names_the_letter_that_did_not_help():
    found = next_rung(Facts(days_overdue=31, earlier=(sent("supervise", 12),)), LIMITS)
    assert found == Due(Rung.TALK, "逾期31天，已督办未见成效")


def test_the_limits_are_the_offices():
    facts = Facts(days_overdue=5, earlier=(sent("chase", 4),))
    assert next_rung(facts, Limits(supervise_days=5)) == Due(Rung.SUPERVISE, "逾期5天，已催办未见成效")
    assert next_rung(facts, LIMITS) is None

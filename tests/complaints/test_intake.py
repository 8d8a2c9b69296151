"""Taking a case in: numbers, codes, keys, limits of what is accepted, and the public's view of it."""

from datetime import date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints.models import Complaint, Identity, Submission
from complaints.query_codes import ALPHABET, printed
from complaints.sealing import UNKNOWN
from complaints.selectors.cases import likely_duplicates
from complaints.selectors.documents import acceptance_notice, decline_notice, receipt_slip, reply_letter
from complaints.selectors.public import case_by_code, public_case
from complaints.services import closing
from complaints.services.acceptance import ask_for_more, supply_more
from complaints.services.desk_tables import count_scan, create_point, switch_point
from complaints.services.intake import forget_receipts, register_complaint
from portal.errors import Conflict, Refused
from portal.models import Notification
from tests.complaints.steps import NOW, TODAY, bring_to
from tests.factories import CHINA
from tests.factories_complaints import PointFactory, entry, moment, register

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _calendar(calendar):
    pass


@pytest.fixture
def people(officer, director, liaison, unit_head, lead_liaison):
    return {
        "officer": officer, "director": director, "liaison": liaison,
        "unit_head": unit_head, "lead_liaison": lead_liaison,
    }  # fmt: skip


def test_a_case_gets_a_number_a_code_shown_once_and_its_first_due_date():
    made = register_complaint(entry(), actor=None, now=NOW)
    case = made.complaint
    assert (case.number, case.state, case.due_on) == ("SQ2023000001", "registered", date(2023, 11, 9))
    assert made.code not in repr(Complaint.objects.values())
    assert case_by_code(printed(made.code).lower()) == case
    assert receipt_slip(case, made.code).code == printed(made.code)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (moment(date(2023, 11, 8), 17), date(2023, 11, 9)),
        (moment(date(2023, 11, 8), 18), date(2023, 11, 10)),  # after closing time: received the next day
        (moment(date(2023, 11, 11)), date(2023, 11, 14)),  # a Saturday: received on Monday
        (moment(date(2023, 9, 29)), date(2023, 10, 8)),  # National Day, both days of 调休 worked
        (moment(date(2023, 12, 31), 23), date(2024, 1, 3)),
    ],
)
def test_when_a_case_counts_as_received(received, due):
    assert register(now=received).examine_due_on == due


@pytest.mark.parametrize(
    ("second", "number", "day"),
    [
        (datetime(2023, 12, 31, 23, 59, 59, tzinfo=CHINA), "SQ2023000002", date(2023, 12, 31)),
        (datetime(2024, 1, 1, 0, 0, tzinfo=CHINA), "SQ2024000001", date(2024, 1, 1)),
    ],
)
def test_at_midnight_of_the_last_day_the_numbers_begin_anew(second, number, day):
    register(now=datetime(2023, 12, 31, 23, 59, tzinfo=CHINA))
    case = register(now=second)
    # Neither is received before the first working day of the year.
    assert (case.number, case.registered_on, case.examine_due_on) == (number, day, date(2024, 1, 3))


def test_a_wrong_code_finds_nothing():
    made = register_complaint(entry(), actor=None, now=NOW)
    last = ALPHABET[(ALPHABET.index(made.code[-1]) + 1) % len(ALPHABET)]
    for wrong in (made.code[:-1] + last, "", "ABC", "x" * 5000):
        assert case_by_code(wrong) is None


def test_the_same_key_makes_one_case_and_gives_the_same_code_for_a_day():
    first = register_complaint(entry(), actor=None, now=NOW, source="form", key="k1")
    again = register_complaint(entry(), actor=None, now=NOW, source="form", key="k1")
    assert (again.complaint, again.code, again.is_new) == (first.complaint, first.code, False)
    with pytest.raises(Conflict):
        register_complaint(entry(title="另一件"), actor=None, now=NOW, source="form", key="k1")
    assert forget_receipts(NOW.replace(day=9, hour=11)) == 1
    assert Submission.objects.get().receipt == ""
    assert Complaint.objects.count() == 1


def test_an_anonymous_case_keeps_nothing_of_the_person():
    case = register(person=UNKNOWN, consented=False)
    assert case.is_anonymous
    assert not Identity.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": " "}, "标题"),
        ({"text": ""}, "内容"),
        ({"text": "字" * 10_001}, "最多 10000 字"),
        ({"consented": False}, "告知书"),
    ],
)
def test_what_is_not_accepted_says_what_to_do(changes, words):
    with pytest.raises(Refused, match=words):
        register(**changes)
    assert not Complaint.objects.exists()


def test_rare_characters_emoji_and_marks_are_kept_as_they_are():
    text = "喆堃䶮🏭\u202e反向 <script>alert(1)</script>"
    assert register(text=text).text == text


def test_the_desk_registers_others_do_not(officer, liaison, observer):
    assert register(officer, channel="phone").registered_by == officer
    for person in (liaison, observer):
        with pytest.raises(Refused):
            register(person, channel="phone")


def test_a_hotline_ticket_is_registered_once(officer):
    register(officer, channel="hotline", external_number="TS1")
    with pytest.raises(Refused, match="已经登记过"):
        register(officer, channel="hotline", external_number="TS1")
    register(officer, channel="superior", external_number="TS1")


def test_a_disabled_point_takes_nothing(officer):
    point = create_point(actor=officer, name="政务大厅3号窗口", kind="window")
    switch_point(point, actor=officer, active=False)
    with pytest.raises(Refused, match="停用"):
        register(channel="qr", intake_point=point)


def test_scans_are_counted_by_day():
    point = PointFactory()
    for _ in range(3):
        count_scan(point, today=TODAY)
    assert list(point.scans.values_list("on", "count")) == [(TODAY, 3)]


def test_likely_duplicates_by_phone_and_title(officer, liaison):
    earlier = register(title="施工许可审图三次补正")
    found = likely_duplicates(officer, title="施工许可审图多次补正", phone="+86 138-0013-8000", today=TODAY)
    assert [one.case for one in found] == [earlier]
    assert "同一联系电话" in found[0].likeness.reasons
    assert likely_duplicates(officer, title="用水报装押金不退", today=TODAY) == []
    assert likely_duplicates(liaison, title="施工许可审图三次补正", phone="13800138000", today=TODAY) == []


def test_more_is_asked_for_supplied_by_code_and_the_clock_goes_on(people):
    case = register(now=moment(date(2023, 11, 6)))
    ask_for_more(case, actor=people["officer"], today=date(2023, 11, 7), wanted="施工许可受理单")
    assert public_case(case).supplement_wanted == "施工许可受理单"
    assert not case.is_overdue(date(2023, 11, 20))
    supply_more(case, actor=None, today=date(2023, 11, 9), text="见附件，联系13800138000")
    assert case.examine_due_on == date(2023, 11, 7)
    assert case.text.endswith("【2023年11月9日补充】见附件，联系13800138000")
    assert "见附件" in case.shared_text
    assert "13800138000" not in case.shared_text
    assert (
        Notification.objects.filter(recipient=people["officer"], text__contains="来件人已补充").count() == 1
    )
    with pytest.raises(Refused):
        supply_more(case, actor=None, today=date(2023, 11, 9), text="再补")


def test_the_public_reads_public_words_only(people):
    case = bring_to("follow_up", people)
    seen = public_case(case)
    assert (seen.state, seen.reply_unit) == ("回访中", "县住建局")
    assert [line.text for line in seen.lines][:2] == [
        "您的诉求已登记，我们将尽快审查",
        "您的诉求已受理，我们将转交有关单位办理",
    ]
    shown = repr(seen)
    assert all(person.name not in shown for person in people.values())


def test_a_closed_case_is_rated_once(people):
    case = bring_to("closed", people)
    assert public_case(case).may_rate
    closing.rate_complaint(case, satisfaction=_very(), resolved=True, comment="很快", now=NOW)
    assert not public_case(case).may_rate
    with pytest.raises(Refused, match="已评价"):
        closing.rate_complaint(case, satisfaction=_very(), resolved=True, comment="", now=NOW)


def _very():
    from complaints.kinds import Satisfaction

    return Satisfaction.VERY


def test_the_papers_say_what_they_must(people):
    declined = bring_to("declined", people)
    notice = decline_notice(declined)
    assert "诉讼" in notice.basis
    assert "人民法院" in notice.right_door
    case = bring_to("closed", people)
    assert acceptance_notice(case).handle_due_on == case.handle_due_on
    assert reply_letter(case).outcome == "已解决"


def test_a_public_submission_takes_at_most_twenty_queries():
    with CaptureQueriesContext(connection) as queries:
        register_complaint(entry(), actor=None, now=NOW, source="form", key="k9")
    assert len([q for q in queries if "SAVEPOINT" not in q["sql"]]) <= 20

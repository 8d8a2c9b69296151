"""Units of the red and the black list in a bulletin: chosen by a person, never one that is not published."""

from datetime import date, datetime
from http import HTTPStatus

import pytest

from complaints.models import ListedUnit
from portal.errors import Conflict, Refused
from portal.models import AuditEvent, Organisation
from reports.models import Bulletin
from reports.services.bulletins import draft_bulletin, issue_bulletin, refresh_bulletin, submit_bulletin
from reports.services.listing import choices, print_units
from reports.texts.content import sections_from_json
from tests.factories import CHINA
from tests.reports.small_county import OCTOBER

pytestmark = pytest.mark.django_db
TODAY = date(2023, 11, 13)
NOW = datetime(2023, 11, 13, 15, tzinfo=CHINA)
WORDS = "县住建局列入本期企业诉求办理黑榜：按时办结率60%（3/5）。"


@pytest.fixture
def draft(small_county, officer):
    return draft_bulletin(OCTOBER, actor=officer, today=TODAY)


@pytest.fixture
def listed(draft, officer, director):
    """A published entry of October, one of September, and one that still waits."""

    def enter(code, month, state, side="black"):
        decided = {} if state == "proposed" else {"decided_by": director, "decided_at": NOW}
        return ListedUnit.objects.create(
            organisation=Organisation.objects.get(code=code), side=side, state=state, reason="迟办",
            first=date(2023, month, 1), last=date(2023, month, 30 if month == 9 else 31),
            grounds="按时办结率60%（3/5）", proposed_by=officer, proposed_at=NOW, **decided,
        )  # fmt: skip

    enter("zhujian", 9, "published", side="red")
    enter("gongdian", 10, "proposed")
    return enter("zhujian", 10, "published")


def texts(bulletin):
    return [block.text for part in sections_from_json(bulletin.content) for block in part.paragraphs]


def test_only_what_is_published_for_the_period_can_be_chosen(draft, listed, officer):
    assert [(row.code, row.name, row.chosen) for row in choices(draft)] == [
        ("black.zhujian", "县住建局", False)
    ]
    assert WORDS not in texts(draft)
    for code in ("black.gongdian", "red.zhujian"):
        with pytest.raises(Refused, match="未在本期红黑榜公布"):
            print_units(draft, [code], actor=officer, version=draft.version)


def test_a_chosen_unit_is_printed_stays_when_figures_are_taken_anew_and_goes_when_unticked(
    draft, listed, officer
):
    print_units(draft, ["black.zhujian"], actor=officer, version=draft.version)
    assert texts(draft).count(WORDS) == 1
    assert [row.chosen for row in choices(draft)] == [True]
    refresh_bulletin(draft, actor=officer, version=draft.version, today=TODAY)
    assert texts(draft).count(WORDS) == 1
    before = draft.version
    print_units(draft, ["black.zhujian"], actor=officer, version=draft.version)
    assert draft.version == before
    print_units(draft, [], actor=officer, version=draft.version)
    assert WORDS not in texts(draft)
    assert AuditEvent.objects.filter(action="bulletin.print_units").count() == 2


def test_of_two_who_choose_the_later_is_told(draft, listed, officer, director):
    stale = Bulletin.objects.get(pk=draft.pk)
    print_units(draft, ["black.zhujian"], actor=officer, version=draft.version)
    with pytest.raises(Conflict):
        print_units(stale, ["black.zhujian"], actor=director, version=stale.version)


def test_a_bulletin_with_a_withdrawn_unit_is_not_issued(draft, listed, officer, director):
    print_units(draft, ["black.zhujian"], actor=officer, version=draft.version)
    submit_bulletin(draft, actor=officer, now=NOW)
    ListedUnit.objects.filter(pk=listed.pk).update(state="withdrawn", note="数据更正")
    with pytest.raises(Refused, match="已从红黑榜撤下"):
        issue_bulletin(draft, actor=director, now=NOW)
    ListedUnit.objects.filter(pk=listed.pk).update(state="published", note="")
    assert WORDS in texts(issue_bulletin(draft, actor=director, now=NOW))


def test_the_editor_offers_the_choice_in_its_section_only(draft, listed, officer, leader, browse):
    client = browse(officer)
    page = client.get(f"/bulletins/{draft.code}/edit/complaints/").content.decode()
    assert 'value="black.zhujian"' in page
    assert "black.zhujian" not in client.get(f"/bulletins/{draft.code}/edit/problems/").content.decode()
    data = {"version": draft.version, "units": ["black.zhujian"]}
    answer = client.post(f"/bulletins/{draft.code}/listed/", data)
    assert answer.url == f"/bulletins/{draft.code}/edit/complaints/"
    draft.refresh_from_db()
    assert WORDS in texts(draft)
    assert browse(leader).post(f"/bulletins/{draft.code}/listed/", data).status_code == HTTPStatus.FORBIDDEN

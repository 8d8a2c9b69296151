"""Issuing: numbered, frozen, by the right person, once; nothing that happens later touches it."""

import json
from datetime import date, datetime

import pytest
from django.db import IntegrityError, transaction

from indicators.models import LampRecord, WorkItem
from portal.documents import storage
from portal.errors import Refused
from portal.models import AuditEvent, Notification, NumberSeries, Organisation
from reports.models import Bulletin
from reports.services.bulletins import (
    correct_bulletin,
    draft_bulletin,
    edit_section,
    hash_of,
    issue_bulletin,
    return_bulletin,
    submit_bulletin,
)
from reports.texts.content import sections_from_json
from tests.factories import CHINA, UserFactory
from tests.reports.small_county import OCTOBER, SEPTEMBER

TODAY = date(2023, 11, 13)
NOW = datetime(2023, 11, 13, 15, tzinfo=CHINA)


@pytest.fixture
def submitted(small_county, officer):
    bulletin = draft_bulletin(OCTOBER, actor=officer, today=TODAY)
    return submit_bulletin(bulletin, actor=officer, now=NOW)


@pytest.fixture
def issued(submitted, director):
    return issue_bulletin(submitted, actor=director, now=NOW)


def test_issue_takes_the_first_number_of_the_year(issued, director):
    assert (issued.state, issued.issue_number, issued.issue_year) == ("issued", 1, 2023)
    assert issued.document_number == "云营商办通报〔2023〕1号"
    assert (issued.issued_on, issued.issued_by) == (date(2023, 11, 13), director)
    assert bytes(issued.pdf).startswith(b"%PDF")
    assert bytes(issued.docx).startswith(b"PK")


def test_the_document_is_stored_as_it_was_printed(issued):
    document = storage.from_json(json.dumps(issued.document))
    assert document.title == "关于2023年10月份优化营商环境重点任务推进情况的通报"
    assert (document.issue_number, document.issued_on) == (1, date(2023, 11, 13))
    assert [block.text for block in document.body if hasattr(block, "level")][:2] == [
        "一、总体情况",
        "二、各专班推进情况",
    ]


def test_the_rows_behind_each_printed_number_are_kept(issued):
    assert issued.rows["figures"]["indicators.items.closed"] == [
        "item:2023-DB-002",
        "item:2023-DB-003",
        "item:2023-CX-001",
    ]
    assert issued.rows["refs"]["item:2023-DB-001"] == ["并联审批率提升至95%", "/items/2023-DB-001/"]


def test_what_happens_later_leaves_an_issued_bulletin_byte_for_byte(issued, officer, director):
    before = Bulletin.objects.filter(pk=issued.pk).values().get()
    WorkItem.objects.update(title="改了名", closed_on=date(2023, 10, 1), state="closed")
    LampRecord.objects.all().delete()
    for unit in Organisation.objects.all():
        unit.name, unit.short_name = f"更名后的{unit.pk}局", f"更名{unit.pk}"
        unit.save()
    type(officer).objects.filter(pk=director.pk).update(name="改名了", is_active=False)
    after = Bulletin.objects.filter(pk=issued.pk).values().get()
    assert {k: bytes(v) if k in {"docx", "pdf"} else v for k, v in before.items()} == {
        k: bytes(v) if k in {"docx", "pdf"} else v for k, v in after.items()
    }
    assert hash_of(Bulletin.objects.get(pk=issued.pk)) == issued.content_hash


@pytest.mark.parametrize("field", ["title", "document_number", "content_hash", "pdf"])
def test_the_database_itself_refuses_to_change_what_was_issued(issued, field):
    value = b"x" if field == "pdf" else "x"
    with pytest.raises(IntegrityError), transaction.atomic():
        Bulletin.objects.filter(pk=issued.pk).update(**{field: value})


def test_a_changed_byte_is_found_by_the_hash(issued):
    issued.title += "。"
    assert hash_of(issued) != issued.content_hash


def test_of_two_people_issuing_at_once_one_succeeds(submitted, director, office_unit):
    second = UserFactory(username="deputy", name="贺明川", organisation=office_unit, roles=["office_head"])
    mine, theirs = Bulletin.objects.get(pk=submitted.pk), Bulletin.objects.get(pk=submitted.pk)
    issue_bulletin(mine, actor=director, now=NOW)
    with pytest.raises(Refused, match="已由他人办理"):
        issue_bulletin(theirs, actor=second, now=NOW)
    assert NumberSeries.objects.get(series="bulletin.monthly", year=2023).value == 1
    assert AuditEvent.objects.filter(action="bulletin.issue").count() == 1


def test_the_drafter_does_not_issue(small_county, director):
    bulletin = draft_bulletin(OCTOBER, actor=director, today=TODAY)
    submit_bulletin(bulletin, actor=director, now=NOW)
    with pytest.raises(Refused, match="起草人不能签发"):
        issue_bulletin(bulletin, actor=director, now=NOW)


def test_who_sends_the_portals_draft_answers_for_it(small_county, director):
    bulletin = draft_bulletin(OCTOBER, actor=None, today=TODAY)
    submit_bulletin(bulletin, actor=director, now=NOW)
    with pytest.raises(Refused, match="起草人不能签发"):
        issue_bulletin(bulletin, actor=director, now=NOW)


def test_only_the_head_issues_and_only_what_is_under_review(submitted, officer, director):
    with pytest.raises(Refused, match="营商办主任"):
        issue_bulletin(submitted, actor=officer, now=NOW)
    return_bulletin(submitted, "红灯事项的原因写具体。", actor=director, now=NOW)
    with pytest.raises(Refused, match="起草中"):
        issue_bulletin(submitted, actor=director, now=NOW)


def test_a_returned_bulletin_goes_back_with_the_reason(submitted, officer, director):
    with pytest.raises(Refused, match="须写明修改意见"):
        return_bulletin(submitted, " ", actor=director, now=NOW)
    return_bulletin(submitted, "红灯事项的原因写具体。", actor=director, now=NOW)
    submitted.refresh_from_db()
    assert (submitted.state, submitted.review_note) == ("draft", "红灯事项的原因写具体。")
    assert Notification.objects.filter(recipient=officer, text__contains="红灯事项的原因").exists()


def test_a_contradiction_blocks_the_issue_and_takes_no_number(submitted, officer, director):
    return_bulletin(submitted, "改一处。", actor=director, now=NOW)
    old = sections_from_json(submitted.content)[1].paragraphs[0].text
    texts = {"overall.closing": old.replace("已销号3项", "已销号4项")}
    edit_section(submitted, "overall", texts, actor=officer, version=submitted.version)
    submit_bulletin(submitted, actor=officer, now=NOW)
    with pytest.raises(Refused, match=r"已销号.*写作 4.*写作 3") as error:
        issue_bulletin(submitted, actor=director, now=NOW)
    assert "勾稽不一致" in str(error.value)
    assert not NumberSeries.objects.exists()
    submitted.refresh_from_db()
    assert submitted.state == "in_review"


def test_figures_that_moved_since_the_draft_block_the_issue_with_both_numbers(submitted, director):
    WorkItem.objects.filter(number="2023-DB-004").update(state="closed", closed_on=date(2023, 10, 30))
    LampRecord.objects.filter(item__number="2023-DB-004", month=OCTOBER).update(colour="blue")
    with pytest.raises(Refused, match="“已销号”由 3 变为 4"):
        issue_bulletin(submitted, actor=director, now=NOW)


def test_numbers_have_no_gap_when_an_issue_fails(submitted, officer, director, small_county):
    WorkItem.objects.filter(number="2023-DB-004").update(closed_on=date(2023, 10, 30))
    with pytest.raises(Refused):
        issue_bulletin(submitted, actor=director, now=NOW)
    WorkItem.objects.filter(number="2023-DB-004").update(closed_on=None)
    submitted.refresh_from_db()
    assert issue_bulletin(submitted, actor=director, now=NOW).issue_number == 1


def test_numbers_run_by_the_year_of_issue(small_county, officer, director):
    september = draft_bulletin(SEPTEMBER, actor=officer, today=date(2023, 10, 13))
    submit_bulletin(september, actor=officer, now=NOW)
    issue_bulletin(september, actor=director, now=datetime(2023, 12, 31, 23, 59, tzinfo=CHINA))
    october = draft_bulletin(OCTOBER, actor=officer, today=TODAY)
    submit_bulletin(october, actor=officer, now=NOW)
    issue_bulletin(october, actor=director, now=datetime(2024, 1, 1, 0, 1, tzinfo=CHINA))
    assert (september.document_number, october.document_number) == (
        "云营商办通报〔2023〕1号",
        "云营商办通报〔2024〕1号",
    )


def test_the_opening_must_be_what_last_months_issue_printed(small_county, officer, director):
    september = draft_bulletin(SEPTEMBER, actor=officer, today=date(2023, 10, 13))
    submit_bulletin(september, actor=officer, now=NOW)
    issue_bulletin(september, actor=director, now=NOW)
    WorkItem.objects.filter(number="2023-DB-002").update(closed_on=date(2023, 10, 2))
    october = draft_bulletin(OCTOBER, actor=officer, today=TODAY)
    submit_bulletin(october, actor=officer, now=NOW)
    with pytest.raises(Refused, match="“已销号”期初数为 1项，与第1期通报刊载的 2项不一致"):
        issue_bulletin(october, actor=director, now=NOW)


def test_everybody_who_reports_is_told_and_no_unit_is_named(submitted, director, small_county):
    person = UserFactory(username="reporter", organisation=small_county.housing, roles=["liaison"])
    issue_bulletin(submitted, actor=director, now=NOW)
    notice = Notification.objects.get(recipient=person)
    assert notice.text == (
        "关于2023年10月份优化营商环境重点任务推进情况的通报（第1期）已印发，请查阅并落实有关要求"
    )
    assert notice.url == "/bulletins/monthly-2023-10/"


def test_a_correction_is_a_new_issue_that_names_the_old_one(issued, officer, director):
    correction = correct_bulletin(issued, actor=officer, today=TODAY)
    assert correct_bulletin(issued, actor=officer, today=TODAY).pk == correction.pk
    first = sections_from_json(correction.content)[0].paragraphs[0].text
    assert first.startswith(
        "经核查，《关于2023年10月份优化营商环境重点任务推进情况的通报》（第1期，云营商办通报〔2023〕1号）有关数据有误"
    )
    submit_bulletin(correction, actor=officer, now=NOW)
    issue_bulletin(correction, actor=director, now=NOW)
    issued.refresh_from_db()
    assert (issued.state, correction.issue_number) == ("superseded", 2)
    assert hash_of(issued) == issued.content_hash


def test_only_an_issued_bulletin_is_corrected(submitted, officer):
    with pytest.raises(Refused, match="已签发的通报"):
        correct_bulletin(submitted, actor=officer, today=TODAY)

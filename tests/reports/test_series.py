"""Quarterly and special bulletins: what they cover, how they are numbered, whom they may name."""

from datetime import date, datetime

import pytest
import time_machine

from portal.errors import Refused
from reports.models import Bulletin
from reports.sections.subject import Subject
from reports.services.bulletins import (
    correct_bulletin,
    draft_bulletin,
    draft_quarterly,
    draft_special,
    edit_section,
    hash_of,
    issue_bulletin,
    name_units,
    refresh_bulletin,
    submit_bulletin,
)
from reports.texts.content import sections_from_json
from reports.texts.marks import differences
from reports.texts.values import values_from_json
from tests.factories import CHINA, TaskForceFactory, WorkItemFactory, WorkListFactory
from tests.reports.small_county import OCTOBER

TODAY = date(2024, 1, 12)
NOW = datetime(2024, 1, 12, 15, tzinfo=CHINA)
DECEMBER = date(2023, 12, 1)
OCCASION = "为推动逾期事项整改，县营商办进行了专项核查"


def section(bulletin, key):
    return next(one for one in sections_from_json(bulletin.content) if one.key == key)


def words(bulletin):
    return "".join(block.text for one in sections_from_json(bulletin.content) for block in one.paragraphs)


def issue(bulletin, officer, director):
    submit_bulletin(bulletin, actor=officer, now=NOW)
    return issue_bulletin(bulletin, actor=director, now=NOW)


@pytest.fixture
def quarter(small_county, officer):
    return draft_quarterly(DECEMBER, actor=officer, today=TODAY)


@pytest.fixture
def special(small_county, officer):
    subject = Subject(occasion=OCCASION, unit="zhujian", unit_name="县住建局", sections=("demands",))
    return draft_special(
        "关于逾期事项的专项通报",
        subject,
        month=OCTOBER,
        text="第一段。\n第二段。",
        actor=officer,
        today=TODAY,
    )


def test_a_quarterly_bulletin_covers_three_months_and_speaks_of_the_quarter(quarter):
    assert (quarter.code, quarter.months) == ("quarterly-2023-4", 3)
    assert quarter.title == "关于2023年第四季度优化营商环境重点任务推进情况的通报"
    said = words(quarter)
    assert "现将2023年第四季度全县" in said
    assert "本季度逐月销号：10月2项" in said
    assert "本月" not in said
    assert "上月" not in said


def test_its_months_stand_in_a_table_of_their_own(quarter):
    table = next(block for block in section(quarter, "months").blocks if block.key == "months.table")
    assert [row[0][0].text for row in table.rows] == ["10月", "11月", "12月"]
    assert table.rows[0][1][0].figure == "indicators.items.closed@2023-10"


def test_a_second_draft_is_the_first_one_and_a_month_ends_no_quarter(quarter, officer):
    assert draft_quarterly(DECEMBER, actor=officer, today=TODAY).pk == quarter.pk
    with pytest.raises(Refused, match="自然季度"):
        draft_quarterly(OCTOBER, actor=officer, today=TODAY)
    with pytest.raises(Refused, match="尚未结束"):
        draft_quarterly(date(2024, 3, 1), actor=officer, today=TODAY)


def test_each_series_counts_for_itself(quarter, special, officer, director):
    issue(quarter, officer, director)
    issue(special, officer, director)
    monthly = issue(draft_bulletin(OCTOBER, actor=officer, today=TODAY), officer, director)
    numbers = {row.series: (row.issue_number, row.document_number) for row in (quarter, special, monthly)}
    assert numbers == {
        "quarterly": (1, "云营商办季通报〔2024〕1号"),
        "special": (1, "云营商办专项通报〔2024〕1号"),
        "monthly": (1, "云营商办通报〔2024〕1号"),
    }
    kept = Bulletin.objects.get(pk=quarter.pk)
    assert hash_of(kept) == kept.content_hash
    assert "indicators.items.closed@2023-10" in kept.rows["figures"]


def test_a_contradiction_blocks_a_quarterly_bulletin_too(quarter, officer, director):
    paragraph = section(quarter, "overall").paragraphs[0]
    text = paragraph.text.replace("已销号", "已销号9", 1)
    edit_section(quarter, "overall", {paragraph.key: text}, actor=officer, version=quarter.version)
    assert differences(sections_from_json(quarter.content), values_from_json(quarter.figures))
    with pytest.raises(Refused, match="勾稽不一致"):
        issue(quarter, officer, director)


def test_a_special_bulletin_says_its_occasion_and_the_offices_own_words(special):
    assert words(special).startswith(f"{OCCASION}。现将有关情况通报如下。")
    assert [block.text for block in section(special, "matter").paragraphs] == ["第一段。", "第二段。"]
    assert [one.key for one in sections_from_json(special.content)] == [
        "opening",
        "matter",
        "problems",
        "demands",
    ]


def test_a_unit_is_named_only_once_a_person_has_ticked_it(special, officer):
    assert [(unit["code"], unit["ticked"]) for unit in special.named_units] == [("zhujian", False)]
    assert "县住建局" not in words(special)
    name_units(special, ["zhujian"], actor=officer, version=special.version)
    assert "县住建局逾期4项、未报1项、迟报1项，予以通报" in words(special)
    with pytest.raises(Refused, match="不在可点名的范围内"):
        name_units(special, ["gongdian"], actor=officer, version=special.version)


def test_new_figures_leave_the_offices_words(special, officer):
    refresh_bulletin(special, actor=officer, version=special.version, today=TODAY)
    assert "第一段。" in words(special)


def test_a_correction_of_a_special_bulletin_keeps_its_words_and_its_subject(special, officer, director):
    issue(special, officer, director)
    correction = correct_bulletin(special, actor=officer, today=TODAY)
    assert (correction.series, correction.subject["unit"]) == ("special", "zhujian")
    assert "第一段。" in words(correction)


def test_chosen_lists_and_task_forces_narrow_the_tables(small_county, officer):
    subject = Subject(OCCASION, task_forces=("dianli",), lists=("CX",), sections=("taskforces", "lists"))
    row = draft_special("专项通报", subject, month=OCTOBER, text="", actor=officer, today=TODAY)
    for key, names in (("taskforces", ["获得电力"]), ("lists", ["创新试点改革任务"])):
        table = next(block for block in section(row, key).blocks if block.key == f"{key}.table")
        assert [cells[0][0].text for cells in table.rows] == names
        assert table.total is None


def test_a_special_bulletin_needs_an_occasion_and_a_finished_month(small_county, officer, outsider):
    for subject, month, person, sentence in (
        (Subject(), OCTOBER, officer, "请填写通报的事由"),
        (Subject(OCCASION), date(2024, 1, 1), officer, "已经结束的月份"),
        (Subject(OCCASION), OCTOBER, outsider, "营商办"),
    ):
        with pytest.raises(Refused, match=sentence):
            draft_special("专项通报", subject, month=month, text="", actor=person, today=TODAY)
    assert not Bulletin.objects.exists()


def test_the_office_drafts_both_from_the_pages(small_county, browse, officer):
    with time_machine.travel(NOW, tick=True):
        client = browse(officer)
        assert "起草季通报" in client.get("/bulletins/").content.decode()
        answer = client.post("/bulletins/draft/", {"series": "quarterly", "month": "2023-12"})
        assert answer.url == "/bulletins/quarterly-2023-4/"
        refused = client.post("/bulletins/special/", {"title": "专项通报", "month": "2023-10"})
        assert refused.status_code == 422
        form = {"title": "专项通报", "occasion": OCCASION, "month": "2023-10", "sections": ["demands"]}
        made = client.post("/bulletins/special/", form, follow=True)
        assert OCCASION in made.content.decode()


def test_the_desk_of_a_quarter_costs_few_queries(quarter, browse, officer, django_assert_max_num_queries):
    for number in range(30):
        force = TaskForceFactory(lead=officer.organisation)
        WorkItemFactory(work_list=WorkListFactory(), task_force=force, number=f"2023-DB-{500 + number}")
    client = browse(officer)
    with django_assert_max_num_queries(20):
        client.get("/bulletins/quarterly-2023-4/")
    with django_assert_max_num_queries(20):
        client.get("/bulletins/special/")

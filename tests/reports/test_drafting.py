"""Drafting a bulletin from figures, editing it, deciding whom it names."""

from datetime import date

import pytest

from indicators.models import WorkItem
from portal.errors import Conflict, Refused
from portal.models import AuditEvent
from reports.models import Bulletin
from reports.services.bulletins import draft_bulletin, edit_section, name_units, refresh_bulletin
from reports.texts.content import sections_from_json, text_of
from tests.reports.small_county import OCTOBER

TODAY = date(2023, 11, 13)


@pytest.fixture
def draft(small_county, officer):
    return draft_bulletin(OCTOBER, actor=officer, today=TODAY)


def paragraphs(bulletin):
    return {
        block.key: block.text
        for section in sections_from_json(bulletin.content)
        for block in section.paragraphs
    }


def test_the_draft_says_what_was_counted(draft):
    assert paragraphs(draft) == {
        "opening": "现将2023年10月份全县优化营商环境重点任务推进情况通报如下。",
        "overall.closing": (
            "截至10月31日，全县3个指标专班承担任务和问题12项，已销号3项，占25%，较上月增加1项，同比增加3项。"
            "其中，对标提升年度目标5项，销号2项；创新试点改革任务3项，销号1项；省评反馈问题2项，销号0项；"
            "领题调研指出问题2项，销号0项。"
        ),
        "overall.rate": "应销号8项，销号率37.5%，较上月下降29.2个百分点，逾期未销号3项，因回头看不合格重新打开1项。",
        "overall.lamps": (
            "从月末亮灯看，蓝灯3项、绿灯2项、黄灯2项、红灯3项、灰灯2项，分别占25%、17%、17%、25%、16%。"
            "红灯较上月增加2项，黄灯与上月持平。"
        ),
        "overall.instructions": "历次调度交办事项共1项，尚未办结1项，其中逾期1项。",
        "taskforces.lamps": (
            "1个专班有红灯事项，红灯、黄灯事项较多的是办理建筑许可（红灯3项）、获得电力（黄灯2项）专班，"
            "具体情况见表1、图1。红灯事项较上月，办理建筑许可增加2项。"
        ),
        "lists.closed": (
            "本月销号2项，其中对标提升年度目标1项、创新试点改革任务1项。"
            "对标提升年度目标销号占比最高，为40%；领题调研指出问题销号占比最低，为0%。"
        ),
        "reports.submitted": (
            "10月份应报进展6项，截至11月10日封账已报4项，未报2项，涉及2个单位。"
            "按时报送2项，迟报2项，按时率33.3%。审核中退回修改1项。"
        ),
        "monitoring.moved": (
            "纳入监测的指标5项，本月有监测值3项，较上月改善1项、持平1项、回落1项。"
            "回落的指标：行政许可公示迟报率由0.4%升至1%。"
        ),
        "problems.red": "月末红灯事项3项，其中连续两个月红灯1项，见下表。",
        "problems.units": "有逾期事项的单位1个、有未报进展的单位2个，由县营商办逐一督促。",
        "demands.red": (
            "（一）抓紧整改红灯事项。有关专班要对照红灯事项逐项明确责任人、整改措施和完成时限，"
            "于11月20日前将整改情况报县营商办。"
        ),
        "demands.overdue": (
            "（二）严格督办问责。对逾期未销号、连续两个月亮红灯的事项，县营商办将按规定催办、督办；仍无进展的，提请约谈。"
        ),
        "demands.reports": (
            "（三）按时报送进展。未报、迟报进展的单位要落实专人，按时如实填报，数据和佐证材料须经单位负责人核实。"
        ),
        "demands.all": (
            "（四）确保完成年度目标。各专班、各责任单位要对照年度目标倒排工期，未到期事项按序时进度推进，完成一项、销号一项。"
        ),
    }


def test_every_section_stands_in_its_order(draft):
    titles = [section.title for section in sections_from_json(draft.content)]
    assert titles == [
        "",
        "总体情况",
        "各专班推进情况",
        "台账销号情况",
        "月报质量",
        "监测指标变化",
        "企业诉求办理情况",
        "惠企政策兑现情况",
        "突出问题",
        "下步要求",
    ]


def test_a_task_force_without_items_has_no_work_rather_than_all_done(draft):
    table = next(
        block
        for section in sections_from_json(draft.content)
        for block in section.blocks
        if block.key == "taskforces.table"
    )
    rows = [[text_of(cell) for cell in row] for row in table.rows]
    assert rows[0] == ["办理建筑许可", "7", "2", "29%", "3", "0", "1", "1", "1"]
    assert rows[2] == ["办理破产（无办理任务）", *["—"] * 8]
    assert [text_of(cell) for cell in table.total] == ["合　计", "12", "3", "25%", "3", "2", "2", "2", "2"]


def test_drafting_twice_returns_the_same_bulletin(draft, director):
    again = draft_bulletin(OCTOBER, actor=director, today=TODAY)
    assert (again.pk, Bulletin.objects.count()) == (draft.pk, 1)
    assert AuditEvent.objects.filter(action="bulletin.draft").count() == 1


@pytest.mark.parametrize(
    ("month", "today", "sentence"),
    [
        (OCTOBER, date(2023, 10, 31), "尚未结束"),
        (date(2021, 5, 1), TODAY, "没有台账事项"),
    ],
)
def test_what_cannot_be_drafted_is_refused(small_county, officer, month, today, sentence):
    with pytest.raises(Refused, match=sentence):
        draft_bulletin(month, actor=officer, today=today)


def test_only_the_office_drafts(small_county, outsider):
    with pytest.raises(Refused, match="没有此项权限"):
        draft_bulletin(OCTOBER, actor=outsider, today=TODAY)


def test_no_unit_is_named_before_a_person_ticks_it(draft):
    whole = "".join(paragraphs(draft).values())
    assert "县住建局" not in whole
    assert "县供电公司" not in whole
    assert [unit["name"] for unit in draft.named_units] == ["县住建局", "县供电公司"]


def test_a_ticked_unit_is_named_with_what_it_owes(draft, officer):
    name_units(draft, ["zhujian"], actor=officer, version=draft.version)
    draft.refresh_from_db()
    assert paragraphs(draft)["problems.named"] == "其中，县住建局逾期4项、未报1项、迟报1项，予以通报。"
    event = AuditEvent.objects.get(action="bulletin.name_units")
    assert event.changes == {"named_units": [[], ["县住建局"]]}
    name_units(draft, [], actor=officer, version=draft.version)
    draft.refresh_from_db()
    assert "problems.named" not in paragraphs(draft)


def test_only_units_that_are_behind_can_be_named(draft, officer):
    with pytest.raises(Refused, match="不在可点名的范围内"):
        name_units(draft, ["qixiang"], actor=officer, version=draft.version)


def test_an_edited_number_keeps_its_figure(draft, officer):
    old = paragraphs(draft)["overall.closing"]
    edit_section(
        draft,
        "overall",
        {"overall.closing": old.replace("已销号3项", "已销号4项")},
        actor=officer,
        version=draft.version,
    )
    draft.refresh_from_db()
    overall = sections_from_json(draft.content)[1]
    marked = {run.figure: run.text for run in overall.paragraphs[0].runs if run.figure}
    assert marked["indicators.items.closed"] == "4"
    assert overall.paragraphs[0].edited


def test_an_empty_paragraph_goes_and_a_new_one_comes(draft, officer):
    edit_section(
        draft,
        "overall",
        {"overall.instructions": "  "},
        added="另，县联合督查组已进驻。\n\n请予配合。",
        actor=officer,
        version=draft.version,
    )
    draft.refresh_from_db()
    assert "overall.instructions" not in paragraphs(draft)
    assert list(paragraphs(draft).values())[4:6] == ["另，县联合督查组已进驻。", "请予配合。"]


def test_saving_without_a_change_writes_nothing(draft, officer):
    version = draft.version
    edit_section(draft, "overall", dict(paragraphs(draft)), actor=officer, version=version)
    draft.refresh_from_db()
    assert draft.version == version
    assert not AuditEvent.objects.filter(action="bulletin.edit").exists()


def test_of_two_edits_the_second_sees_the_first(draft, officer, director):
    seen = draft.version
    mine = Bulletin.objects.get(pk=draft.pk)
    edit_section(draft, "opening", {"opening": "现通报如下。"}, actor=officer, version=seen)
    with pytest.raises(Conflict) as error:
        edit_section(mine, "opening", {"opening": "现予通报。"}, actor=director, version=seen)
    assert error.value.theirs["opening"] == "现通报如下。"


def test_taking_figures_anew_keeps_what_was_edited(draft, officer):
    edit_section(draft, "opening", {"opening": "现通报如下。"}, actor=officer, version=draft.version)
    edit_section(draft, "overall", {"overall.rate": ""}, actor=officer, version=draft.version)
    WorkItem.objects.filter(number="2023-DB-004").update(state="closed", closed_on=date(2023, 10, 30))
    changed = refresh_bulletin(draft, actor=officer, version=draft.version, today=TODAY)
    draft.refresh_from_db()
    texts = paragraphs(draft)
    assert changed
    assert texts["opening"] == "现通报如下。"
    assert "overall.rate" not in texts
    assert "已销号4项" in texts["overall.closing"]

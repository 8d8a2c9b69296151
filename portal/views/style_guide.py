"""The page that shows every shared piece once, for those who build pages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from portal.access import role_required
from portal.charts import (
    Bar,
    HeatRow,
    Part,
    Series,
    bar,
    donut,
    heat_strip,
    line,
    ranked_bar,
    stacked_bar,
)
from portal.forms.files import FilesField
from portal.forms.styles import DateInput, Styled
from portal.http import PortalRequest
from portal.roles import Role

TODAY = date(2023, 11, 10)
CHINA = ZoneInfo("Asia/Shanghai")
MONTHS = [f"{month}月" for month in range(1, 11)]
CLOSED = (2, 5, 9, 14, 17, 18, 19, None, 18, 12)
APPROVAL = (79.2, 80.5, 81.8, 82.6, 83.3, 84, 84.1, None, 85.2, 87.9)
LAMPS = {"red": "红", "yellow": "黄", "green": "绿", "blue": "蓝", "grey": "灰"}
LISTS = {
    "对标提升": (7, 9, 37, 48, 2),
    "创新试点": (1, 10, 50, 52, 1),
    "省评反馈": (1, 4, 21, 21, 1),
    "领题调研": (0, 2, 10, 10, 1),
}
COLOURS = (
    ("墨色", "#1f2329"),
    ("次要", "#4f5763"),
    ("提示", "#616b7a"),
    ("控件边线", "#8d96a5"),
    ("边线", "#cdd3dc"),
    ("分隔线", "#e3e6eb"),
    ("底色", "#f4f6f9"),
    ("顶栏", "#10315c"),
    ("蓝 可点、所在", "#1455a8"),
    ("蓝 50", "#f0f5fc"),
    ("红灯、红头", "#c8161d"),
    ("黄灯", "#d98e0b"),
    ("黄底", "#fff4df"),
    ("绿灯", "#1a7f37"),
    ("灰灯", "#6b7280"),
    ("桌面", "#dfe3e9"),
)


class SpecimenForm(Styled, forms.Form):
    """One field of each kind."""

    result = forms.CharField(
        label="整改结果",
        help_text="写清做到什么程度、数据从哪来",
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
    )
    done_on = forms.DateField(label="完成日期", widget=DateInput())
    unit = forms.ChoiceField(label="责任单位", choices=[("zhujian", "县住房和城乡建设局")])
    source = forms.ChoiceField(
        label="数据来源", choices=[("system", "业务系统导出"), ("hand", "人工统计")], widget=forms.RadioSelect
    )
    agreed = forms.BooleanField(label="本单位负责人已确认")
    evidence = FilesField(label="佐证材料", required=False)

    def clean_done_on(self) -> date:
        """Refuse a date to come, so that the page shows what a refusal looks like."""
        done_on: date = self.cleaned_data["done_on"]
        if done_on > TODAY:
            raise forms.ValidationError("完成日期不能晚于今天（11月10日）")
        return done_on


@role_required(Role.SYSADMIN, Role.OFFICE, Role.OFFICE_HEAD)
@require_GET
def style_guide(request: PortalRequest) -> HttpResponse:
    """Show the look and the shared pieces with sample values; nothing here is real."""
    return render(request, "portal/style_guide.html", _pieces() | _charts())


def _pieces() -> dict[str, Any]:
    filled = {"result": "全县 19 个社会投资项目实行告知承诺。", "done_on": "2023-11-20", "unit": "zhujian"}
    return {
        "today": TODAY,
        "colours": COLOURS,
        "form": SpecimenForm(filled),
        "figures": _figures(),
        "steps": _steps(),
        "events": _events(),
        "facts": _facts(),
        "tabs": [
            {"label": "总览", "url": "#tabs", "current": True},
            {"label": "台账", "url": "#tabs", "count": 24},
            {"label": "监测", "url": "#tabs", "count": 9},
        ],
        "actions": [{"label": "批量催办"}, {"label": "转入本次调度"}, {"label": "导出所选", "icon": "down"}],
        "rows": _rows(),
        "page": Paginator(range(103), 20).page(2),
    }


def _figures() -> list[dict[str, Any]]:
    return [
        {"name": "10月月报已报", "value": 162, "of": 169, "unit": "项", "url": "#figures"},
        {"name": "红灯事项", "value": 9, "unit": "项", "url": "#figures", "alert": True},
        {"name": "已销号", "value": 131, "of": 288, "unit": "项", "url": "#figures"},
        {"name": "满意率", "value": "93.5", "unit": "%", "url": "#figures"},
        {"name": "监管行为覆盖率", "value": None},
    ]


def _steps() -> list[dict[str, str]]:
    return [
        {"label": "已登记", "note": "10月24日", "status": "done"},
        {"label": "已受理", "note": "10月25日", "status": "done"},
        {"label": "已转办", "note": "县交通运输局", "status": "done"},
        {"label": "办理中", "note": "剩 2 个工作日", "status": "now"},
        {"label": "已答复", "note": "", "status": "next"},
        {"label": "回访", "note": "", "status": "next"},
        {"label": "已办结", "note": "", "status": "next"},
    ]


def _events() -> list[dict[str, Any]]:
    return [
        {
            "at": datetime(2023, 11, 7, 15, 2, tzinfo=CHINA),
            "label": "牵头单位初审通过",
            "who": "陶安宁",
            "unit": "县行政审批局",
            "text": "资料齐全，办件数据与平台一致。",
            "tone": "key",
        },
        {
            "at": datetime(2023, 8, 22, 11, 20, tzinfo=CHINA),
            "label": "回头看未通过，重新打开",
            "who": "许知行",
            "unit": "县政府督查室",
            "text": "进入第 2 轮。",
            "tone": "bad",
        },
        {
            "at": datetime(2023, 3, 1, 9, tzinfo=CHINA),
            "label": "立项",
            "who": "沈若宁",
            "unit": "县营商办",
        },
    ]


def _facts() -> list[dict[str, Any]]:
    return [
        {"label": "专班", "value": "办理建筑许可", "url": "#facts"},
        {"label": "牵头单位", "value": "县住建局"},
        {"label": "完成时限", "value": "11月30日", "was": "原定 9月30日，批准延期 1 次"},
        {"label": "配合单位", "value": None},
        {"label": "举措", "value": "发布免审清单；建立设计单位信用承诺与事后抽查制度。", "wide": True},
    ]


def _rows() -> list[dict[str, Any]]:
    return [
        {
            "number": "DB-009",
            "title": "“拿地即开工”项目全流程服务机制",
            "lamp": "yellow",
            "reason": "落后进度 14 点",
            "state": ("in_progress", "推进中"),
            "pace": (62, 76),
            "due": date(2023, 12, 20),
        },
        {
            "number": "DB-011",
            "title": "工程建设项目并联审批率提升至 95%",
            "lamp": "red",
            "reason": "逾期10天",
            "state": ("in_progress", "推进中"),
            "pace": (88, 100),
            "due": date(2023, 10, 31),
        },
        {
            "number": "DB-012",
            "title": "施工图审查改革扩大到社会投资项目",
            "lamp": "green",
            "reason": "达到序时",
            "state": ("awaiting_office", "待核定"),
            "pace": (100, 89),
            "due": date(2023, 11, 15),
        },
    ]


def _strips() -> list[HeatRow]:
    return [
        HeatRow("DB-011 并联审批", [None, "green", "green", *["yellow"] * 5, "red", "red"], "#heat"),
        HeatRow("DB-013 区域评估", [*["green"] * 7, "blue", "blue", "blue"]),
        HeatRow("DB-009 拿地即开工", [*["green"] * 5, *["yellow"] * 4, "grey"]),
    ]


def _charts() -> dict[str, Any]:
    return {
        "months": MONTHS,
        "strips": _strips(),
        "approval": APPROVAL,
        "lamps": dict(zip(LAMPS, LISTS["对标提升"], strict=True)),
        **_drawings(),
    }


def _drawings() -> dict[str, Any]:
    months = zip(MONTHS, CLOSED, strict=True)
    return {
        "bar_svg": bar([Bar(*one, strong=one[0] == MONTHS[-1]) for one in months], title="逐月销号项数"),
        "bar_rows": [["月份", "销号"], *(list(one) for one in zip(MONTHS, CLOSED, strict=True))],
        "line_svg": line(
            MONTHS,
            [Series("并联审批率", APPROVAL), Series("对标", [95] * len(MONTHS), dashed=True)],
            title="并联审批率",
            unit="%",
            width=520,
            from_zero=False,
        ),
        "stack_svg": stacked_bar(
            [Part(name, dict(zip(LAMPS, counts, strict=True)), "#charts") for name, counts in LISTS.items()],
            title="各台账亮灯",
            names=LAMPS,
            width=520,
        ),
        "rank_svg": ranked_bar(
            [Bar("用地与规划", 9, strong=True), Bar("融资", 6), Bar("招标投标", 5), Bar("水电气", None)],
            title="10月诉求最多的领域",
            unit=" 件",
            width=520,
        ),
        "ring_svg": donut(
            [("扫码", "1", 14), ("12345", "2", 11), ("走访", "3", 6), ("窗口", "4", 5)],
            title="诉求来源",
            unit="件",
        ),
        "heat_svg": heat_strip(MONTHS, _strips(), title="逐月亮灯"),
    }

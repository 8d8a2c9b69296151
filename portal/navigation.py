"""The left navigation as data: groups of work, who sees what. An entry whose page does not exist is hidden."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from portal.roles import BUSINESS_ROLES, COUNTY_READERS, DUTIES, OFFICE_ROLES, UNIT_ROLES, Role

INSIDERS = BUSINESS_ROLES - {Role.OBSERVER}
WORKERS = INSIDERS - {Role.LEADER}


@dataclass(frozen=True)
class Entry:
    """A page in the navigation.

    `count` names the figure shown beside it (see `reports.selectors.waiting`), `places`
    the addresses outside its own where the entry is marked as well.
    """

    label: str
    url_name: str
    roles: Set[str] | None = None
    count: str = ""
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    label: str
    entries: tuple[Entry, ...]


NAVIGATION = (
    Group("", (Entry("工作台", "reports:home", places=("/chief/",)),)),
    Group(
        "指标专班",
        (
            Entry("指标体系", "indicators:system_list", INSIDERS),
            Entry("专班", "indicators:taskforce_list", INSIDERS),
            Entry("台账", "indicators:item_list", INSIDERS),
            Entry("月报", "indicators:month_list", INSIDERS, "reports"),
            Entry("监测", "indicators:measurement_list", INSIDERS, "measurements"),
        ),
    ),
    Group(
        "调度督查",
        (
            Entry("调度", "indicators:round_list", INSIDERS),
            Entry("交办", "indicators:instruction_list", INSIDERS, "instructions"),
            Entry(
                "督办", "indicators:letter_list", COUNTY_READERS | {Role.LIAISON, Role.UNIT_HEAD}, "letters"
            ),
            Entry(
                "督查",
                "indicators:inspection_list",
                COUNTY_READERS | {Role.LIAISON, Role.UNIT_HEAD},
                "inspections",
            ),
        ),
    ),
    Group(
        "企业诉求",
        (
            Entry(
                "诉求办理",
                "complaints:complaint_list",
                INSIDERS,
                "complaints",
                places=("/statistics/complaints/", "/case-items/"),
            ),
            Entry("扫码点位", "complaints:point_list", OFFICE_ROLES | UNIT_ROLES | {Role.INSPECTOR}),
            Entry("包联走访", "complaints:visit_list", INSIDERS),
            Entry("市场主体", "portal:enterprise_list", INSIDERS),
            Entry("我的线索", "complaints:clue_list", {Role.OBSERVER}),
        ),
    ),
    Group(
        "惠企政策",
        (
            Entry("政策库", "policies:policy_list", INSIDERS, "policies", places=("/statistics/policies/",)),
            Entry("匹配", "policies:match_list", COUNTY_READERS | UNIT_ROLES, "proposals"),
            Entry("兑现", "policies:payout_list", COUNTY_READERS | UNIT_ROLES, "payouts"),
            Entry("企业码", "policies:code_list", OFFICE_ROLES, "corrections"),
        ),
    ),
    Group(
        "通报考核",
        (
            Entry("通报", "reports:bulletin_list", INSIDERS, "bulletins"),
            Entry("汇报", "reports:work_report_list", OFFICE_ROLES | {Role.LEADER}, "work_reports"),
            Entry("考核", "reports:assessment_list", INSIDERS, "assessments"),
        ),
    ),
    Group(
        "",
        (
            Entry("双组长一张表", "reports:leader", COUNTY_READERS),
            Entry("口径说明", "reports:figure_list", INSIDERS),
            Entry("系统", "portal:system", OFFICE_ROLES | DUTIES),
        ),
    ),
)

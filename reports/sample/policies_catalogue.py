"""The policy documents of the sample and their seventy items, published a week after each document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from policies.amounts import read_rule
from policies.conditions import read_tree
from policies.models import ExclusiveGroup, Policy, PolicyItem, PolicyItemVersion
from policies.terms import Category, Level, Mode, Repeat, Review
from policies.workflow import ItemState
from portal.models import NumberSeries, Topic, User
from reports.sample.county import County

DATA = Path(__file__).parent / "data" / "policies.yaml"
OFFICER = "贾晓薇"
PUBLISHED_AFTER = 5
CREATED_AT, PUBLISHED_AT = time(9, 40), time(16, 30)
HALL = "县政务服务中心一楼惠企政策兑现窗口"
PROCEDURES = {
    Mode.AUTOMATIC: "{unit}比对数据提出名单；公示 5 个工作日；企业凭短信链接确认意愿和收款账户；{unit}会同县财政局拨付。",
    Mode.INSTANT: "企业在线或到窗口提交申请；{unit} 2 个工作日内审核；县财政局 1 个工作日内拨付。",
}
WITHOUT_MONEY = {
    Mode.AUTOMATIC: "由{unit}在办理业务时直接核验享受，企业不需要申请。",
    Mode.INSTANT: "企业在线或到窗口提交申请；{unit} 2 个工作日内办结。",
}
LIMITS = {Mode.AUTOMATIC: 15, Mode.INSTANT: 3}
CLEAN = {"kind": "not_listed", "labels": ["dishonest", "seriously_dishonest"]}


@dataclass(frozen=True)
class Entry:
    """An item with what the data say of it: its days of payment, and who is picked."""

    item: PolicyItem
    version: PolicyItemVersion
    paid: tuple[date, ...]
    pick: str
    share: int


@dataclass
class Book:
    """The catalogue as it was written."""

    entries: list[Entry] = field(default_factory=list)
    groups: dict[str, ExclusiveGroup] = field(default_factory=dict)


@cache
def texts() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return found


def load(county: County) -> Book:
    """Write documents, groups, items and their versions, and tell how they came to be."""
    book = Book()
    policies = {row["key"]: _policy(county, place, row) for place, row in enumerate(texts()["documents"], 1)}
    for row in texts()["groups"]:
        group = ExclusiveGroup(
            code=row["key"], name=row["name"], rule=row["rule"], repeat=row["repeat"], source=row["source"]
        )
        group.save(force_insert=True)
        book.groups[row["key"]] = group
    topics = {topic.name: topic for topic in Topic.objects.all()}
    numbers: Counter[int] = Counter()
    for row in texts()["items"]:
        book.entries.append(_entry(county, row, policies[row["doc"]], book, topics, numbers))
    _publish(county, book)
    documents = Counter(policy.issued_on.year for policy in policies.values())
    NumberSeries.objects.bulk_create(
        NumberSeries(series=series, year=year, value=count)
        for series, counts in (("policy-document", documents), ("policy-item", numbers))
        for year, count in counts.items()
    )
    return book


def _policy(county: County, place: int, row: Mapping[str, Any]) -> Policy:
    issued = county.shift.day(row["issued"])
    policy = Policy.objects.create(
        code=f"{issued.year}-wj-{place:03d}",
        title=row["title"],
        document_number=county.shift.text(row["number"]),
        issuer=row["issuer"],
        level=Level.COUNTY,
        issued_on=issued,
        valid_from=county.shift.day(row["from"]),
        valid_until=county.shift.day(row["until"]),
        text=row["text"].strip(),
        interpretation=row["interpretation"],
        review=Review.PASSED,
        review_on=county.workdays_after(issued, -6),
        review_conclusion="经审查，不含限制市场准入、妨碍商品要素自由流动的内容，可以出台。",
    )
    at = county.at(county.workdays_after(issued, 1), clock=CREATED_AT)
    Policy.objects.filter(pk=policy.pk).update(created_at=at)
    county.tell(at, policy, "policy.create", county.people[OFFICER], changes={"title": policy.title})
    return policy


def _entry(
    county: County,
    row: Mapping[str, Any],
    policy: Policy,
    book: Book,
    topics: Mapping[str, Topic],
    numbers: Counter[int],
) -> Entry:
    unit = county.units[row["unit"]]
    year = policy.issued_on.year
    numbers[year] += 1
    item = PolicyItem.objects.create(
        number=f"{year}-ZC-{numbers[year]:03d}",
        policy=policy,
        organisation=unit,
        topic=topics.get(row.get("topic", "")),
    )
    version = _version(county, row, item, book)
    at = county.at(county.workdays_after(policy.issued_on, 2), key=item.number)
    PolicyItem.objects.filter(pk=item.pk).update(created_at=at)
    county.tell(
        at,
        item,
        "policy.item_create",
        version.created_by,
        changes={"title": version.title},
        organisation=unit,
    )
    paid = tuple(county.workday(day) for day in row.get("paid", ()))
    return Entry(item, version, paid, row.get("pick", "all"), row.get("share", 100))


def _version(county: County, row: Mapping[str, Any], item: PolicyItem, book: Book) -> PolicyItemVersion:
    mode = Mode(row.get("mode", Mode.AUTOMATIC))
    rule = read_rule(row["amount"])
    money = bool(rule.most)
    liaison = county.liaison(item.organisation)
    patterns = PROCEDURES if money else WITHOUT_MONEY
    period = f"{item.policy.valid_from:%Y-%m-%d} 至 {item.policy.valid_until:%Y-%m-%d}"
    version = PolicyItemVersion(
        item=item,
        number=1,
        title=row["title"],
        article=row["article"],
        category=row.get("category", Category.GRANT),
        mode=mode,
        whom=row["whom"],
        conditions=_conditions(county, row),
        conditions_text=row.get("text", ""),
        amount=rule.to_json(),
        standard_text=rule.describe(),
        group=book.groups.get(row.get("group", "")),
        repeat=row.get("repeat", Repeat.ONCE),
        procedure=patterns[mode].format(unit=item.organisation.short_name),
        materials=[{"name": name, "required": True} for name in row.get("materials", ())],
        limit_workdays=LIMITS[mode],
        valid_from=item.policy.valid_from,
        valid_until=item.policy.valid_until,
        cost_shares={Level.COUNTY.value: 100} if money else {},
        funding="县级财政预算" if money else "",
        contact=liaison.name,
        phone=f"881-{2000 + item.organisation.order:04d}",
        address=HALL,
        created_by=liaison,
    )
    if mode == Mode.AUTOMATIC:
        version.beneficiary = row["whom"]
        version.basis = row["basis"]
        version.amount_statement = rule.describe()
        version.validity = f"依据{item.policy.title}，有效期 {period}"
    version.save(force_insert=True)
    return version


def _conditions(county: County, row: Mapping[str, Any]) -> dict[str, object] | None:
    """Return the tree of the item's conditions with their clause; None where only its text says them."""
    if "cond" not in row:
        return None
    parts = [{**part, "source": row["article"], **_moved(county, part)} for part in (*row["cond"], CLEAN)]
    tree = read_tree({"kind": "all", "of": parts})
    return tree.to_json() if tree is not None else None


def _moved(county: County, part: Mapping[str, Any]) -> dict[str, str]:
    return {"since": county.shift.day(part["since"]).isoformat()} if "since" in part else {}


def _publish(county: County, book: Book) -> None:
    """Publish every item some days after its document."""
    officer: User = county.people[OFFICER]
    for entry in book.entries:
        item, version = entry.item, entry.version
        on = county.workdays_after(item.policy.issued_on, PUBLISHED_AFTER)
        at = county.at(on, clock=PUBLISHED_AT)
        created_at = county.at(county.workdays_after(item.policy.issued_on, 2), key=item.number)
        version.published_at, version.published_by, version.created_at = at, officer, created_at
        item.state, item.current = ItemState.PUBLISHED, version
        item.first_published_on = item.state_on = on
        item.version = 2
        changes: dict[str, object] = {"state": [ItemState.DRAFT, ItemState.PUBLISHED], "version": 1}
        county.tell(at, item, "policy.item_publish", officer, changes=changes, organisation=item.organisation)
    PolicyItemVersion.objects.bulk_update(
        [entry.version for entry in book.entries], ["published_at", "published_by", "created_at"]
    )
    PolicyItem.objects.bulk_update(
        [entry.item for entry in book.entries],
        ["state", "current", "first_published_on", "state_on", "version"],
    )

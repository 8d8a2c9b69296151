"""Enterprises with facts and labels, and items with conditions, drawn the same every time."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from io import StringIO
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from policies.criteria.vocabulary import LABELS, split_label
from policies.models import Policy, PolicyItem, PolicyItemVersion
from policies.terms import Mode, Review
from policies.workflow import ItemState
from portal.credit_codes import make_credit_code
from portal.industries import DIVISIONS, section_of
from portal.models import Enterprise, EnterpriseFact, EnterpriseLabel, Organisation

BATCH: Final = 20_000
UNKNOWN_SHARE: Final = 0.08
TOWNS: Final = 20
FACTS: Final = ("employees", "revenue", "assets", "rd_expense", "tax", "exports")
SIZES: Final = ("large", "medium", "small", "micro")
NULL: Final = "\\N"
Row = Sequence[Any]


def seed_enterprises(count: int, today: date) -> None:
    """Make `count` enterprises with six facts and on average two labels each; 8 % of what can be known is not."""
    rng = random.Random(20231108)  # noqa: S311 - the same rows every time
    towns = Organisation.objects.bulk_create(
        Organisation(code=f"bt{n}", name=f"测试第{n}镇", short_name=f"测{n}镇", kind="town", order=n)
        for n in range(TOWNS)
    )
    keys = [town.pk for town in towns]
    now = timezone.now()
    fixed = (1, now, "登记", "", "", "")
    _load(
        Enterprise,
        (
            "id,credit_code,name,search_name,kind,industry,section,town_id,founded_on,state,size,"
            "version,created_at,source,address,public_phone,website"
        ),
        ((n, *_enterprise(n, rng, keys, today), *fixed) for n in range(1, count + 1)),
    )
    _load(
        EnterpriseFact,
        "enterprise_id,kind,value,valid_from,source,recorded_at",
        (
            (n, kind, _value(kind, rng), date(today.year, 1, 1), "年报", now)
            for n in range(1, count + 1)
            for kind in FACTS
            if rng.random() > UNKNOWN_SHARE
        ),
    )
    labels = [split_label(key) for key in LABELS]
    _load(
        EnterpriseLabel,
        "enterprise_id,kind,level,valid_from,source,recorded_at",
        (
            (n, kind, level, today - timedelta(days=rng.randrange(2000)), "名录", now)
            for n in range(1, count + 1)
            for kind, level in rng.sample(labels, rng.choice((0, 1, 2, 3, 4)))
        ),
    )


def _enterprise(n: int, rng: random.Random, towns: Sequence[int], today: date) -> Row:
    industry = (
        "" if rng.random() < UNKNOWN_SHARE else rng.choice(sorted(DIVISIONS)) + str(rng.randrange(10, 25))
    )
    name = f"测试第{n}公司"
    return (
        make_credit_code(n),
        name,
        name,
        "enterprise",
        industry,
        section_of(industry) if industry else "",
        rng.choice(towns),
        None if rng.random() < UNKNOWN_SHARE else today - timedelta(days=rng.randrange(9000)),
        "active",
        "" if rng.random() < UNKNOWN_SHARE else rng.choices(SIZES, (2, 8, 40, 50))[0],
    )


def _value(kind: str, rng: random.Random) -> str:
    if kind == "employees":
        return str(int(rng.lognormvariate(3.3, 1.2)))
    return f"{rng.lognormvariate(6, 1.8):.4f}"


def _load(model: type[Any], columns: str, rows: Iterable[Row]) -> None:
    table = model._meta.db_table
    marks = ", ".join(["%s"] * (columns.count(",") + 1))
    for part in _parts(rows):
        with connection.cursor() as cursor:
            if connection.vendor != "postgresql":
                cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", part)  # noqa: S608 - our own tables
                continue
            lines = "".join("\t".join(NULL if v is None else str(v) for v in row) + "\n" for row in part)
            cursor.cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", StringIO(lines))


def _parts(rows: Iterable[Row]) -> Iterator[list[Row]]:
    part: list[Row] = []
    for row in rows:
        part.append(row)
        if len(part) == BATCH:
            yield part
            part = []
    yield part


def seed_items(count: int, conditions: int, today: date) -> list[PolicyItemVersion]:
    """Publish `count` items with so many conditions each; every fifth has a group 任一满足."""
    rng = random.Random(count * conditions)  # noqa: S311
    unit = Organisation.objects.create(code="benchunit", name="测试牵头局", short_name="测试局")
    policy = Policy.objects.create(
        code="bench",
        title="测试政策",
        issuer="测试",
        issued_on=today,
        valid_from=today,
        review=Review.NOT_NEEDED,
        review_on=today,
        review_conclusion="测试",
    )
    found = []
    for n in range(count):
        item = PolicyItem.objects.create(number=f"{today.year}-CS-{n:03d}", policy=policy, organisation=unit)
        version = PolicyItemVersion.objects.create(
            item=item,
            number=1,
            title=f"测试事项{n}",
            whom="测试",
            mode=Mode.TIMED,
            conditions=tree(rng, conditions, grouped=n % 5 == 0, today=today),
            amount={"kind": "fixed", "amount": 10_000},
            valid_from=today,
            published_at=timezone.now(),
        )
        PolicyItem.objects.filter(pk=item.pk).update(
            state=ItemState.PUBLISHED, current=version, first_published_on=today, state_on=today
        )
        found.append(version)
    return found


def tree(rng: random.Random, conditions: int, *, grouped: bool, today: date) -> dict[str, object]:
    """Draw a tree of so many conditions: a few of each kind, the wider ones more often."""
    parts = [_criterion(rng, place, today) for place in range(conditions)]
    if grouped:
        parts = [*parts[:-2], {"kind": "any", "of": parts[-2:]}]
    return {"kind": "all", "of": parts}


def _criterion(rng: random.Random, place: int, today: date) -> dict[str, object]:
    sections = ["C", "F", "G", "I", "L", "M", "A", "E"]
    kinds: tuple[dict[str, object], ...] = (
        {"kind": "label", "labels": rng.sample(sorted(LABELS), rng.choice((1, 3, 6)))},
        {
            "kind": "fact",
            "fact": "revenue",
            "op": "at_least",
            "value": rng.choice((200, 400, 1000)),
            "unit": "万元",
        },
        {"kind": "size", "values": rng.sample(SIZES, 3)},
        {"kind": "industry", "values": rng.sample(sections, 4)},
        {
            "kind": "fact",
            "fact": "employees",
            "op": "at_most",
            "value": rng.choice((100, 300, 1000)),
            "unit": "人",
        },
        {
            "kind": "founded",
            "side": "from",
            "day": (today - timedelta(days=rng.randrange(3000, 9000))).isoformat(),
        },
        {"kind": "not_listed", "labels": ["dishonest"]},
    )
    return kinds[place % len(kinds)]

"""Keep a list's conditions under a name 存为常用查询.

A bookmark of one person, which changes nothing that anybody else reads: it has
no line in the audit trail.
"""

from __future__ import annotations

from django.db import transaction
from django.http import QueryDict
from django.urls import Resolver404, resolve

from portal.errors import Refused
from portal.models import SavedQuery, User

MOST = 20
LONGEST = 1000
# Where one is within a list is no condition of it.
PLACES = frozenset({"page", "after", "before"})


@transaction.atomic
def save_query(*, owner: User, path: str, conditions: str, name: str) -> SavedQuery:
    """Keep `conditions` (a query string) of the list at `path` under `name`.

    The same name again replaces its conditions. Raises Refused without any
    condition, for an address that is no page of the portal, and beyond twenty
    for one list.
    """
    name, wanted = name.strip(), _conditions(conditions)
    if not name:
        raise Refused("请填写名称")
    if not wanted:
        raise Refused("还没有选择条件，请先筛选再保存")
    if len(wanted) > LONGEST:
        raise Refused("条件过长，请减少条件后再保存")
    _refuse_foreign(path)
    others = SavedQuery.objects.filter(owner=owner, path=path).exclude(name=name)
    if others.count() >= MOST:
        raise Refused(f"每个列表最多保存 {MOST} 个常用查询，请先删除不用的")
    row, _created = SavedQuery.objects.update_or_create(
        owner=owner, path=path, name=name, defaults={"conditions": wanted}
    )
    return row


def _conditions(text: str) -> str:
    given = QueryDict(text.removeprefix("?"), mutable=True)
    for key, values in list(given.lists()):
        kept = [value for value in values if value]
        if key in PLACES or not kept:
            del given[key]
        else:
            given.setlist(key, kept)
    return given.urlencode()


def _refuse_foreign(path: str) -> None:
    try:
        resolve(path)
    except Resolver404 as error:
        raise Refused("请在列表页面上保存常用查询") from error


def remove_query(row: SavedQuery) -> None:
    """Forget the query; a second call does nothing."""
    SavedQuery.objects.filter(pk=row.pk).delete()

"""Conditions of a list kept under a name: one's own, local, and only while there is something to keep."""

from http import HTTPStatus

import pytest

from portal.errors import Refused
from portal.models import SavedQuery
from portal.services.saved_queries import MOST, save_query

pytestmark = pytest.mark.django_db
LIST = "/items/"


def keep(owner, name="本周到期的红灯", conditions="lamp=red&due=week", path=LIST):
    return save_query(owner=owner, path=path, conditions=conditions, name=name)


@pytest.mark.parametrize(
    ("conditions", "kept"),
    [
        ("lamp=red&q=&page=3", "lamp=red"),
        ("?lamp=red&lamp=yellow&after=12", "lamp=red&lamp=yellow"),
        ("q=%E5%B9%B6%E8%81%94", "q=%E5%B9%B6%E8%81%94"),
    ],
)
def test_what_is_kept_is_what_was_chosen(officer, conditions, kept):
    assert keep(officer, conditions=conditions).get_absolute_url() == f"{LIST}?{kept}"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"conditions": "page=2&q="}, "请先筛选再保存"),
        ({"name": "  "}, "请填写名称"),
        ({"path": "https://elsewhere.example/"}, "请在列表页面上保存"),
        ({"path": "//elsewhere.example/items/"}, "请在列表页面上保存"),
        ({"conditions": "q=" + "x" * 1000}, "条件过长"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_the_reason(officer, more, said):
    with pytest.raises(Refused, match=said):
        keep(officer, **more)
    assert not SavedQuery.objects.exists()


def test_the_same_name_again_replaces_its_conditions(officer, liaison):
    keep(officer)
    keep(officer, conditions="lamp=yellow")
    keep(liaison)
    assert [row.conditions for row in SavedQuery.objects.visible_to(officer)] == ["lamp=yellow"]


def test_a_list_keeps_a_limited_number_of_queries(officer):
    for number in range(MOST):
        keep(officer, name=f"查询{number}")
    with pytest.raises(Refused, match="请先删除不用的"):
        keep(officer, name="又一个")
    keep(officer, name="查询0", conditions="lamp=grey")
    keep(officer, name="又一个", path="/letters/")


def test_a_person_keeps_and_forgets_a_query_on_the_list_itself(browse, officer):
    client = browse(officer)
    assert "存为常用查询" in client.get(f"{LIST}?lamp=red").content.decode()
    answer = client.post(
        "/queries/save/", {"name": "红灯", "path": LIST, "conditions": "lamp=red"}, follow=True
    )
    assert answer.request["QUERY_STRING"] == "lamp=red"
    html = answer.content.decode()
    assert 'href="/items/?lamp=red">红灯</a>' in html
    assert "红灯</a>" not in client.get("/letters/").content.decode()
    row = SavedQuery.objects.get()
    assert client.post(f"/queries/{row.pk}/remove/", follow=True).status_code == HTTPStatus.OK
    assert not SavedQuery.objects.exists()


@pytest.mark.parametrize(
    "path", ["/items/", "/letters/", "/instructions/", "/dispatch/", "/bulletins/", "/system/people/"]
)
def test_every_list_offers_to_keep_its_conditions(browse, officer, path):
    assert f'name="path" value="{path}"' in browse(officer).get(path).content.decode()


def test_a_refused_query_loses_nothing_that_was_typed(browse, officer):
    answer = browse(officer).post("/queries/save/", {"name": "红灯", "path": LIST, "conditions": ""})
    html = answer.content.decode()
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "还没有选择条件，请先筛选再保存" in html
    assert 'value="红灯"' in html
    assert 'name="path" value="/items/"' in html


def test_nobody_sees_or_removes_anothers_query(browse, officer, outsider):
    row = keep(officer)
    client = browse(outsider)
    assert client.post(f"/queries/{row.pk}/remove/").status_code == HTTPStatus.NOT_FOUND
    assert row.name not in client.get(LIST).content.decode()
    assert SavedQuery.objects.count() == 1

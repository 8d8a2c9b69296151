"""The left navigation: where one is, is marked once, on the pages outside an entry's own address as well."""

import re

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("/", "工作台"),
        ("/complaints/", "诉求办理"),
        ("/complaints/points/", "扫码点位"),
        ("/statistics/complaints/", "诉求办理"),
        ("/statistics/complaints/red-black/", "诉求办理"),
        ("/statistics/policies/", "政策库"),
    ],
)
def test_the_place_where_one_is_is_marked(browse, officer, path, label):
    page = browse(officer).get(path).content.decode()
    marked = re.findall(r'class="nav__link" href="[^"]+" aria-current="page">([^<]+)', page)
    assert marked == [label]

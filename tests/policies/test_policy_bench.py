"""The bench runs on a small register and says what it measured."""

import pytest

from policies.bench.measuring import Size, measure
from tests.conftest import TODAY

pytestmark = pytest.mark.django_db


def test_the_bench_reports_every_phase_and_the_second_pass_writes_nothing():
    lines = list(measure(Size(items=5, enterprises=200, conditions=6), TODAY))
    assert "5 个事项 × 200 个市场主体 × 6 个条件" in lines[0]
    assert all(phase in lines[1] for phase in ("读取", "判定", "压缩", "比较", "写入"))
    assert "写入 0 块、0 条结论" in lines[2]
    assert "毫秒" in lines[-2]

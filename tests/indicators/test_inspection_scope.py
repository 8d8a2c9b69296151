"""Who sees what of an inspection, on pages, lists, exports, search and the API; and who sees nothing."""

import io
from http import HTTPStatus

import pytest
from python_calamine import CalamineWorkbook

from indicators.models import Finding, Inspection, InspectionPaper
from portal.models import Attachment
from tests.factories_inspections import concluded, draft, found, started

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]

SECRET = "窗口人员私下收取材料打印费"
OK, GONE, SHUT = HTTPStatus.OK, HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def statuses(browse, person, row):
    client = browse(person)
    page = f"/inspections/{row.slug}/"
    return [client.get(one).status_code for one in (page, f"{page}findings/1/")]


@pytest.mark.parametrize(
    ("persona", "expected"),
    [
        ("inspector", [[OK, OK], [OK, OK]]),
        ("officer", [[OK, OK], [OK, OK]]),
        ("director", [[OK, OK], [OK, OK]]),
        ("leader", [[OK, GONE], [OK, OK]]),
        ("liaison", [[OK, GONE], [OK, OK]]),
        ("unit_head", [[OK, GONE], [OK, OK]]),
        ("lead_liaison", [[OK, GONE], [OK, GONE]]),
        ("outsider", [[GONE, GONE], [GONE, GONE]]),
        ("chief", [[SHUT, SHUT], [SHUT, SHUT]]),
        ("observer", [[SHUT, SHUT], [SHUT, SHUT]]),
        ("auditor", [[SHUT, SHUT], [SHUT, SHUT]]),
    ],
)
def test_who_reads_an_inspection_and_its_finding_before_and_after_the_feedback(
    browse, inspector, unit, lead_unit, task_force, persona, expected, request
):
    person = request.getfixturevalue(persona)
    row = started(inspector, unit, lead_unit)
    found(row, unit, task_force, inspector)
    before = statuses(browse, person, row)
    concluded(row, inspector)
    assert [before, statuses(browse, person, row)] == expected


@pytest.mark.parametrize(
    ("persona", "seen"),
    [("inspector", True), ("officer", True), ("leader", False), ("liaison", False), ("outsider", False)],
)
def test_who_knows_of_a_draft(browse, inspector, unit, persona, seen, request):
    row = draft(inspector, unit)
    assert statuses(browse, request.getfixturevalue(persona), row)[0] == (OK if seen else GONE)


def test_a_covert_inspection_is_unknown_to_its_units_until_the_conclusion(
    browse, inspector, unit, liaison, task_force
):
    row = started(inspector, unit, method="covert")
    found(row, unit, task_force, inspector)
    assert statuses(browse, liaison, row) == [GONE, GONE]
    assert row.title not in browse(liaison).get("/inspections/").content.decode()
    concluded(row, inspector)
    assert statuses(browse, liaison, row) == [OK, OK]


def test_the_office_knows_of_an_inspection_of_itself_no_sooner_than_any_unit(
    browse, inspector, office_unit, officer, task_force
):
    row = started(inspector, office_unit, method="covert")
    found(row, office_unit, task_force, inspector)
    assert statuses(browse, officer, row) == [GONE, GONE]
    concluded(row, inspector)
    assert statuses(browse, officer, row) == [OK, OK]


def walk(browse, person, row):
    """Return everything that lists, pages, search, export and API tell `person` of the inspection."""
    client = browse(person)
    pages = [
        "/",
        "/inspections/",
        f"/inspections/{row.slug}/",
        f"/inspections/{row.slug}/findings/1/",
        "/search/?q=打印费",
        f"/search/?q={row.title}",
        "/api/v1/inspections/",
        "/api/v1/inspection-findings/",
        f"/api/v1/inspections/{row.slug}/",
        f"/api/v1/inspection-findings/{row.slug}_1/",
        "/figures/",
        "/inbox/",
    ]
    texts = [client.get(one).content.decode() for one in pages]
    export = client.get("/inspections/export/")
    if export.status_code == OK:
        book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(export.streaming_content)))
        sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
        texts += [str(cell) for sheet in sheets for line in sheet for cell in line]
    return "\n".join(texts)


@pytest.mark.parametrize(
    ("persona", "expected"),
    [
        ("inspector", [True, True]),
        ("officer", [True, True]),
        ("leader", [False, True]),
        ("liaison", [False, True]),
        ("lead_liaison", [False, False]),
        ("outsider", [False, False]),
        ("observer", [False, False]),
    ],
)
def test_where_the_words_of_a_finding_turn_up(
    browse, inspector, unit, lead_unit, task_force, persona, expected, request
):
    person = request.getfixturevalue(persona)
    row = started(inspector, unit, lead_unit)
    found(row, unit, task_force, inspector, title=SECRET)
    before = SECRET in walk(browse, person, row)
    concluded(row, inspector)
    assert [before, SECRET in walk(browse, person, row)] == expected


def test_a_unit_reads_neither_the_visits_nor_the_papers_of_others(
    browse, inspector, unit, lead_unit, liaison, officer, lead_liaison, task_force
):
    row = started(inspector, unit, lead_unit)
    visit = row.visits.create(
        visited_on=row.issued_on, place="综合窗口", note="扮作办事群众", recorded_by=inspector
    )
    found(row, unit, task_force, inspector)
    concluded(row, inspector)
    page = f"/inspections/{row.slug}/"
    assert visit.note in browse(officer).get(page).content.decode()
    assert visit.note not in browse(liaison).get(page).content.decode()
    own = InspectionPaper.objects.get(kind="feedback", organisation=unit)
    address = f"/inspections/papers/{own.slug}/"
    for person, expected in ((liaison, OK), (officer, OK), (lead_liaison, GONE)):
        client = browse(person)
        found_there = [client.get(one).status_code for one in (address, f"{address}docx/", f"{address}pdf/")]
        assert found_there == [expected] * 3


def test_evidence_is_downloaded_by_those_who_read_the_finding(
    browse, inspector, unit, lead_unit, liaison, lead_liaison, task_force
):
    row = started(inspector, unit, lead_unit)
    found(row, unit, task_force, inspector)
    address = f"/files/{Attachment.objects.get().token}/"
    assert browse(liaison).get(address).status_code == GONE
    concluded(row, inspector)
    assert browse(liaison).get(address).status_code == OK
    assert browse(lead_liaison).get(address).status_code == GONE


def test_the_scopes_of_a_disabled_inspector_are_empty(inspector, unit, task_force):
    row = started(inspector, unit)
    found(row, unit, task_force, inspector)
    inspector.is_active = False
    assert not Inspection.objects.visible_to(inspector).exists()
    assert not Finding.objects.visible_to(inspector).exists()

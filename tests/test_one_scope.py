"""AC-5: whoever asks and however he asks, the same rows are seen; places that show an item are compared pair by pair."""

import random

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from indicators.models import WorkItem
from portal.models import Attachment
from portal.selectors.search import search_everywhere
from portal.services.files import store_upload
from tests.factories import OrganisationFactory, TaskForceFactory, UserFactory, WorkItemFactory
from tests.portal.test_files import PDF

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar", "on_the_day")]
OK = 200
ITEMS, UNITS, FORCES = 18, 6, 3


@pytest.fixture
def county(settings, tmp_path):
    """Items spread at random over units and task forces, each with a file; people of every role."""
    settings.MEDIA_ROOT = tmp_path
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_CLASSES": []}
    dice = random.Random(20231108)
    units = [OrganisationFactory(name=f"云溪县测试{n}局", short_name=f"测试{n}局") for n in range(UNITS)]
    forces = [TaskForceFactory(code=f"force{n}", lead=units[n]) for n in range(FORCES)]
    writer = UserFactory(roles=["office"])
    for number in range(ITEMS):
        item = WorkItemFactory(
            number=f"2023-DB-{number + 1:03d}",
            title=f"并联审批第{number + 1}步",
            task_force=dice.choice(forces),
            lead=dice.choice(units),
            organisation=dice.choice(units),
        )
        item.supporting.set(dice.sample(units, dice.choice([0, 0, 1, 2])))
        store_upload(item, SimpleUploadedFile("佐证.pdf", PDF), actor=writer)
    people = [
        UserFactory(organisation=unit, roles=[role]) for unit in units for role in ("liaison", "unit_head")
    ]
    for force in forces:
        chief = UserFactory(roles=["chief"])
        force.members.create(user=chief, duty="chief")
        people.append(chief)
    people += [
        UserFactory(roles=[role])
        for role in (
            "office",
            "office_head",
            "leader",
            "inspector",
            "observer",
            "sysadmin",
            "security",
            "auditor",
        )
    ]
    return [*people, UserFactory(roles=[])]


def places(client, person):
    """Return, for each place that shows items, the numbers that `person` sees there."""
    items = list(WorkItem.objects.order_by("number"))
    files = {file.object_id: file.token for file in Attachment.objects.all()}
    listed = client.get("/api/v1/work-items/?page_size=200")
    hits = search_everywhere(person, "并联审批", ITEMS + 1)
    return {
        "scope": set(WorkItem.objects.visible_to(person).values_list("number", flat=True)),
        "page": {item.number for item in items if client.get(item.get_absolute_url()).status_code == OK},
        "file": {item.number for item in items if client.get(f"/files/{files[item.pk]}/").status_code == OK},
        "api page": {
            item.number
            for item in items
            if client.get(f"/api/v1/work-items/{item.number}/").status_code == OK
        },
        "api list": {row["number"] for row in listed.json().get("results", [])},
        "search": {
            hit.label.partition("　")[0] for group in hits for hit in group.hits if group.label == "台账事项"
        },
    }


def test_page_file_api_and_search_agree_for_every_person_and_item(county, browse):
    seen_by = {}
    for person in county:
        seen = places(browse(person), person)
        wrong = {place: numbers ^ seen["scope"] for place, numbers in seen.items()}
        assert not any(wrong.values()), (person.role_labels(), wrong)
        seen_by[person] = len(seen["scope"])
    # A test in which everybody or nobody sees everything would prove nothing.
    counts = set(seen_by.values())
    assert {0, ITEMS} <= counts
    assert len(counts) > 3

"""What the public form withstands: odd texts, odd files, floods. Refusals say what to do, nothing typed is lost."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.html import escape

from complaints.models import Complaint, IntakeScan
from portal import file_store
from portal.file_kinds import MB
from portal.models import Attachment, SettingRow
from tests.complaints.phone import MATTER, NAMED, Phone, address
from tests.complaints.pictures import HEIC, SCRIPT, picture, sent
from tests.conftest import NOW, TODAY
from tests.factories_complaints import PointFactory
from tests.factories_enterprises import EnterpriseFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_work(calendar, on_the_day, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def phone():
    return Phone()


def allow(key, value, officer):
    SettingRow.objects.create(key=key, value=value, valid_from=TODAY, created_by=officer)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "喆堃䶮企业🏭👨‍👩‍👧反映：园区道路",
        "\u202e反着读的文字\u202c与正常文字",
        '=HYPERLINK("http://example.com")',
        "第一行\r\n\r\n第三行",
        "长" * 10_000,
    ],
)
def test_any_text_is_kept_as_it_is_and_shown_as_text(phone, text):
    body = phone.write(text=text).content.decode()
    kept = text.replace("\r\n", "\n")
    assert escape(kept.partition("\n")[0]) in body
    assert "<script>alert" not in body
    phone.send()
    assert Complaint.objects.get().text == kept


def test_a_text_beyond_ten_thousand_characters_comes_back_whole(phone):
    phone.begin()
    answer = phone.post("public_matter", MATTER | {"text": "长" * 10_001})
    assert answer.status_code == 422
    body = answer.content.decode()
    assert "最多 10000 字" in body
    assert "长" * 10_001 in body


def test_marks_that_turn_a_line_around_are_taken_out_of_titles_and_names(phone):
    phone.write(title="\u202e题目\u202c", person=NAMED | {"name": "喆\u2067明远"})
    assert phone.sealed("report")["matter"]["title"] == "题目"
    assert phone.sealed("report")["person"]["name"] == "喆明远"


@pytest.mark.parametrize("choice", [{"problem": "nonsense"}, {"reported": "nonsense"}, {"town": "nonsense"}])
def test_a_choice_that_was_not_offered_is_refused(phone, choice):
    phone.begin()
    assert phone.post("public_matter", MATTER | choice).status_code == 422


@pytest.mark.parametrize(
    ("form", "name"), [("JPEG", "a.jpg"), ("JPEG", "a.jpeg"), ("PNG", "a.png"), ("WEBP", "a.webp")]
)
def test_photos_lose_what_they_say_of_their_owner(phone, form, name):
    phone.write(files=[picture(form, f"喆明远{name}")])
    phone.send()
    kept = Attachment.objects.get()
    assert kept.name.startswith("材料1.")
    assert b"Zhe Mingyuan" not in file_store.read(kept.stored_name)
    assert list(file_store.stored_names()) == [kept.stored_name]


@pytest.mark.parametrize(
    ("upload", "words"),
    [
        (sent("a.svg", SCRIPT), "不在可上传的类型内"),
        (sent("a.jpg", SCRIPT), "网页或程序代码"),
        (sent("a.heic", HEIC), "HEIC"),
        (sent("a.jpg", HEIC), "HEIC"),
        (sent("a.jpg", b"\xff\xd8\xff\xe0broken"), "不是完好的图片"),
        (sent("a.jpg", b""), "空文件"),
        (sent("a.exe", b"MZ"), "不在可上传的类型内"),
        (sent("说明.txt", "文字".encode()), "不能在这里上传"),
    ],
)
def test_other_files_are_refused_by_name_and_what_was_typed_stays(phone, upload, words):
    phone.write()
    upload.seek(0)
    answer = phone.post("public_photos", {"uploads": upload})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "Word" not in answer.content.decode()  # offers what is taken from the public only
    assert MATTER["title"] in phone.get("public_check").content.decode()
    assert list(file_store.stored_names()) == []


def test_a_photo_of_sixty_megabytes_is_refused_with_its_size(phone):
    phone.write()
    answer = phone.post(
        "public_photos", {"uploads": SimpleUploadedFile("大.jpg", b"\xff\xd8\xff" + b"0" * 60 * MB)}
    )
    assert answer.status_code == 422
    assert "60 MB，超过 10 MB" in answer.content.decode()
    assert phone.send().status_code == 302


def test_photos_are_added_one_by_one_taken_back_and_never_more_than_three(phone):
    phone.write()
    for _ in range(3):
        assert phone.post("public_photos", {"uploads": picture(), "more": "1"}).url == address(
            "public_photos"
        )
    refused = phone.post("public_photos", {"uploads": picture(), "more": "1"})
    assert "最多上传 3 个" in refused.content.decode()
    phone.post("public_photo_remove", {"name": "材料2.jpg"})
    assert len(list(file_store.stored_names())) == 2
    phone.post("public_photos", {"uploads": picture(), "more": "1"})
    names = [photo["name"] for photo in phone.sealed("report")["photos"]]
    assert names == ["材料1.jpg", "材料3.jpg", "材料4.jpg"]
    phone.get("public_leave")
    assert list(file_store.stored_names()) == []


def test_a_flood_from_one_network_stops_and_its_last_form_is_not_lost(phone, officer):
    allow("complaints.public_per_address", 2, officer)
    phone.report()
    phone.report()
    phone.write()
    answer = phone.send()
    assert answer.status_code == 422
    assert "没有丢失" in answer.content.decode()
    assert MATTER["title"] in answer.content.decode()
    Phone("198.51.100.9").report()
    assert Complaint.objects.count() == 3
    with time_machine.travel(NOW + timedelta(minutes=61)):
        assert phone.send().status_code == 302


def test_a_flood_through_one_point_or_from_everywhere_leaves_the_desk_usable(officer, browse):
    allow("complaints.public_per_point", 2, officer)
    allow("complaints.public_per_county", 10, officer)
    point = PointFactory()
    for place in range(2):
        Phone(f"198.51.100.{place}").report(point=point.code)
    blocked = Phone("198.51.100.77")
    blocked.write(point=point.code)
    assert blocked.send().status_code == 422
    for place in range(20):
        other = Phone(f"203.0.113.{place}")
        other.write()
        other.send()
    assert Complaint.objects.count() == 10
    assert browse(officer).get("/complaints/points/").status_code == 200


def test_opening_a_code_over_and_over_counts_thirty_times_an_hour(phone):
    point = PointFactory()
    for _ in range(35):
        assert phone.get("point_scan", point.code).status_code == 200
    assert IntakeScan.objects.get().count == 30


def test_an_enterprise_that_does_not_want_to_be_known_is_not_betrayed_by_its_own_code(phone):
    enterprise = EnterpriseFactory()
    point = PointFactory(kind="enterprise", enterprise=enterprise)
    phone.report(point=point.code)
    case = Complaint.objects.get()
    assert (case.intake_point, case.enterprise) == (None, None)
    Phone("198.51.100.1").report(point=point.code, person=NAMED)
    named = Complaint.objects.latest("pk")
    assert (named.intake_point, named.enterprise) == (point, enterprise)


def test_an_enterprise_is_known_by_its_credit_code(phone):
    enterprise = EnterpriseFactory()
    phone.report(person=NAMED | {"credit_code": enterprise.credit_code.lower()})
    assert Complaint.objects.get().enterprise == enterprise


def test_without_the_forms_own_token_nothing_is_taken(phone):
    phone.browser.handler.enforce_csrf_checks = True
    assert phone.browser.post(address("public_start")).status_code == 403

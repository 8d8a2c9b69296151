"""Every kind of document counts for itself and prints a word of its own: two documents never carry one number."""

from collections import Counter
from datetime import date

import pytest

from complaints.services.papers.wording import SERIES as COMPLAINT_PAPERS
from complaints.services.papers.wording import printed_number as complaint_number
from indicators.escalation import Rung
from indicators.inspection_workflow import Authority, InspectionKind
from indicators.models import Inspection, InspectionPaper
from indicators.services.inspections import papers
from indicators.services.letters import number_series, printed_number
from portal.documents.numbers import document_number
from portal.documents.words import WORDS, agency_code, wrong_words
from reports.models import Bulletin

DAY = date(2023, 11, 8)


def inspections():
    """One inspection for each body in whose name papers are written."""
    return [
        Inspection(kind=InspectionKind.ROUTINE),
        Inspection(kind=InspectionKind.SPECIAL, authority=Authority.DESIGNATION),
        Inspection(kind=InspectionKind.SPECIAL, authority=Authority.DECISION),
    ]


def printed():
    """Return (counter, printed number) of the first document of every kind."""
    yield from ((number_series(rung), printed_number(rung, 2023, 1)) for rung in Rung)
    for series in Bulletin.Series:
        yield f"bulletin.{series}", document_number(agency_code(f"bulletin.{series}"), 2023, 1)
    for row in inspections():
        for kind in InspectionPaper.Kind:
            yield papers.number_series(row, kind), papers.printed_number(row, kind, 2023, 1, on=DAY)
    yield from ((series, complaint_number(kind, 2023, 1)) for kind, series in COMPLAINT_PAPERS.items())


@pytest.mark.django_db
def test_no_two_kinds_of_documents_can_print_the_same_number():
    series, numbers = zip(*printed(), strict=True)
    assert len(series) == 6 + 3 + 9 + len(COMPLAINT_PAPERS)
    assert [name for name, count in Counter(series).items() if count > 1] == []
    assert [number for number, count in Counter(numbers).items() if count > 1] == []


@pytest.mark.django_db
def test_every_word_belongs_to_a_kind_that_is_printed():
    numbers = {number for _, number in printed()}
    assert {document_number(agency_code(kind), 2023, 1) for kind in WORDS} <= numbers


def test_a_circular_among_the_letters_is_not_numbered_like_a_bulletin():
    assert printed_number(Rung.CIRCULATE, 2023, 3) == "云营商办督办通报〔2023〕3号"


def test_a_county_may_choose_its_words_but_not_one_for_two_kinds(settings):
    settings.DOCUMENT_WORDS = {"letter.talk": "约"}
    assert printed_number(Rung.TALK, 2023, 1) == "云营商办约〔2023〕1号"
    assert wrong_words(settings.DOCUMENT_WORDS) == []
    assert wrong_words({"letter.circulate": "通报"}) == ["通报 is the word of 2 kinds"]
    assert wrong_words({"letter.nothing": "某"}) == ["letter.nothing is no kind of document"]

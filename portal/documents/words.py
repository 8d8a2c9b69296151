"""The words by which the office's documents are told apart in their numbers: 云营商办督办〔2023〕3号.

Every kind of document counts in a series of its own, so it must print a word of
its own as well: two documents never carry one number. `DOCUMENT_WORDS` in the
settings replaces a word; they refuse two kinds that share one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from django.conf import settings

WORDS = {
    "bulletin.monthly": "通报",
    "bulletin.quarterly": "季通报",
    "bulletin.special": "专项通报",
    "letter.remind": "提醒",
    "letter.chase": "催办",
    "letter.supervise": "督办",
    "letter.talk": "约谈",
    # Not 通报, which the monthly bulletins carry.
    "letter.circulate": "督办通报",
    "letter.transfer": "移交",
    "inspection.office.notice": "督查通",
    "inspection.office.feedback": "督查反",
    "inspection.office.rectify": "督查改",
    "inspection.routine.notice": "日督通",
    "inspection.routine.feedback": "日督反",
    "inspection.routine.rectify": "日督改",
    "complaint.acceptance": "诉受",
    "complaint.decline": "诉不受",
    "complaint.reply": "诉复",
    "complaint.supervise": "诉督",
}


def word_of(kind: str, replaced: Mapping[str, str]) -> str:
    """Return the word of a kind of document, by the county's own choice where there is one."""
    return replaced.get(kind) or WORDS[kind]


def agency_code(kind: str) -> str:
    """Return the 发文机关代字 of a kind of document: 云营商办督办."""
    return f"{settings.DOCUMENT_PREFIX}{word_of(kind, settings.DOCUMENT_WORDS)}"


def wrong_words(replaced: Mapping[str, str]) -> list[str]:
    """Return what is wrong with the words that replace the portal's own: unknown kinds, and words used twice."""
    unknown = [f"{kind} is no kind of document" for kind in sorted(set(replaced) - WORDS.keys())]
    used = Counter(word_of(kind, replaced) for kind in WORDS)
    return unknown + [f"{word} is the word of {count} kinds" for word, count in used.items() if count > 1]

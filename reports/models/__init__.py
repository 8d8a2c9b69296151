"""Tables of the documents."""

from reports.models.assessments import Assessment, AssessmentRules, Objection, Result
from reports.models.bulletins import Bulletin
from reports.models.work_reports import Outline, WorkReport

__all__ = ["Assessment", "AssessmentRules", "Bulletin", "Objection", "Outline", "Result", "WorkReport"]

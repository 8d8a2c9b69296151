"""Tables of enterprises' complaints and requests, one module per group of nouns."""

from complaints.models.cases import CaseEvent, Complaint
from complaints.models.duties import Assignment, ClockStop, Extension, Round
from complaints.models.identities import Identity, IdentityLook, IdentityRequest, Recusal
from complaints.models.intake import IntakePoint, IntakeScan, StandardReply, Submission, TimeLimit
from complaints.models.papers import Paper
from complaints.models.red_black import ListedUnit
from complaints.models.replies import Enclosure, Escalation, FollowUp, Rating, Reply, WhistleCall
from complaints.models.surveys import QuestionnaireResult, QuestionnaireWave
from complaints.models.visits import Gathering, Pairing, Visit

__all__ = [
    "Assignment",
    "CaseEvent",
    "ClockStop",
    "Complaint",
    "Enclosure",
    "Escalation",
    "Extension",
    "FollowUp",
    "Gathering",
    "Identity",
    "IdentityLook",
    "IdentityRequest",
    "IntakePoint",
    "IntakeScan",
    "ListedUnit",
    "Pairing",
    "Paper",
    "QuestionnaireResult",
    "QuestionnaireWave",
    "Rating",
    "Recusal",
    "Reply",
    "Round",
    "StandardReply",
    "Submission",
    "TimeLimit",
    "Visit",
    "WhistleCall",
]

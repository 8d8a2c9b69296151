"""Tables of the supporting policies."""

from policies.models.catalogue import (
    DOCUMENT_FIELDS,
    VERSION_FIELDS,
    WORDING_FIELDS,
    ExclusiveGroup,
    ItemHandover,
    Policy,
    PolicyItem,
    PolicyItemVersion,
)
from policies.models.enterprise_codes import CodeScan, Correction, EnterpriseCode, OneTimeCode
from policies.models.mail import OutgoingMail
from policies.models.matching import (
    MatchRun,
    OfferSpan,
    QualifiedSpan,
    StoredColumn,
    Verdict,
    VerdictBlock,
)
from policies.models.payouts import ApprovalBand, BatchApproval, Budget, Payout, PayoutBatch
from policies.models.proposals import Application, ApplicationMaterial, Proposal
from policies.models.subscriptions import Subscriber, Subscription, SubscriptionRequest, TopicNews

__all__ = [
    "DOCUMENT_FIELDS",
    "VERSION_FIELDS",
    "WORDING_FIELDS",
    "Application",
    "ApplicationMaterial",
    "ApprovalBand",
    "BatchApproval",
    "Budget",
    "CodeScan",
    "Correction",
    "EnterpriseCode",
    "ExclusiveGroup",
    "ItemHandover",
    "MatchRun",
    "OfferSpan",
    "OneTimeCode",
    "OutgoingMail",
    "Payout",
    "PayoutBatch",
    "Policy",
    "PolicyItem",
    "PolicyItemVersion",
    "Proposal",
    "QualifiedSpan",
    "StoredColumn",
    "Subscriber",
    "Subscription",
    "SubscriptionRequest",
    "TopicNews",
    "Verdict",
    "VerdictBlock",
]

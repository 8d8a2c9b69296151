"""Tables of the base application, one module per noun."""

from portal.models.audit import AuditEvent, AuditSeal, ChainHead, LogForwarding
from portal.models.calendar import CalendarDay, CalendarProposal, CalendarYear
from portal.models.credentials import ApiToken, RecoveryCode
from portal.models.enterprises import Enterprise, EnterpriseFact, EnterpriseLabel, EnterpriseMerge, Topic
from portal.models.files import Attachment
from portal.models.imports import WorkbookImport
from portal.models.jobs import JobSlot
from portal.models.notices import Delivery, Notification
from portal.models.numbers import NumberSeries
from portal.models.organisations import Organisation
from portal.models.people import LoginAttempt, PasswordRecord, RoleGrant, User
from portal.models.public import PublicAttempt
from portal.models.queries import SavedQuery
from portal.models.settings import SettingRow

__all__ = [
    "ApiToken",
    "Attachment",
    "AuditEvent",
    "AuditSeal",
    "CalendarDay",
    "CalendarProposal",
    "CalendarYear",
    "ChainHead",
    "Delivery",
    "Enterprise",
    "EnterpriseFact",
    "EnterpriseLabel",
    "EnterpriseMerge",
    "JobSlot",
    "LogForwarding",
    "LoginAttempt",
    "Notification",
    "NumberSeries",
    "Organisation",
    "PasswordRecord",
    "PublicAttempt",
    "RecoveryCode",
    "RoleGrant",
    "SavedQuery",
    "SettingRow",
    "Topic",
    "User",
    "WorkbookImport",
]

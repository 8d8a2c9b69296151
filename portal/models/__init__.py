"""Tables of the base application, one module per noun."""

from portal.models.audit import AuditEvent, AuditSeal, ChainHead
from portal.models.calendar import CalendarDay, CalendarYear
from portal.models.files import Attachment
from portal.models.imports import WorkbookImport
from portal.models.jobs import JobSlot
from portal.models.notices import Delivery, Notification
from portal.models.numbers import NumberSeries
from portal.models.organisations import Organisation
from portal.models.people import LoginAttempt, PasswordRecord, RoleGrant, User
from portal.models.settings import SettingRow

__all__ = [
    "Attachment",
    "AuditEvent",
    "AuditSeal",
    "CalendarDay",
    "CalendarYear",
    "ChainHead",
    "Delivery",
    "JobSlot",
    "LoginAttempt",
    "Notification",
    "NumberSeries",
    "Organisation",
    "PasswordRecord",
    "RoleGrant",
    "SettingRow",
    "User",
    "WorkbookImport",
]

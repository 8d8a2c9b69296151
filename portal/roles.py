"""Roles and what they exclude. No database, no request, no clock."""

from django.db.models import TextChoices


class Role(TextChoices):
    """What a person may be in the portal; a person can hold several at once."""

    OFFICE = "office", "营商办工作人员"
    OFFICE_HEAD = "office_head", "营商办主任"
    LIAISON = "liaison", "部门联络员"
    UNIT_HEAD = "unit_head", "单位负责人"
    CHIEF = "chief", "指标长"
    LEADER = "leader", "双组长"
    INSPECTOR = "inspector", "督查人员"
    OBSERVER = "observer", "社会监督员"
    SYSADMIN = "sysadmin", "系统管理员"
    SECURITY = "security", "安全管理员"
    AUDITOR = "auditor", "审计管理员"


OFFICE_ROLES = frozenset({Role.OFFICE, Role.OFFICE_HEAD})
UNIT_ROLES = frozenset({Role.LIAISON, Role.UNIT_HEAD})
# Read every ledger of the county.
COUNTY_READERS = OFFICE_ROLES | {Role.LEADER, Role.INSPECTOR}
# GB/T 22239-2019: the three duties exclude one another and see no business data.
DUTIES = frozenset({Role.SYSADMIN, Role.SECURITY, Role.AUDITOR})
BUSINESS_ROLES = frozenset(Role) - DUTIES


def exclusion(roles: frozenset[str]) -> str:
    """Return why `roles` may not be held together, or an empty string."""
    duties = [Role(role).label for role in sorted(roles & DUTIES)]
    if len(duties) > 1:
        return f"{'、'.join(duties)}不得由同一人担任"
    if duties and roles & BUSINESS_ROLES:
        return f"{duties[0]}不得同时承担业务角色"
    return ""

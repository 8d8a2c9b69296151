"""The limits that 等保2.0 (GB/T 22239-2019) asks of a deployment, one profile for each level. Pure data.

`SECURITY_PROFILE` chooses one. What the office may change as a setting takes its
default here; the rest holds as it stands. `manage.py check_djbh` compares what
is in force with the profile of the level that it is asked about.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from portal.roles import DUTIES, OFFICE_ROLES, Role


@dataclass(frozen=True)
class SecurityProfile:
    """The limits of one level; `three duties` are 系统管理员, 安全管理员 and 审计管理员."""

    level: int
    label: str
    # 8.1.4.1 d, b: idle time of everybody (a setting) and at most of the three duties; a session's whole length.
    idle_minutes: int
    duty_idle_minutes: int
    session_hours: int
    # 8.1.4.1 a: age of a password (a setting).
    password_days: int
    # 8.1.4.1 b: so many failures within the window lock an account, or an address.
    failures_per_account: int
    failures_per_address: int
    failure_window: timedelta
    locked_for: timedelta
    # 8.1.4.1 d of level 3: whether a second factor is demanded (a setting), and of whom.
    second_factor: bool
    second_factor_roles: frozenset[Role]
    # 8.1.4.2 c: an account unused for so long is disabled (a setting).
    unused_days: int
    # 8.1.4.9: nightly backups kept, and how old the newest may be.
    backups_kept: int
    backup_hours: int
    # 8.1.4.9 of level 3: a second server that follows the database.
    hot_standby: bool
    # 8.1.5.4 e of level 3: the audit trail is collected on another machine, the clock is that of everybody.
    central_log: bool

    @property
    def locked_minutes(self) -> int:
        return int(self.locked_for.total_seconds()) // 60

    @property
    def setting_defaults(self) -> dict[str, int | bool | str]:
        """Return the defaults of the office's settings that the profile decides."""
        return {
            "security.idle_minutes": self.idle_minutes,
            "security.password_days": self.password_days,
            "security.second_factor": self.second_factor,
            "security.unused_days": self.unused_days,
        }


PROFILES = {
    "djbh2": SecurityProfile(
        level=2,
        label="等保二级",
        idle_minutes=30,
        duty_idle_minutes=15,
        session_hours=8,
        password_days=90,
        failures_per_account=5,
        failures_per_address=30,
        failure_window=timedelta(minutes=15),
        locked_for=timedelta(minutes=15),
        second_factor=False,
        second_factor_roles=DUTIES | {Role.OFFICE_HEAD},
        unused_days=90,
        backups_kept=14,
        backup_hours=26,
        hot_standby=False,
        central_log=False,
    ),
    "djbh3": SecurityProfile(
        level=3,
        label="等保三级",
        idle_minutes=15,
        duty_idle_minutes=10,
        session_hours=8,
        password_days=90,
        failures_per_account=5,
        failures_per_address=20,
        failure_window=timedelta(minutes=15),
        locked_for=timedelta(minutes=20),
        second_factor=True,
        second_factor_roles=DUTIES | OFFICE_ROLES,
        unused_days=60,
        backups_kept=30,
        backup_hours=26,
        hot_standby=True,
        central_log=True,
    ),
}


def profile_of(level: int) -> SecurityProfile:
    """Return the profile of a level of 等保, 2 or 3."""
    return PROFILES[f"djbh{level}"]


def current_limits() -> SecurityProfile:
    """Return the profile that this deployment has chosen."""
    return PROFILES[settings.SECURITY_PROFILE]

"""The periodic work of the base application."""

from datetime import timedelta

from portal.jobs import CatchUp, Daily, EveryMinutes, Job

JOBS = (
    Job(
        "deliver_notices",
        "发送消息",
        "portal.services.delivery.deliver_notices",
        EveryMinutes(1),
        catch_up=CatchUp.SKIP,
        own_transactions=True,
    ),
    Job(
        "seal_audit",
        "封存审计记录",
        "portal.services.audit_chain.seal_events",
        EveryMinutes(10),
        grace=timedelta(hours=1),
    ),
    Job(
        "verify_audit",
        "核验审计链",
        "portal.services.audit_chain.verify_chain",
        Daily(2, 30),
        own_transactions=True,
    ),
    Job("sweep_files", "清理文件", "portal.services.files.sweep_files", Daily(3), own_transactions=True),
    Job("prune_slots", "清理执行记录", "portal.services.jobs.prune_slots", Daily(3, 20)),
    Job("disable_unused_accounts", "停用闲置账号", "portal.services.accounts.disable_unused", Daily(1, 10)),
    Job("warn_calendar", "提醒载入下一年日历", "portal.services.calendar.warn_missing_year", Daily(8, 30)),
)

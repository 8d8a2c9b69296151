"""Periodic work of the policies: each function may run twice, late or on two machines."""

from portal.jobs import CatchUp, Daily, EveryMinutes, Job

JOBS = (
    Job("expire_policies", "政策到期", "policies.services.expiry.expire_items", Daily(0, 30)),
    Job("match_policies", "匹配惠企政策", "policies.services.matching.nightly_match", Daily(1, 30)),
    Job("warn_budgets", "预算预警", "policies.services.budgets.warn_budgets", Daily(8, 20)),
    Job(
        "tell_subscribers",
        "政策订阅提醒",
        "policies.services.subscriptions.tell_subscribers",
        Daily(9),
        own_transactions=True,
    ),
    Job(
        "forget_unconfirmed",
        "删除未确认的订阅",
        "policies.services.subscriptions.forget_unconfirmed",
        Daily(3, 30),
    ),
    Job(
        "deliver_mail",
        "发送对外邮件",
        "policies.services.outgoing_mail.deliver_mail",
        EveryMinutes(1),
        catch_up=CatchUp.SKIP,
        own_transactions=True,
    ),
)

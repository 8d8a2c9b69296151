"""Celery tasks: parse, call one service. Lost, doubled or late messages change nothing."""

from portal.celery import app
from portal.selectors.clock import database_now
from portal.services import audit_forwarding, jobs

RING_EXPIRES = 55


@app.task
def tick() -> int:
    """Plan what has come due and ring for every waiting slot; return how many were rung for."""
    now = database_now()
    jobs.plan_slots(now)
    jobs.give_up(now)
    waiting = jobs.waiting_slots(now)
    for slot_id in waiting:
        run_slot.apply_async((slot_id,), expires=RING_EXPIRES)
    return len(waiting)


@app.task
def forward_audit() -> int:
    """Hand new events of the audit trail to the log server; return how many. Rung every two seconds where there is one."""
    return audit_forwarding.forward_due(database_now()).sent


@app.task
def run_slot(slot_id: int) -> str:
    """Run one slot unless somebody else has; return its state."""
    slot = jobs.run_slot(slot_id, database_now())
    return slot.state if slot else ""

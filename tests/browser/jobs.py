"""Run the jobs that are due on a copy of the sample county, with the clock standing at a day of the sample.

Run as `python -m tests.browser.jobs MOMENT`; `PORTAL_VAR` names the folder of the copy.
"""

import os
import sys
from datetime import datetime

import time_machine


def main(moment: datetime) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    with time_machine.travel(moment, tick=True):
        import django

        django.setup()
        from django.core.management import call_command

        call_command("run_jobs")


if __name__ == "__main__":
    main(datetime.fromisoformat(sys.argv[1]))

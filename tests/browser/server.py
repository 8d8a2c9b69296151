"""Serve a copy of the sample county for browser tests, with the clock standing at a day of the sample.

Run as `python -m tests.browser.server PORT MOMENT`; `PORTAL_VAR` names the folder
of the copy. The clock goes on ticking from MOMENT.
"""

import os
import sys
from datetime import datetime

import time_machine


def main(port: int, moment: datetime) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    time_machine.travel(moment, tick=True).start()
    import django

    django.setup()
    from waitress import serve

    from portal.wsgi import application

    serve(application, host="127.0.0.1", port=port, threads=4, _quiet=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), datetime.fromisoformat(sys.argv[2]))

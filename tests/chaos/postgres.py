"""A PostgreSQL server of the test's own, which can be killed without hurting anybody else's databases."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg2

from tests.chaos.processes import free_port, until

USER = "chaos"


def programs():
    """Return the folder of the newest installed server's programs."""
    return max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))


class PostgreSQL:
    """A cluster in a folder of its own under /tmp, run by `postgres` where the tests are run by root."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="chaos-postgres-"))
        self.data, self.port = self.folder / "data", free_port()
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        self._run("initdb", "--auth=trust", f"--username={USER}", "--encoding=UTF8", "-D", self.data)

    def url(self, name="postgres"):
        return f"postgres://{USER}:{USER}@127.0.0.1:{self.port}/{name}"

    def start(self):
        """Start, or start again after a kill; return when queries are answered."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        self._run(
            "pg_ctl", "-D", self.data, "-w", "-t", "60", "-l", self.folder / "log", "-o", options, "start"
        )
        assert until(self._answers, 30), (self.folder / "log").read_text()
        return self

    def create_database(self, name):
        connection = psycopg2.connect(self.url())
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
        connection.close()
        return self.url(name)

    def kill(self):
        """Kill the server and everything it has started, as a power cut would: no process ends its work."""
        parent = self._parent()
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        for process in (parent, *map(int, children)):
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue
        assert until(lambda: not Path(f"/proc/{parent}").exists(), 10)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def stop(self):
        if (self.data / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", self.data, "-m", "immediate", "stop")
        shutil.rmtree(self.folder)

    def _parent(self):
        return int((self.data / "postmaster.pid").read_text().splitlines()[0])

    def _answers(self):
        try:
            psycopg2.connect(self.url(), connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True

    def _run(self, program, *arguments):
        as_postgres = ("runuser", "-u", "postgres", "--") if os.getuid() == 0 else ()
        command = [*as_postgres, str(programs() / program), *map(str, arguments)]
        # No pipes: the server that pg_ctl leaves running would hold them open.
        with (self.folder / "commands.log").open("ab") as log:
            subprocess.run(command, cwd=self.folder, stdout=log, stderr=log, check=True)

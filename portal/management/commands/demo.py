"""`manage.py demo`: set everything up, load the sample county and serve it on this machine."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

HOST = "127.0.0.1"
THREADS = 8
GRACE = 15
LOOK_EVERY = 0.5


class Command(BaseCommand):
    help = "准备演示环境：建库、载入示例县数据，并在本机启动服务"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="只准备数据，不启动服务")
        parser.add_argument("--port", type=int, default=8000, help="服务端口，默认 8000")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("正式环境不能运行演示；请在另一目录用默认设置执行")
        serves, port = not options["no_serve"], options["port"]
        if serves:
            self._require_free(port)
        # The folder of collected files may stay empty: this edition serves them from where they lie.
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
        call_command("migrate", verbosity=0)
        call_command("load_sample", stdout=self.stdout)
        # What the settings read from now on: only a sample edition offers its accounts at the door.
        settings.SAMPLE_MARKER.touch()
        if serves:
            self._serve(port)

    def _require_free(self, port: int) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError as error:
                raise CommandError(
                    f"端口 {port} 已被占用或不可用，请换一个，例如：python3 manage.py demo --port {port + 1}"
                ) from error

    def _serve(self, port: int) -> None:
        """Run the server and the periodic jobs as processes of their own until one ends or a signal comes."""
        stop = threading.Event()

        def ask_to_stop(signum: int, frame: FrameType | None) -> None:
            stop.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, ask_to_stop)
        web = [sys.executable, "-m", "waitress", f"--listen={HOST}:{port}", f"--threads={THREADS}"]
        jobs = [sys.executable, str(settings.ROOT / "manage.py"), "run_jobs", "--watch"]
        running = [_start([*web, "portal.wsgi:application"]), _start(jobs)]
        self.stdout.write(f"演示已启动：http://{HOST}:{port}/　按 Ctrl-C 停止。")
        try:
            while not stop.wait(LOOK_EVERY) and all(process.poll() is None for process in running):
                pass
        finally:
            codes = [_end(process) for process in running]
        if not stop.is_set():
            raise CommandError(f"服务意外停止（退出码 {codes[0]}、{codes[1]}），请查看上面的信息后重新执行")
        self.stdout.write("演示已停止。")


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C in the terminal reaches this process only, which then ends the others in order.
    return subprocess.Popen(command, cwd=settings.ROOT, start_new_session=True)


def _end(process: subprocess.Popen[bytes]) -> int:
    """Ask a process to end, insist after a while; return its exit code."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait()

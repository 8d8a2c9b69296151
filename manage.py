#!/usr/bin/env python3
"""Run a management command; on a fresh machine make the environment first.

Where Django cannot be imported this file needs nothing but the standard
library: it makes `.venv`, installs what `pyproject.toml` asks for and runs
itself again inside it.
"""

import hashlib
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent
PROJECT = ROOT / "pyproject.toml"
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def set_up() -> None:
    """Make `.venv` and install the requirements, unless the stamp says it was done."""
    stamp = VENV / "installed"
    digest = hashlib.sha256(PROJECT.read_bytes()).hexdigest()
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == digest:
        return
    if find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        sys.exit(f"缺少 venv 组件，请先执行：sudo apt-get install -y python{version}-venv")
    import tomllib

    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    print("首次运行，正在准备运行环境，约需一分钟……", flush=True)
    subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    needed = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if subprocess.run([*pip, *needed], check=False).returncode:
        sys.exit("安装依赖失败：请检查网络或软件源设置后重新执行本命令。")
    stamp.write_text(digest)


def main() -> None:
    if sys.version_info < (3, 11):
        sys.exit("需要 Python 3.11 或更高版本。")
    if find_spec("django") is None:
        set_up()
        sys.exit(subprocess.call([str(PYTHON), str(ROOT / "manage.py"), *sys.argv[1:]]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()

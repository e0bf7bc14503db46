"""Starts PostgreSQL and a Spark cluster on this machine, for as long as a command runs, and tells it where they are.

python scripts/engines.py              run tests/test_engines.py on both
python scripts/engines.py COMMAND …    run any command, told of both by WORKBENCH_TEST_…
python wb.py test --engines            the same tests, set up first

It needs PostgreSQL's programs (Debian: apt-get install postgresql) and Java 17 (openjdk-17-jre-headless), on Linux or
macOS; which of both is missing is left out and said. Python packages go into .tools/engines, apart from .venv: pyspark
alone is 450 MB. Everything listens on 127.0.0.1 only and is gone at the end: a database in a temporary folder, a Spark
master and two workers, of two processors and 2 GB each, and a Spark Connect server that runs on these.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / ".tools" / "engines"
PYTHON = HOME / "bin" / "python"
PACKAGES = ("psycopg[binary]>=3.2", "pyspark[connect]>=4.0.5,<4.1", "sqlglot==30.17.0")


def main(command: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started ends with this process
    set_up()
    command = command or [
        str(PYTHON), "-m", "pytest", "-q", "-p", "no:cacheprovider", str(ROOT / "tests" / "test_engines.py"),
    ]  # fmt: skip
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="engines-")))
        folder.chmod(0o755)
        for name, start in (("POSTGRESQL", postgresql), ("SPARK", spark), ("CONNECT", connect)):
            if url := start(folder, stack):
                os.environ[f"WORKBENCH_TEST_{name}"] = url
                print(f"{name.lower()}: {url}", flush=True)
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def set_up() -> None:
    """The workbench's packages and those of the engines."""
    stamp = HOME / "set-up-from"
    wanted = (ROOT / "requirements.lock").read_text(encoding="utf-8") + " ".join(PACKAGES)
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return
    print("Setting up .tools/engines (once; pyspark is large) …", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", HOME], check=True)
    pip = [PYTHON, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    subprocess.run([*pip, "--require-hashes", "--requirement", ROOT / "requirements.lock"], check=True)
    subprocess.run([*pip, *PACKAGES], check=True)
    stamp.write_text(wanted, encoding="utf-8")


def postgresql(folder: Path, stack: ExitStack) -> str:
    """A database cluster of its own; the URL, or nothing where PostgreSQL is not installed."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: int(place.parent.name))
    found = shutil.which("initdb") or (places and shutil.which("initdb", path=str(places[-1])))
    if not found:
        print("PostgreSQL is not installed: left out. Debian: apt-get install postgresql", flush=True)
        return ""
    programs, data, port = Path(found).parent, folder / "postgresql", free_port()
    data.mkdir()
    user = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        account = pwd.getpwnam("postgres")
        os.chown(data, account.pw_uid, account.pw_gid)
        user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": data, **user}
    # A locale that knows all letters, so that upper and lower case mean the same as elsewhere.
    subprocess.run(
        [programs / "initdb", "-D", data / "db", "-U", "workbench", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"],
        **quiet,
    )
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={data} -c fsync=off"
    control = [programs / "pg_ctl", "-D", data / "db", "-w"]
    subprocess.run([*control, "-o", options, "-l", data / "log", "start"], **quiet)
    stack.callback(subprocess.run, [*control, "-m", "immediate", "stop"], **quiet)
    return f"postgresql://workbench@127.0.0.1:{port}/postgres"


def spark(folder: Path, stack: ExitStack) -> str:
    """A standalone cluster of a master and two workers; the URL, or nothing where Java is not installed."""
    if not shutil.which("java"):
        print("Java is not installed: Spark is left out. Debian: apt-get install openjdk-17-jre-headless", flush=True)
        return ""
    port = free_port()
    master = ("spark-class", "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", str(port))
    started("master", (*master, "--webui-port", "0"), "ALIVE", folder, stack)
    for number in (1, 2):
        worker = (
            "spark-class", "org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--webui-port", "0",
            "--cores", "2", "--memory", "2g", "--work-dir", str(folder / f"work-{number}"), f"spark://127.0.0.1:{port}",
        )  # fmt: skip
        started(f"worker-{number}", worker, "Successfully registered", folder, stack)
    return f"spark://127.0.0.1:{port}?spark.sql.shuffle.partitions=2&spark.cores.max=1"


def connect(folder: Path, stack: ExitStack) -> str:
    """A Spark Connect server, an application of the cluster with half of its processors; the URL, or nothing."""
    cluster = os.environ.get("WORKBENCH_TEST_SPARK", "").partition("?")[0]
    if not cluster:
        return ""
    port = free_port()
    # Who plans for many short questions: quick to start, for a better compiler would come too late.
    short = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    options = {
        "spark.connect.grpc.binding.address": "127.0.0.1", "spark.connect.grpc.binding.port": str(port),
        "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.cores.max": "2",
        "spark.ui.enabled": "false", "spark.log.level": "WARN",
    }  # fmt: skip
    server = (
        "spark-submit", "--master", cluster, "--driver-java-options", short,
        *(part for name, value in options.items() for part in ("--conf", f"{name}={value}")),
        "--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal",
    )  # fmt: skip
    started("connect", server, port, folder, stack)
    return f"sc://127.0.0.1:{port}?small=yes"


def started(name: str, command: Sequence[str], sign: str | int, folder: Path, stack: ExitStack) -> None:
    """One of Spark's own programs, ready as soon as its log has a word or a port answers; it ends with the stack."""
    home = next((HOME / "lib").glob("python*/site-packages/pyspark"))
    environment = {**os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_NO_DAEMONIZE": "1"}
    log = folder / f"{name}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [home / "bin" / command[0], *command[1:]], cwd=folder, env=environment, stdout=out, stderr=out
        )
    stack.callback(process.wait)
    stack.callback(process.terminate)
    ready(log, sign)


def ready(log: Path, sign: str | int, seconds: int = 120) -> None:
    def there() -> bool:
        if isinstance(sign, str):
            return sign in log.read_text(encoding="utf-8", errors="replace")
        with socket.socket() as asked:
            return asked.connect_ex(("127.0.0.1", sign)) == 0

    for _ in range(seconds * 4):
        if there():
            return
        time.sleep(0.25)
    raise SystemExit(
        f"Spark did not start within {seconds} s:\n{log.read_text(encoding='utf-8', errors='replace')[-2000:]}"
    )


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

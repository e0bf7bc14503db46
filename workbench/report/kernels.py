"""Kernels for the notebooks of a report: forked from a preloaded process on Linux, plain ones elsewhere."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

PRELOAD = (
    "ipykernel.kernelapp",
    "ipykernel.zmqshell",
    "nbformat",
    "pandas",
    "duckdb",
    "plotly.graph_objects",
    "plotly.io",
    "workbench.engine",
    "workbench.metrics",
    "workbench.figures",
    "workbench.sentences",
    "workbench.actions",
    "workbench.findings",
    "workbench.show",
)
# No history file and thread; plain tracebacks, which also read well outside a notebook; no log on the terminal, where
# the end of a kernel would look like a fault.
OPTIONS = ("--HistoryManager.enabled=False", "--InteractiveShell.colors=nocolor", "--IPKernelApp.log_level=50")


@contextmanager
def quick_imports() -> Iterator[None]:
    """Import Jupyter packages without `rfc3987_syntax`: its grammars cost a second and check nothing here."""
    known = "rfc3987_syntax" in sys.modules
    if not known:
        sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if not known:
            sys.modules.pop("rfc3987_syntax", None)


def can_fork() -> bool:
    """Only Linux promises that a process which loaded numerical libraries may be forked."""
    return sys.platform == "linux" and hasattr(socket, "send_fds")


@contextmanager
def ready(*, preload: tuple[str, ...] = PRELOAD, fork: bool | None = None) -> Iterator[type]:
    """A kernel manager class for nbclient; its kernels are forked from one preloaded process where that can be.

    The preloaded process starts at once and in the background; it and all its kernels end with the `with`, or with
    this process, even when that is killed.
    """
    folder = Path(tempfile.mkdtemp(prefix="workbench-"))  # short: a socket's path has at most 107 bytes
    server, started = None, []
    try:
        command = [sys.executable, "-m", "ipykernel_launcher"]
        if can_fork() if fork is None else fork:
            address = folder / "server"
            server = _start_server(address, preload)
            launcher = Path(__file__).with_name("kernel_launcher.py")
            command = [sys.executable, "-I", "-S", str(launcher), str(address)]
        yield _manager(folder, command, started)
    finally:
        for manager in started:  # still running only when the report was interrupted
            process = getattr(manager.provisioner, "process", None)
            if process and process.poll() is None:
                process.kill()
        if server:
            os.killpg(server.pid, signal.SIGKILL)  # its kernels are in its group
            server.wait()
            server.stdin.close()
        shutil.rmtree(folder, ignore_errors=True)


def environment() -> dict[str, str]:
    """What every kernel's environment holds, whoever starts it."""
    package = str(Path(__file__).parents[2])
    return {
        # the very workbench that runs the report, from wherever it was imported
        "PYTHONPATH": os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH", "")])),
        "PLOTLY_RENDERER": "plotly_mimetype",
        # one thread a library: notebooks already run side by side, and sums come out the same on every machine
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }


def _start_server(address: Path, preload: tuple[str, ...]) -> subprocess.Popen:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with listener:
        listener.bind(str(address))
        listener.listen(64)
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "workbench.report.kernel_server", str(listener.fileno()), *preload],
            stdin=subprocess.PIPE,
            pass_fds=[listener.fileno()],
            start_new_session=True,  # Ctrl-C is for the report, which then ends the server
            env={**os.environ, **environment()},
        )


def _manager(folder: Path, command: list[str], started: list) -> type:
    with quick_imports():
        from jupyter_client.kernelspec import KernelSpec
        from jupyter_client.manager import AsyncKernelManager
        from traitlets import default

    (folder / "ipython" / "profile_default").mkdir(parents=True, exist_ok=True)
    spec = KernelSpec(
        argv=[*command, "-f", "{connection_file}", *OPTIONS],
        display_name="Python 3",
        language="python",
        # the user's own IPython start-up files have no say in a report
        env={**environment(), "IPYTHONDIR": str(folder / "ipython")},
    )

    class Manager(AsyncKernelManager):
        kernel_spec = spec

        def __init__(self, **options) -> None:
            super().__init__(**options)
            started.append(self)

        @default("transport")
        def _transport(self) -> str:
            return "tcp" if os.name == "nt" else "ipc"  # ipykernel warns of unencrypted TCP

        @default("connection_file")
        def _connection_file(self) -> str:
            return str(folder / f"{uuid4().hex[:12]}.json")

    return Manager


__all__ = ["can_fork", "environment", "quick_imports", "ready"]

"""Kernels forked from a preloaded process: they start, stay apart, and end with the report, however it ends."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from workbench.report import kernels

forked = pytest.mark.skipif(not kernels.can_fork(), reason="kernels are forked on Linux only")
LIGHT = ("ipykernel.kernelapp", "nbformat", "pandas", "plotly.graph_objects")


def run(manager, *sources: str) -> list[str]:
    """The text that each cell answers."""
    with kernels.quick_imports():
        from nbclient import NotebookClient
        from nbformat.v4 import new_code_cell, new_notebook
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    client = NotebookClient(notebook, kernel_name="python3", kernel_manager_class=manager, shutdown_kernel="immediate")
    client.execute()
    return [
        "".join(out.get("text", "") or out.get("data", {}).get("text/plain", "") for out in cell.outputs)
        for cell in notebook.cells
    ]


def gone(process: int) -> bool:
    """Whether a process ends within some seconds; a zombie has ended."""
    for _ in range(100):
        try:
            if psutil.Process(process).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.1)
    return False


@pytest.fixture(scope="module")
def manager():
    with kernels.ready() as made:
        yield made


@forked
def test_forked_kernels_share_a_parent_but_no_memory(manager):
    first = run(manager, "import os; x = 1; os.getppid()", "'pandas' in __import__('sys').modules")
    second = run(manager, "import os; os.getppid()", "'x' in dir()")
    assert first == [second[0], "True"]
    assert second[1] == "False"


@forked
def test_the_server_has_one_thread_when_it_forks(manager):
    count = "import os; len(os.listdir(f'/proc/{os.getppid()}/task'))"
    assert run(manager, count) == ["1"]


@forked
def test_a_kernel_that_dies_is_noticed(manager):
    with pytest.raises(Exception, match=r"(?i)died"):
        run(manager, "import os; os._exit(3)")


@forked
def test_kernels_end_when_the_report_is_killed(tmp_path):
    script = tmp_path / "hold.py"
    script.write_text(
        "import sys, time\n"
        f"sys.path[:0] = [{str(Path(__file__).parent)!r}]\n"
        "from test_kernels import LIGHT, kernels, run\n"
        "with kernels.ready(preload=LIGHT) as manager:\n"
        "    cell = 'import os, pathlib, time; pathlib.Path(' + repr(sys.argv[1]) + ').write_text('\n"
        "    cell += 'str(os.getpid()) + \" \" + str(os.getppid())); time.sleep(600)'\n"
        "    run(manager, cell)\n"
    )
    note = tmp_path / "pids"
    temporary = Path(tempfile.mkdtemp(prefix="wb"))  # tmp_path is too long for a socket
    environment = {**os.environ, **kernels.environment(), "TMPDIR": str(temporary)}
    holder = subprocess.Popen([sys.executable, str(script), str(note)], env=environment)
    try:
        for _ in range(600):
            if note.is_file() and len(note.read_text().split()) == 2:
                break
            time.sleep(0.1)
        kernel, server = map(int, note.read_text().split())
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    assert gone(kernel) and gone(server)
    assert not list(temporary.iterdir())
    temporary.rmdir()


def test_a_plain_kernel_serves_where_nothing_can_be_forked():
    with kernels.ready(fork=False) as manager:
        assert run(manager, "1 + 1", "import workbench; workbench.__version__")[0] == "2"


def test_quick_imports_leave_no_trace():
    before = "rfc3987_syntax" in sys.modules
    with kernels.quick_imports():
        pass
    assert ("rfc3987_syntax" in sys.modules) == before

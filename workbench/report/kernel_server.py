"""Imports the heavy packages once and forks a ready kernel for each notebook (Linux).

Started by `kernels.py` as `python -m workbench.report.kernel_server FD MODULES…`, where FD is a socket that already
listens: launchers may call while the imports still run. It lives as long as its standard input stays open, so
nothing outlives the report that started it, however that ended. It starts no thread, because a forked child would
inherit the locks of threads that it does not have.
"""

import json
import os
import selectors
import shutil
import signal
import socket
import sys
import traceback
from contextlib import suppress
from importlib import import_module


def main(listening: str, *modules: str) -> None:
    # The schema grammars that this package builds take a second and are needed by no notebook.
    sys.modules["rfc3987_syntax"] = None
    for name in modules:
        import_module(name)
    _warm_up()
    _serve(socket.socket(fileno=int(listening)))


def _warm_up() -> None:
    """Pay here, once, for what the first figure, the first table and the first text would pay in each notebook."""
    import pandas as pd
    import plotly.graph_objects as go

    from workbench.words import LANGUAGES, catalogue, number

    frame = pd.DataFrame({"x": [1, 2], "y": [1.5, 2.5]})
    frame.to_html()
    kinds = (go.Bar, go.Scatter, go.Heatmap)
    drawn = go.Figure([kind(x=frame["x"], y=frame["y"]) for kind in kinds], layout={"title": {"text": ""}})
    drawn._repr_mimebundle_()
    catalogue()
    for language in LANGUAGES:
        number(1.5, language)


def _serve(listener: socket.socket) -> None:
    wake, ended = os.pipe()
    os.set_blocking(ended, False)
    signal.set_wakeup_fd(ended)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    callers: dict[int, socket.socket] = {}  # kernel → the launcher that waits for it
    calls = selectors.DefaultSelector()
    for file, what in ((listener, "call"), (sys.stdin, "parent"), (wake, "child")):
        calls.register(file, selectors.EVENT_READ, what)
    while True:
        for key, _ in calls.select():
            if key.data == "parent":  # nobody writes there: the process of the report was killed
                for kernel in callers:
                    os.kill(kernel, signal.SIGKILL)
                shutil.rmtree(os.path.dirname(listener.getsockname()), ignore_errors=True)
                return
            if key.data == "child":
                os.read(wake, 4096)
                for kernel, code in _ended():
                    with callers.pop(kernel) as caller, suppress(OSError, KeyError):
                        calls.unregister(caller)
                        caller.sendall(b"%d\n" % code)
            elif key.data == "call":
                caller, _ = listener.accept()
                if kernel := _fork(caller, [calls, listener, *callers.values()], (wake, ended)):
                    callers[kernel] = caller
                    calls.register(caller, selectors.EVENT_READ, kernel)
            elif key.data in callers:  # a launcher says nothing more: it was killed, and its kernel goes with it
                calls.unregister(callers[key.data])
                os.kill(key.data, signal.SIGKILL)


def _ended():
    """The kernels that ended since the last look, with their exit codes."""
    with suppress(ChildProcessError):
        while (child := os.waitpid(-1, os.WNOHANG))[0]:
            yield child[0], os.waitstatus_to_exitcode(child[1])


def _fork(caller: socket.socket, open_files: list, pipe: tuple[int, int]) -> int:
    """Fork a kernel for a launcher; in the server, its process id (0 when the launcher is gone)."""
    try:
        size, streams, _, _ = socket.recv_fds(caller, 8, 3)
        with caller.makefile("rb") as file:
            order = json.loads(file.read(int(size)))
        kernel = os.fork()
        if kernel == 0:
            for file in (*open_files, caller):
                file.close()
            for number in pipe:
                os.close(number)
            _become_kernel(order, streams)
        for stream in streams:
            os.close(stream)
        caller.sendall(b"%d\n" % kernel)
        return kernel
    except (OSError, ValueError):
        caller.close()
        return 0


def _become_kernel(order: dict, streams: list[int]) -> None:
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        os.environ.clear()
        os.environ.update(order["environment"])
        os.chdir(order["folder"])
        from ipykernel.kernelapp import launch_new_instance

        # The kernel watches for the end of its parent, which is this server.
        launch_new_instance([*order["arguments"], f"--IPKernelApp.parent_handle={os.getppid()}"])
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main(*sys.argv[1:])

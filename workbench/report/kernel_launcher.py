"""Stands in for one kernel: asks the kernel server for a forked one, passes signals on, ends when it ends.

Run as `python -I -S kernel_launcher.py SOCKET ARGUMENTS…`: it imports nothing but the standard library, to start in
milliseconds.
"""

import json
import os
import signal
import socket
import sys


def main(address: str, *arguments: str) -> int:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.connect(address)
        order = json.dumps({"arguments": arguments, "folder": os.getcwd(), "environment": dict(os.environ)})
        socket.send_fds(server, [b"%08d" % len(order.encode())], [0, 1, 2])
        server.sendall(order.encode())
        answers = server.makefile()
        kernel = int(answers.readline() or 0)
        if not kernel:
            return 1
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda number, frame: os.kill(kernel, number))
        return int(answers.readline() or 1)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""What the Python suites share: a list of checks, run a few at a time, each reported as one line of JSON.

A check is a function that takes the context and raises on what it did not expect. Names of topics and groups are made
unique, so that a suite can run again and again against the same broker.
"""

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
import uuid
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]
CHECK_LIMIT_S = 60


class Context:
    def __init__(self, bootstrap, session_timeout_ms):
        self.bootstrap = bootstrap
        self.session_timeout_ms = session_timeout_ms
        self.heartbeat_interval_ms = max(100, session_timeout_ms // 5)

    @staticmethod
    def name(prefix):
        return f"{prefix}-{uuid.uuid4().hex[:8]}"


class Checks:
    def __init__(self):
        self._checks = []

    def check(self, title):
        def register(function):
            self._checks.append((title, function))
            return function

        return register

    def run(self):
        bootstrap, session_timeout_ms = sys.argv[1], int(sys.argv[2])
        wanted = sys.argv[3] if len(sys.argv) > 3 else ""
        context = Context(bootstrap, session_timeout_ms)
        checks = [(title, function) for title, function in self._checks if wanted in title]
        write_lock = threading.Lock()

        def write(line):
            with write_lock:
                print(json.dumps(line), flush=True)

        def run_one(title, function):
            started = time.monotonic()
            line = {"check": title, "ok": True, "ms": 0}
            try:
                function(context)
            except BaseException:  # a check that calls sys.exit has failed too
                line["ok"] = False
                line["detail"] = traceback.format_exc()
            line["ms"] = round((time.monotonic() - started) * 1000)
            write(line)

        pool = ThreadPoolExecutor(max_workers=int(os.environ.get("CHECKS_AT_ONCE", "4")))
        futures = [(title, pool.submit(run_one, title, function)) for title, function in checks]
        for title, future in futures:
            try:
                future.result(timeout=CHECK_LIMIT_S)
            except TimeoutError:
                write({"check": title, "ok": False, "ms": CHECK_LIMIT_S * 1000, "detail": stacks()})
        write({"done": len(checks)})
        os._exit(0)  # a hung check's thread must not keep the process


def stacks():
    """Where every thread stands: the only evidence that a check which hangs can give."""
    frames = sys._current_frames()
    return "hung; threads:\n" + "\n".join("".join(traceback.format_stack(frame)[-6:]) for frame in frames.values())


def equal(actual, expected, what):
    assert actual == expected, f"{what}: expected {expected!r}, saw {actual!r}"


def until(condition, what, limit_s=30):
    """Calls `condition` (which itself waits, in a poll of the client) until it returns something true."""
    deadline = time.monotonic() + limit_s
    last = None
    while time.monotonic() < deadline:
        last = condition()
        if last:
            return last
    raise AssertionError(f"{what}: not within {limit_s} s, last saw {last!r}")


def have_broker_killed(url):
    """Asks for a broker that is killed and started again, and returns when the one that is at `url` now has ended."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port)) as watch:
        watch.settimeout(30)
        print('{"please":"kill"}', flush=True)
        try:
            while watch.recv(1024):
                pass
        except ConnectionResetError:
            pass


PR_SET_PDEATHSIG = 1


def die_with_parent():
    """A suite that is killed at its time limit leaves no worker behind (Linux; elsewhere the worker outlives it)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Worker:
    """A client program that a check can kill in the middle; it talks by lines."""

    def __init__(self, script, *args):
        path = os.path.join(os.path.dirname(os.path.abspath(__file__)), script)
        self.process = subprocess.Popen(
            [sys.executable, path, *map(str, args)],
            stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            preexec_fn=die_with_parent,
        )

    def wait_for(self, word):
        seen = []
        for line in self.process.stdout:
            seen.append(line.rstrip())
            if line.strip() == word:
                return
        raise AssertionError(f"the worker ended without {word!r}: {seen[-20:]}")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def finish(self):
        rest = self.process.stdout.read()
        code = self.process.wait()
        assert code == 0, f"the worker ended with {code}: {rest[-2000:]}"

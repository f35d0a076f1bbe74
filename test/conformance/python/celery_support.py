"""What the Celery suites share: workers, which are processes of their own, and waiting for a result."""

import os
import subprocess
import sys
import tempfile
import time

from checks import die_with_parent, until

RESULT_LIMIT_S = 40


class CeleryWorker:
    def __init__(self, name, queues, env=None, pool="threads", concurrency=2):
        self.log = tempfile.NamedTemporaryFile("w+", suffix=".log", delete=False)
        command = [sys.executable, "-m", "celery", "-A", "celery_app", "worker", "-n", f"{name}@local", "-P", pool]
        command += ["-c", str(concurrency), "-l", "INFO", "-Q", queues]
        self.process = subprocess.Popen(
            command,
            cwd=os.path.dirname(os.path.abspath(__file__)),
            env={**os.environ, **(env or {})},
            stdout=self.log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            preexec_fn=die_with_parent,
        )

    def wait_until_ready(self):
        def is_ready():
            time.sleep(0.1)
            assert self.process.poll() is None, self.output()
            return " ready." in self.output()

        until(is_ready, "a worker that is ready", RESULT_LIMIT_S)
        return self

    def output(self):
        with open(self.log.name, encoding="utf8") as log:
            return log.read()

    def kill(self):
        self.process.kill()
        self.process.wait()


def result(pending):
    return pending.get(timeout=RESULT_LIMIT_S, interval=0.05)

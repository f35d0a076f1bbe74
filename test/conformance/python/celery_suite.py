"""Celery, unmodified, with results over rpc://: `celery_suite.py URL 0 [ONLY]`. Workers are processes of their own."""

import os
import subprocess
import sys
import tempfile
import time

import checks as shared
from checks import Checks, equal, have_broker_killed, until

URL = sys.argv[1]
os.environ["CELERY_BROKER"] = URL
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from celery import chain, group  # noqa: E402
from celery.exceptions import TaskRevokedError  # noqa: E402
from celery_app import add, app, fail, flaky, moment, slow  # noqa: E402
from celery_support import RESULT_LIMIT_S, CeleryWorker, result  # noqa: E402

suite = Checks()

worker = CeleryWorker("shared", "plain,topic").wait_until_ready()


@suite.check("celery: results, errors, and many at once")
def results(context):
    equal(result(add.delay(2, 3)), 5, "sum")
    pending = [add.delay(i, i) for i in range(50)]
    equal([result(each) for each in pending], [2 * i for i in range(50)], "sums")
    try:
        result(fail.delay("on purpose"))
    except ValueError as error:
        equal(str(error), "on purpose", "error")
    else:
        raise AssertionError("the failure did not come back")


@suite.check("celery: retries and ETA")
def later(context):
    equal(result(flaky.apply_async([3])), 3, "retries")
    begun = time.time()
    ran_at = result(moment.apply_async(countdown=1.5))
    assert ran_at >= begun + 1.4, f"it ran {ran_at - begun} s after it was sent"


@suite.check("celery: chains, groups and other queues")
def compositions(context):
    equal(result(chain(add.s(1, 2), add.s(3), add.s(4))()), 10, "chain")
    equal(sorted(group(add.s(i, 1) for i in range(10))().get(timeout=RESULT_LIMIT_S)), list(range(1, 11)), "group")
    equal(result(add.apply_async([5, 6], exchange="tasks", routing_key="task.any.thing")), 11, "by topic")


@suite.check("celery: a worker answers its remote control and sends events")
def control(context):
    answers = until(lambda: app.control.ping(timeout=2), "a ping")
    assert any("shared@local" in answer for answer in answers), answers
    queues = app.control.inspect(timeout=5).active_queues()["shared@local"]
    equal(sorted(queue["name"] for queue in queues), ["plain", "topic"], "queues")
    seen = []
    with app.connection_for_read() as connection:
        receiver = app.events.Receiver(connection, handlers={"task-succeeded": lambda event: seen.append(event["uuid"])})
        # The receiver's queue is for one connection alone, its own: events are read there and nowhere else.
        with receiver.consumer_context(wakeup=False) as (events, _channel, _consumers):
            pending = add.delay(1, 1)
            result(pending)

            def is_told():
                try:
                    events.drain_events(timeout=1)
                except TimeoutError:
                    pass
                return pending.id in seen

            until(is_told, "the event of the task", 20)
    assert pending.id in seen, seen


@suite.check("celery: revoking, and taking on another queue, by remote control")
def remote(context):
    pending = moment.apply_async(countdown=3)
    app.control.revoke(pending.id)
    inspect = app.control.inspect(timeout=5)
    until(lambda: pending.id in inspect.revoked()["shared@local"], "the worker to know of it")
    try:
        result(pending)
    except TaskRevokedError:
        pass
    else:
        raise AssertionError("the revoked task was run")
    app.control.add_consumer("added", reply=True, timeout=5, destination=["shared@local"])
    equal(result(add.apply_async([3, 4], queue="added")), 7, "by the added queue")
    app.control.cancel_consumer("added", reply=True, timeout=5, destination=["shared@local"])
    equal([queue["name"] for queue in inspect.active_queues()["shared@local"]].count("added"), 0, "queues after that")


@suite.check("celery: a worker takes no more than its prefetch, and tasks with an ETA besides")
def prefetch(context):
    def ready():
        with app.connection_for_read() as connection:
            return connection.default_channel.queue_declare("plain", passive=True).message_count

    path = tempfile.mktemp()
    begun = time.time()
    eta = [moment.apply_async(countdown=2) for _ in range(12)]
    assert all(begun + 1.9 <= result(each) for each in eta), "before its time"
    until(lambda: ready() == 0, "an empty queue")
    busy = [slow.apply_async([path, 2]) for _ in range(7)]
    until(lambda: time.sleep(0.05) or os.path.exists(path), "the first of seven to begin")
    # Other checks use the queue too, so that there may be more.
    assert ready() >= 3, "more than four were taken at a time"
    for each in busy:
        result(each)


@suite.check("celery: the task of a killed worker is done by the next one")
def lost_worker(context):
    path = tempfile.mktemp()
    first = CeleryWorker("first", "late").wait_until_ready()
    pending = slow.apply_async([path, 3], queue="late", priority=3)
    until(lambda: time.sleep(0.05) or os.path.exists(path), "the task to begin")
    first.kill()
    second = CeleryWorker("second", "late").wait_until_ready()
    equal(result(pending), second.process.pid, "who did it")
    with open(path, encoding="utf8") as notes:
        equal(notes.read().splitlines(), [f"{first.process.pid} False", f"{second.process.pid} True"], "attempts")
    second.kill()


@suite.check("celery: a quorum queue, and delays that the broker keeps")
def quorum(context):
    script = """
import time
from celery_app import add, flaky, moment
print(add.delay(1, 2).get(timeout=40))
begun = time.time()
print(moment.apply_async(countdown=2).get(timeout=40) >= begun + 1.9)
"""
    env = {"CELERY_QUORUM": "true"}
    quorum_worker = CeleryWorker("quorum", "quorum", env=env).wait_until_ready()
    client = subprocess.run(
        [sys.executable, "-c", script],
        cwd=os.path.dirname(os.path.abspath(__file__)),
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert client.returncode == 0, client.stderr[-2000:] + quorum_worker.output()[-2000:]
    equal(client.stdout.split(), ["3", "True"], "results")
    quorum_worker.kill()


def survives_the_broker(context):
    pending = [add.delay(i, 1) for i in range(10)]
    equal([result(each) for each in pending], list(range(1, 11)), "before")
    worker.kill()
    waiting = [moment.apply_async(queue="plain") for _ in range(20)]
    have_broker_killed(URL)
    path = tempfile.mktemp()

    def works():
        time.sleep(0.2)
        try:
            return slow.apply_async([path, 0]) is not None
        except OSError:
            return False

    until(works, "a broker that is back")
    again = CeleryWorker("again", "plain").wait_until_ready()
    until(lambda: time.sleep(0.1) or os.path.exists(path), "the task sent after the kill")
    succeeded = until(lambda: time.sleep(0.1) or again.output().count("succeeded") >= 21 and True, "all that waited")
    assert succeeded and len(waiting) == 20
    again.kill()


if len(sys.argv) > 3 and sys.argv[3] == "recovery":
    suite = Checks()
    suite.check("celery recovery: tasks that waited are done after the broker was killed")(survives_the_broker)
shared.CHECK_LIMIT_S = 100
suite.run()

"""Celery over SQS, unmodified, with results in files: `celery_sqs_suite.py URL 0 [ONLY]`. A worker asks with pycurl, a client with boto3."""

import os
import sys
import tempfile
import time
import uuid

from checks import Checks, equal, have_broker_killed, until

URL = sys.argv[1]
PREFIX = f"celery-{uuid.uuid4().hex[:8]}-"
os.environ["CELERY_BROKER"] = URL.replace("http://", "sqs://test:test@")
os.environ["CELERY_BACKEND"] = f"file://{tempfile.mkdtemp()}"
os.environ["CELERY_PREFIX"] = PREFIX
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from celery import chain, chord, group  # noqa: E402
from celery_app import add, app, fail, flaky, moment, note, slow  # noqa: E402
from celery_support import RESULT_LIMIT_S, CeleryWorker, result  # noqa: E402
from kombu.exceptions import OperationalError  # noqa: E402
from sqs_support import attributes_of, sqs  # noqa: E402

suite = Checks()
VISIBILITY_S = 3


def url_of(queue):
    return sqs.get_queue_url(QueueName=PREFIX + queue)["QueueUrl"]


def in_flight(queue):
    return int(attributes_of(url_of(queue))["ApproximateNumberOfMessagesNotVisible"])


def waiting(queue):
    return int(attributes_of(url_of(queue))["ApproximateNumberOfMessages"])


def lines(path):
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf8") as notes:
        return notes.read().splitlines()


def until_seen(path, count, what):
    return until(lambda: time.sleep(0.05) or len(lines(path)) >= count, what, RESULT_LIMIT_S) and lines(path)


is_recovery = len(sys.argv) > 3 and sys.argv[3] == "recovery"
if not is_recovery:
    CeleryWorker("shared", "plain", pool="prefork").wait_until_ready()


@suite.check("celery sqs: results, errors, and many at once")
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


@suite.check("celery sqs: retries, ETA, and delays that the broker keeps")
def later(context):
    equal(result(flaky.apply_async([3])), 3, "retries")
    begun = time.time()
    by_eta, by_delay = moment.apply_async(countdown=1.5), moment.apply_async(DelaySeconds=2)
    ran_at = result(by_eta)
    assert ran_at >= begun + 1.4, f"it ran {ran_at - begun} s after it was sent"
    ran_at = result(by_delay)
    assert begun + 1.9 <= ran_at <= begun + 10, f"it ran {ran_at - begun} s after it was sent"


@suite.check("celery sqs: chains, groups and chords")
def compositions(context):
    equal(result(chain(add.s(1, 2), add.s(3), add.s(4))()), 10, "chain")
    equal(sorted(group(add.s(i, 1) for i in range(10))().get(timeout=RESULT_LIMIT_S)), list(range(1, 11)), "group")
    path = tempfile.mktemp()
    chord((add.si(i, 1) for i in range(3)), note.si(path, "after all"), interval=0.2)()
    equal(until_seen(path, 1, "the end of the chord"), ["after all"], "chord")


@suite.check("celery sqs: the task of a killed worker comes back after its visibility timeout")
def lost_worker(context):
    path = tempfile.mktemp()
    env = {"CELERY_VISIBILITY_S": str(VISIBILITY_S)}
    first = CeleryWorker("first", "late", env=env).wait_until_ready()
    until(lambda: time.sleep(0.05) or attributes_of(url_of("late")), "the queue of the worker")
    equal(attributes_of(url_of("late"))["VisibilityTimeout"], str(VISIBILITY_S), "visibility timeout")
    sent_at = time.monotonic()
    pending = slow.apply_async([path, 2], queue="late")
    until_seen(path, 1, "the task to begin")
    first.kill()
    equal((waiting("late"), in_flight("late")), (0, 1), "waiting and in flight")
    second = CeleryWorker("second", "late", env=env).wait_until_ready()
    equal(result(pending), second.process.pid, "who did it")
    assert time.monotonic() - sent_at >= VISIBILITY_S, "it came back too early"
    equal([line.split()[0] for line in lines(path)], [str(first.process.pid), str(second.process.pid)], "attempts")
    until(lambda: time.sleep(0.05) or in_flight("late") == 0, "the task to be deleted")
    second.kill()


@suite.check("celery sqs: a FIFO queue keeps the order of a group and drops duplicates")
def fifo(context):
    path = tempfile.mktemp()
    name = "line.fifo"
    for i in range(8):
        for _ in range(2):
            note.apply_async([path, str(i)], queue=name, MessageGroupId="g", MessageDeduplicationId=str(i))
    ordered = CeleryWorker("ordered", name, concurrency=1).wait_until_ready()
    equal(until_seen(path, 8, "eight tasks"), [str(i) for i in range(8)], "order")
    until(lambda: time.sleep(0.05) or (waiting(name), in_flight(name)) == (0, 0), "an empty queue")
    equal(len(lines(path)), 8, "tasks")
    ordered.kill()


@suite.check("celery sqs: a purge drops what waits")
def purge(context):
    for _ in range(5):
        moment.apply_async(queue="spare")
    equal(waiting("spare"), 5, "before")
    with app.connection_for_write() as connection:
        connection.default_channel.queue_purge("spare")
    equal(waiting("spare"), 0, "left")


def survives_the_broker(context):
    """Kombu's polling ends its worker when the broker can't be reached, so that each is one of before or of after."""
    path = tempfile.mktemp()
    env = {"CELERY_VISIBILITY_S": str(VISIBILITY_S)}
    before = CeleryWorker("before", "kept", env=env).wait_until_ready()
    equal(result(add.apply_async([1, 1], queue="kept")), 2, "before")
    interrupted = slow.apply_async([path, 2], queue="kept")
    until_seen(path, 1, "the task to begin")
    kept = [add.apply_async([i, 2], queue="kept", countdown=5) for i in range(3)]
    kept += [add.apply_async([i, 2], queue="kept") for i in range(3, 10)]
    before.kill()
    have_broker_killed(URL)

    def sent():
        time.sleep(0.2)
        try:
            return add.apply_async([20, 1], queue="kept")
        except OperationalError:
            return None

    pending = until(sent, "a broker that is back")
    after = CeleryWorker("after", "kept", env=env).wait_until_ready()
    equal(result(pending), 21, "what was sent after")
    equal([result(each) for each in kept], list(range(2, 12)), "what waited")
    equal(result(interrupted), after.process.pid, "what was in flight")
    until(lambda: time.sleep(0.05) or (waiting("kept"), in_flight("kept")) == (0, 0), "an empty queue")
    after.kill()


if is_recovery:
    suite = Checks()
    suite.check("celery sqs recovery: what waited and what was in flight is done after the broker was killed")(survives_the_broker)
suite.run()

"""Tasks as users write them. Which broker, and how queues are declared, comes from the environment."""

import os
import time

from celery import Celery
from kombu import Exchange, Queue

app = Celery("suite", broker=os.environ["CELERY_BROKER"], backend=os.environ.get("CELERY_BACKEND", "rpc://"))
app.conf.update(
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={"confirm_publish": True},
    task_queues=[
        Queue("plain", Exchange("plain", "direct"), "plain"),
        Queue("topic", Exchange("tasks", "topic"), "task.#"),
        Queue("late", Exchange("late", "direct"), "late", queue_arguments={"x-max-priority": 5}),
    ],
    task_default_queue="plain",
    task_default_exchange="plain",
    task_default_routing_key="plain",
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=2,
    worker_send_task_events=True,
    result_expires=60,
)
if os.environ.get("CELERY_QUORUM") == "true":
    app.conf.update(
        task_queues=None,
        task_default_queue="quorum",
        task_default_exchange="quorum",
        task_default_exchange_type="topic",
        task_default_routing_key="quorum",
        task_default_queue_type="quorum",
        broker_native_delayed_delivery_queue_type="classic",
        worker_detect_quorum_queues=True,
    )
if os.environ["CELERY_BROKER"].startswith("sqs:"):
    app.conf.update(
        task_queues=None,
        task_create_missing_queues=True,
        broker_transport_options={
            "region": "us-east-1",
            "is_secure": False,
            "queue_name_prefix": os.environ["CELERY_PREFIX"],
            "visibility_timeout": int(os.environ.get("CELERY_VISIBILITY_S", "30")),
            "wait_time_seconds": 2,
            "polling_interval": 0,
        },
        worker_enable_remote_control=False,
        worker_send_task_events=False,
    )


@app.task
def add(a, b):
    return a + b


@app.task(bind=True, max_retries=5)
def flaky(self, failures):
    if self.request.retries < failures:
        raise self.retry(countdown=0.2)
    return self.request.retries


@app.task
def fail(text):
    raise ValueError(text)


@app.task
def moment():
    return time.time()


@app.task
def note(path, line):
    with open(path, "a", encoding="utf8") as notes:
        notes.write(f"{line}\n")


@app.task(bind=True)
def slow(self, path, seconds):
    """Notes that it began; who finds two notes knows that it was begun twice."""
    with open(path, "a", encoding="utf8") as notes:
        notes.write(f"{os.getpid()} {self.request.delivery_info.get('redelivered')}\n")
    time.sleep(seconds)
    return os.getpid()

"""What the boto3 suites share: a client for the broker, queues that go when their check ends, and refusals by their code."""

import contextlib
import os
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from checks import Context

URL = os.environ["AWS_ENDPOINT_URL_SQS"]


def client(**options):
    config = Config(retries={"max_attempts": 1}, read_timeout=40, max_pool_connections=20)
    return boto3.client("sqs", endpoint_url=URL, config=config, **options)


sqs = client()


@contextlib.contextmanager
def queue(name="q", attributes=None, fifo=False, **more):
    attributes = dict(attributes or {}, **({"FifoQueue": "true"} if fifo else {}))
    name = Context.name(name) + (".fifo" if fifo else "")
    url = sqs.create_queue(QueueName=name, Attributes=attributes, **more)["QueueUrl"]
    try:
        yield url
    finally:
        with contextlib.suppress(ClientError):
            sqs.delete_queue(QueueUrl=url)


def arn_of(url):
    return attributes_of(url, "QueueArn")["QueueArn"]


def attributes_of(url, *names):
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names or ["All"])).get("Attributes", {})


def send(url, body="hello", **more):
    return sqs.send_message(QueueUrl=url, MessageBody=body, **more)


def receive(url, limit=10, wait=0, **more):
    return sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=limit, WaitTimeSeconds=wait, **more).get("Messages", [])


def drain(url, count, limit_s=20, delete=True):
    """The bodies of `count` messages, in the order in which they came."""
    bodies = []
    deadline = time.monotonic() + limit_s
    while len(bodies) < count and time.monotonic() < deadline:
        for message in receive(url, wait=1):
            bodies.append(message["Body"])
            if delete:
                delete_message(url, message)
    assert len(bodies) == count, f"expected {count} messages, saw {len(bodies)}: {bodies[:20]}"
    return bodies


def delete_message(url, message):
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def refused(code, call, *args, **more):
    """Calls what must be refused, and gives the error."""
    try:
        answer = call(*args, **more)
    except ClientError as error:
        seen = error.response["Error"]["Code"]
        assert seen.split(".")[-1] in code.split("|"), f"expected {code}, saw {seen}: {error}"
        return error
    raise AssertionError(f"{code} was expected, but it was done: {answer}")

"""boto3, unmodified, whichever protocol it speaks: `boto3_suite.py URL 0 [ONLY]`."""

import hashlib
import sys
import threading
import time

import boto3
from checks import Checks, Context, equal, have_broker_killed, until
from sqs_support import (URL, arn_of, attributes_of, client, delete_message, drain, queue, receive, refused, send, sqs)

suite = Checks()
TEXT = {"DataType": "String", "StringValue": "x"}


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


@suite.check("queues: created, found, listed in pages, deleted")
def queues(context):
    prefix = context.name("list")
    names = [f"{prefix}-{i}" for i in range(5)]
    urls = [sqs.create_queue(QueueName=name)["QueueUrl"] for name in names]
    equal(sqs.get_queue_url(QueueName=names[0])["QueueUrl"], urls[0], "url")
    assert urls[0].startswith(URL) and urls[0].endswith(names[0]), urls[0]
    equal(sqs.create_queue(QueueName=names[0])["QueueUrl"], urls[0], "the same one again")
    equal(sorted(sqs.list_queues(QueueNamePrefix=prefix)["QueueUrls"]), urls, "listed")
    pages = [page.get("QueueUrls", []) for page in sqs.get_paginator("list_queues").paginate(
        QueueNamePrefix=prefix, PaginationConfig={"PageSize": 2})]
    equal([len(page) for page in pages], [2, 2, 1], "pages")
    equal(sorted(sum(pages, [])), urls, "listed in pages")
    for url in urls:
        sqs.delete_queue(QueueUrl=url)
    equal(sqs.list_queues(QueueNamePrefix=prefix).get("QueueUrls", []), [], "left")
    refused("NonExistentQueue", sqs.get_queue_url, QueueName=names[0])
    refused("NonExistentQueue", send, urls[0])


@suite.check("queues: attributes, their defaults and their ranges")
def attributes(context):
    with queue(attributes={"VisibilityTimeout": "7", "DelaySeconds": "0"}) as url:
        seen = attributes_of(url)
        expected = {"VisibilityTimeout": "7", "MaximumMessageSize": "1048576", "MessageRetentionPeriod": "345600",
                    "DelaySeconds": "0", "ReceiveMessageWaitTimeSeconds": "0", "ApproximateNumberOfMessages": "0",
                    "ApproximateNumberOfMessagesNotVisible": "0", "ApproximateNumberOfMessagesDelayed": "0"}
        equal({name: seen.get(name) for name in expected}, expected, "attributes")
        assert abs(int(seen["CreatedTimestamp"]) - time.time()) < 60, seen["CreatedTimestamp"]
        assert seen["QueueArn"].startswith("arn:aws:sqs:us-east-1:"), seen["QueueArn"]
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "9", "MessageRetentionPeriod": "60"})
        equal(attributes_of(url, "VisibilityTimeout", "MessageRetentionPeriod"),
              {"VisibilityTimeout": "9", "MessageRetentionPeriod": "60"}, "changed")
        for wrong in ({"VisibilityTimeout": "43201"}, {"DelaySeconds": "901"}, {"MaximumMessageSize": "1023"},
                      {"MessageRetentionPeriod": "59"}, {"ReceiveMessageWaitTimeSeconds": "x"}):
            refused("InvalidAttributeValue", sqs.set_queue_attributes, QueueUrl=url, Attributes=wrong)
        refused("InvalidAttributeName", sqs.set_queue_attributes, QueueUrl=url, Attributes={"Nonsense": "1"})
        name = url.rsplit("/", 1)[1]
        refused("QueueAlreadyExists", sqs.create_queue, QueueName=name, Attributes={"VisibilityTimeout": "10"})
        sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "9"})


@suite.check("queues: names that are none")
def names(context):
    for name in ("", "a b", "x" * 81, "a/b", "ü"):
        refused("InvalidParameterValue|MissingParameter", sqs.create_queue, QueueName=name)


@suite.check("queues: tags")
def tags(context):
    with queue(tags={"a": "1", "b": "2"}) as url:
        sqs.tag_queue(QueueUrl=url, Tags={"b": "3", "c": ""})
        equal(sqs.list_queue_tags(QueueUrl=url)["Tags"], {"a": "1", "b": "3", "c": ""}, "tags")
        sqs.untag_queue(QueueUrl=url, TagKeys=["a", "c"])
        equal(sqs.list_queue_tags(QueueUrl=url)["Tags"], {"b": "3"}, "tags")


@suite.check("queues: permissions are a policy")
def permissions(context):
    with queue() as url:
        sqs.add_permission(QueueUrl=url, Label="them", AWSAccountIds=["111122223333"], Actions=["SendMessage"])
        assert "111122223333" in attributes_of(url, "Policy")["Policy"]
        sqs.remove_permission(QueueUrl=url, Label="them")
        assert "111122223333" not in attributes_of(url, "Policy").get("Policy", "")


@suite.check("messages: sent, received, deleted")
def messages(context):
    with queue() as url:
        before_ms = time.time() * 1000
        body = 'text with "quotes", <tags>, & \r\n\t, é, 漢, \U0001f600'
        sent = send(url, body)
        equal(sent["MD5OfMessageBody"], md5(body), "md5")
        [message] = receive(url, AttributeNames=["All"])
        equal((message["Body"], message["MessageId"], message["MD5OfBody"]), (body, sent["MessageId"], md5(body)), "it")
        assert "MessageAttributes" not in message and "MD5OfMessageAttributes" not in message, message
        seen = message["Attributes"]
        equal(seen["ApproximateReceiveCount"], "1", "count")
        assert before_ms - 5000 < int(seen["SentTimestamp"]) <= int(seen["ApproximateFirstReceiveTimestamp"]), seen
        assert seen["SenderId"], seen
        equal(receive(url), [], "while it is in flight")
        equal(attributes_of(url, "ApproximateNumberOfMessagesNotVisible"),
              {"ApproximateNumberOfMessagesNotVisible": "1"}, "in flight")
        delete_message(url, message)
        delete_message(url, message)
        equal(attributes_of(url, "ApproximateNumberOfMessagesNotVisible"),
              {"ApproximateNumberOfMessagesNotVisible": "0"}, "deleted")


@suite.check("messages: attributes of all types, and which are asked for")
def message_attributes(context):
    given = {
        "Text": {"DataType": "String", "StringValue": "é <&> \n"},
        "Number": {"DataType": "Number", "StringValue": "-12.5e3"},
        "Bytes": {"DataType": "Binary", "BinaryValue": bytes(range(256))},
        "Text.own": {"DataType": "String.Own", "StringValue": "1"},
    }
    with queue() as url:
        sent = send(url, MessageAttributes=given)
        assert sent["MD5OfMessageAttributes"], sent
        [message] = receive(url, MessageAttributeNames=["All"], VisibilityTimeout=0)
        equal(message["MessageAttributes"], given, "all")
        equal(message["MD5OfMessageAttributes"], sent["MD5OfMessageAttributes"], "md5")
        for wanted, expected in ([["Number"], ["Number"]], [["Text.*"], ["Text", "Text.own"]], [["Nothing"], []]):
            [message] = receive(url, MessageAttributeNames=wanted, VisibilityTimeout=0)
            equal(sorted(message.get("MessageAttributes", {})), expected, wanted)
        for wrong in ({"DataType": "Other", "StringValue": "1"}, {"DataType": "Number", "StringValue": "x"},
                      {"DataType": "String", "StringValue": ""}):
            refused("InvalidParameterValue|InvalidMessageAttributeValue", send, url, MessageAttributes={"a": wrong})
        refused("InvalidParameterValue", send, url, MessageAttributes={f"a{i}": TEXT for i in range(11)})


@suite.check("messages: a trace header is a system attribute")
def trace(context):
    with queue() as url:
        value = {"DataType": "String", "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793"}
        send(url, MessageSystemAttributes={"AWSTraceHeader": value})
        [message] = receive(url, AttributeNames=["AWSTraceHeader"])
        equal(message["Attributes"], {"AWSTraceHeader": value["StringValue"]}, "attributes")


@suite.check("messages: what may be in a body, and how long it may be")
def bodies(context):
    with queue() as url:
        refused("InvalidMessageContents", send, url, "a\x00b")
        refused("InvalidMessageContents", send, url, "a\ufffe")
        refused("MissingParameter|MissingRequiredParameterException|InvalidParameterValue", send, url, "")
        large = "é" * (512 * 1024)
        send(url, large)
        refused("InvalidParameterValue|InvalidParameterValueException", send, url, large + "x")
        equal(drain(url, 1), [large], "large")


@suite.check("batches: up to ten at once, failures each for themselves")
def batches(context):
    with queue(attributes={"MaximumMessageSize": "1024"}) as url:
        entries = [{"Id": str(i), "MessageBody": f"m{i}"} for i in range(10)]
        answer = sqs.send_message_batch(QueueUrl=url, Entries=entries)
        equal([each["Id"] for each in answer["Successful"]], [str(i) for i in range(10)], "sent")
        equal([each["MD5OfMessageBody"] for each in answer["Successful"]], [md5(f"m{i}") for i in range(10)], "md5")
        mixed = [{"Id": "good", "MessageBody": "m10"}, {"Id": "bad", "MessageBody": "x" * 1025}]
        answer = sqs.send_message_batch(QueueUrl=url, Entries=mixed)
        equal([each["Id"] for each in answer["Successful"]], ["good"], "good")
        equal([(each["Id"], each["SenderFault"]) for each in answer["Failed"]], [("bad", True)], "bad")
        received = until(lambda: collect(url, 11), "eleven messages")
        equal(sorted(message["Body"] for message in received), sorted(f"m{i}" for i in range(11)), "received")
        handles = [{"Id": str(i), "ReceiptHandle": each["ReceiptHandle"]} for i, each in enumerate(received[:9])]
        changed = [dict(entry, VisibilityTimeout=60) for entry in handles]
        answer = sqs.change_message_visibility_batch(QueueUrl=url, Entries=changed)
        equal(len(answer["Successful"]), 9, "changed")
        answer = sqs.delete_message_batch(QueueUrl=url, Entries=[*handles, {"Id": "x", "ReceiptHandle": "rubbish"}])
        equal((len(answer["Successful"]), [each["Id"] for each in answer["Failed"]]), (9, ["x"]), "deleted")


def collect(url, count, seen={}):
    found = seen.setdefault(url, [])
    found.extend(receive(url, wait=1))
    return found if len(found) == count else None


@suite.check("batches: what fails them as a whole")
def bad_batches(context):
    with queue() as url:
        batch = lambda *entries: sqs.send_message_batch(QueueUrl=url, Entries=list(entries))
        entry = lambda name, body="m": {"Id": name, "MessageBody": body}
        refused("EmptyBatchRequest", batch)
        refused("TooManyEntriesInBatchRequest", batch, *[entry(str(i)) for i in range(11)])
        refused("BatchEntryIdsNotDistinct", batch, entry("a"), entry("a"))
        refused("InvalidBatchEntryId", batch, entry("a b"))
        refused("BatchRequestTooLong", batch, *[entry(str(i), "x" * 600_000) for i in range(2)])


@suite.check("delays: of a message, of a queue")
def delays(context):
    with queue(attributes={"DelaySeconds": "2"}) as url:
        begun = time.monotonic()
        send(url, "soon", DelaySeconds=0)
        send(url, "later")
        equal(drain(url, 1), ["soon"], "without a delay")
        equal(attributes_of(url, "ApproximateNumberOfMessagesDelayed")["ApproximateNumberOfMessagesDelayed"], "1", "delayed")
        equal([each["Body"] for each in receive(url, wait=10)], ["later"], "with a delay")
        assert 1.5 < time.monotonic() - begun < 6, time.monotonic() - begun
        refused("InvalidParameterValue", send, url, DelaySeconds=901)


@suite.check("visibility: it ends, it is changed, a new receipt comes with each receive")
def visibility(context):
    with queue(attributes={"VisibilityTimeout": "1"}) as url:
        send(url)
        [first] = receive(url)
        [second] = receive(url, wait=10, AttributeNames=["ApproximateReceiveCount"])
        equal(second["Attributes"]["ApproximateReceiveCount"], "2", "count")
        change = lambda message, seconds: sqs.change_message_visibility(
            QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=seconds)
        change(second, 30)
        equal(receive(url, wait=2), [], "while it is hidden")
        change(second, 0)
        [third] = receive(url)
        refused("InvalidParameterValue", change, third, 43201)
        delete_message(url, third)
        refused("InvalidParameterValue|MessageNotInflight", change, third, 10)
        refused("ReceiptHandleIsInvalid", delete_message, url, {"ReceiptHandle": "rubbish"})


@suite.check("long polls: woken by a message, empty when the time is up")
def long_polls(context):
    with queue(attributes={"ReceiveMessageWaitTimeSeconds": "2"}) as url:
        begun = time.monotonic()
        answer = sqs.receive_message(QueueUrl=url)
        assert "Messages" not in answer or answer["Messages"] == [], answer
        assert 1.9 < time.monotonic() - begun < 5, time.monotonic() - begun
        timer = threading.Timer(1, send, [url, "awaited"])
        timer.start()
        begun = time.monotonic()
        equal([each["Body"] for each in receive(url, wait=20)], ["awaited"], "woken")
        assert time.monotonic() - begun < 5, time.monotonic() - begun
        refused("InvalidParameterValue", receive, url, wait=21)
        refused("InvalidParameterValue|ReadCountOutOfRange", receive, url, limit=11)


@suite.check("dead letters: moved after too many receives, and back by a task")
def dead_letters(context):
    with queue("dead") as dead:
        policy = '{"deadLetterTargetArn":"%s","maxReceiveCount":2}' % arn_of(dead)
        with queue("source", {"VisibilityTimeout": "0", "RedrivePolicy": policy}) as source:
            sent = send(source, "poison", MessageAttributes={"a": TEXT})
            for count in ("1", "2"):
                [message] = receive(source, AttributeNames=["ApproximateReceiveCount"])
                equal(message["Attributes"]["ApproximateReceiveCount"], count, "count")
            equal(receive(source), [], "the third time")
            [message] = receive(dead, wait=5, MessageAttributeNames=["All"], AttributeNames=["All"], VisibilityTimeout=0)
            equal((message["MessageId"], message["Body"]), (sent["MessageId"], "poison"), "message")
            equal(message["MessageAttributes"], {"a": TEXT}, "attributes")
            equal(message["Attributes"].get("DeadLetterQueueSourceArn"), arn_of(source), "source")
            equal(sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"], [source], "sources")
            task = sqs.start_message_move_task(SourceArn=arn_of(dead))["TaskHandle"]
            equal(drain(source, 1), ["poison"], "moved back")
            status = lambda: sqs.list_message_move_tasks(SourceArn=arn_of(dead))["Results"][0]["Status"] == "COMPLETED"
            until(lambda: time.sleep(0.05) or status(), "the end of the task")
            refused("ResourceNotFoundException", sqs.cancel_message_move_task, TaskHandle=task)
            refused("UnsupportedOperation|InvalidParameterValue", sqs.start_message_move_task, SourceArn=arn_of(source))
        refused("NonExistentQueue|InvalidParameterValue|InvalidAttributeValue", sqs.set_queue_attributes, QueueUrl=dead,
                Attributes={"RedrivePolicy": policy.replace(dead.rsplit("/", 1)[1], "not-there")})


@suite.check("FIFO: order within groups, one group at a time")
def fifo(context):
    with queue(attributes={"VisibilityTimeout": "20"}, fifo=True) as url:
        numbers = [int(send(url, f"{group}{i}", MessageGroupId=group, MessageDeduplicationId=f"{group}{i}")["SequenceNumber"])
                   for i in range(3) for group in "ab"]
        equal(numbers, sorted(numbers), "sequence numbers")
        first = receive(url, limit=2, AttributeNames=["All"])
        second = receive(url, limit=10)
        group = first[0]["Attributes"]["MessageGroupId"]
        equal(first[0]["Attributes"]["MessageDeduplicationId"], f"{group}0", "deduplication id")
        assert first[0]["Attributes"]["SequenceNumber"], first
        for message in first:
            assert message["Body"][0] == group or len({each["Body"][0] for each in first}) == 2, first
        assert all(message["Body"][0] not in {each["Body"][0] for each in first} for message in second), (first, second)
        for message in first + second:
            delete_message(url, message)
        seen = {"a": [], "b": []}
        for body in [each["Body"] for each in first + second] + drain(url, 6 - len(first) - len(second)):
            seen[body[0]].append(body[1])
        equal(seen, {"a": ["0", "1", "2"], "b": ["0", "1", "2"]}, "order")


@suite.check("FIFO: duplicates, by id and by content")
def duplicates(context):
    with queue(attributes={"ContentBasedDeduplication": "true"}, fifo=True) as url:
        first = send(url, "same", MessageGroupId="g")
        again = send(url, "same", MessageGroupId="g")
        equal(again["MessageId"], first["MessageId"], "the id of a duplicate")
        send(url, "same", MessageGroupId="g", MessageDeduplicationId="other")
        send(url, "different", MessageGroupId="g", MessageDeduplicationId="other")
        equal(drain(url, 2), ["same", "same"], "received")
        send(url, "same", MessageGroupId="g")
        equal(receive(url, wait=1), [], "a duplicate of what was deleted")
    with queue(fifo=True) as url:
        refused("InvalidParameterValue", send, url, MessageGroupId="g")
        refused("MissingParameter", send, url, MessageDeduplicationId="d")
        refused("InvalidParameterValue", send, url, MessageGroupId="g", MessageDeduplicationId="d", DelaySeconds=1)
        entries = [{"Id": str(i), "MessageBody": "b", "MessageGroupId": "g", "MessageDeduplicationId": str(i)} for i in range(3)]
        answer = sqs.send_message_batch(QueueUrl=url, Entries=entries)
        assert all(each["SequenceNumber"] for each in answer["Successful"]), answer
    refused("InvalidParameterValue|InvalidAttributeName|InvalidAttributeValue", sqs.create_queue, QueueName=context.name("q"), Attributes={"FifoQueue": "true"})


@suite.check("FIFO: the same attempt gets the same messages")
def attempts(context):
    with queue(fifo=True) as url:
        for i in range(3):
            send(url, str(i), MessageGroupId="g", MessageDeduplicationId=str(i))
        first = receive(url, limit=2, ReceiveRequestAttemptId="try")
        again = receive(url, limit=2, ReceiveRequestAttemptId="try")
        equal([each["MessageId"] for each in again], [each["MessageId"] for each in first], "messages")


@suite.check("purge: nothing is left, in flight and delayed messages included")
def purge(context):
    with queue() as url:
        for i in range(5):
            send(url, str(i))
        send(url, "delayed", DelaySeconds=2)
        assert receive(url, limit=2, VisibilityTimeout=2)
        sqs.purge_queue(QueueUrl=url)
        equal(receive(url, wait=4), [], "left")
        refused("PurgeQueueInProgress", sqs.purge_queue, QueueUrl=url)


@suite.check("many: eight threads send and eight receive, each message once")
def many(context):
    with queue() as url:
        received, lock = [], threading.Lock()
        count = 8 * 25

        def produce(thread):
            for i in range(25):
                send(url, f"{thread}-{i}")

        def consume():
            while len(received) < count:
                for message in receive(url, wait=1):
                    delete_message(url, message)
                    with lock:
                        received.append(message["Body"])

        threads = [threading.Thread(target=produce, args=[i]) for i in range(8)]
        threads += [threading.Thread(target=consume) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(40)
        equal(sorted(received), sorted(f"{t}-{i}" for t in range(8) for i in range(25)), "received")


@suite.check("resources: queues and messages as objects")
def resources(context):
    resource = boto3.resource("sqs", endpoint_url=URL)
    with queue() as url:
        box = resource.get_queue_by_name(QueueName=url.rsplit("/", 1)[1])
        box.send_messages(Entries=[{"Id": "a", "MessageBody": "1", "MessageAttributes": {"k": TEXT}}])
        [message] = box.receive_messages(MessageAttributeNames=["All"], WaitTimeSeconds=1)
        equal((message.body, message.message_attributes), ("1", {"k": TEXT}), "message")
        message.change_visibility(VisibilityTimeout=0)
        [message] = box.receive_messages()
        message.delete()
        equal(box.attributes["ApproximateNumberOfMessages"], "0", "left")


@suite.check("addresses: a queue is found whatever account and host its address names")
def addresses(context):
    with queue() as url:
        name = url.rsplit("/", 1)[1]
        send(f"https://sqs.eu-west-1.amazonaws.com/123456789012/{name}", "there")
        equal(drain(url, 1), ["there"], "received")


def survives(context):
    with queue() as url, queue(fifo=True) as fifo_url:
        for i in range(20):
            send(url, f"m{i}", MessageAttributes={"a": TEXT})
        send(fifo_url, "once", MessageGroupId="g", MessageDeduplicationId="d")
        taken = receive(url, limit=5, VisibilityTimeout=600)
        gone = receive(url, limit=5)
        for message in gone:
            delete_message(url, message)
        have_broker_killed(URL)

        def is_back():
            time.sleep(0.1)
            try:
                return client().list_queues() is not None
            except Exception:
                return False

        until(is_back, "a broker that is back")
        send(fifo_url, "once", MessageGroupId="g", MessageDeduplicationId="d")
        equal(drain(fifo_url, 1), ["once"], "of the FIFO queue")
        equal(receive(fifo_url, wait=1), [], "a duplicate of before")
        left = {f"m{i}" for i in range(20)} - {message["Body"] for message in gone}
        # What was in flight may be received again, as a standard queue promises at least once; the old receipts hold on.
        for message in taken:
            delete_message(url, message)
        left -= {message["Body"] for message in taken}
        equal(set(drain(url, len(left))), left, "what was not deleted")
        equal(receive(url, wait=1), [], "what was deleted")


if len(sys.argv) > 3 and sys.argv[3] == "recovery":
    suite = Checks()
    suite.check("recovery: nothing that was acknowledged is lost when the broker is killed")(survives)
suite.run()

"""kafka-python against a broker: `kafka_python_suite.py BOOTSTRAP SESSION_TIMEOUT_MS [ONLY]`."""

import threading
import time

from checks import CODECS, Checks, Worker, equal, until
from kafka import (
    KafkaAdminClient,
    KafkaConsumer,
    KafkaProducer,
    OffsetAndMetadata,
    TopicPartition,
)
from kafka.admin import ConfigResource
from kafka.errors import InvalidTopicError, KafkaError, TopicAlreadyExistsError

# A rebalance that ends just as poll() gives up leaves kafka-python without its assignment for good: it thinks that it has
# joined. So no poll here is shorter than a rebalance on a busy machine.
POLL_MS = 1000

suite = Checks()


def producer_of(ctx, **options):
    return KafkaProducer(bootstrap_servers=[ctx.bootstrap], **options)


def consumer_of(ctx, *topics, **options):
    settings = {
        "auto_offset_reset": "earliest",
        "session_timeout_ms": ctx.session_timeout_ms,
        "heartbeat_interval_ms": ctx.heartbeat_interval_ms,
        "fetch_max_wait_ms": 100,
    }
    return KafkaConsumer(*topics, bootstrap_servers=[ctx.bootstrap], **{**settings, **options})


def admin_of(ctx):
    return KafkaAdminClient(bootstrap_servers=[ctx.bootstrap])


def new_topic(ctx, prefix, partitions=1, configs=None):
    topic = ctx.name(prefix)
    admin = admin_of(ctx)
    admin.create_topics(
        {topic: {"num_partitions": partitions, "replication_factor": 1, "configs": configs or {}}},
        wait_for_metadata=True,
    )
    admin.close()
    return topic


def read(consumer, count, limit_s=20):
    records = []
    deadline = time.monotonic() + limit_s
    while len(records) < count and time.monotonic() < deadline:
        for batch in consumer.poll(timeout_ms=POLL_MS).values():
            records.extend(batch)
    equal(len(records), count, "records read")
    return records


@suite.check("kafka-python: every codec keeps keys, values, nulls, headers and timestamps")
def codecs(ctx):
    topic = new_topic(ctx, "kp-codecs")
    base = 1_700_000_000_000
    sent = []
    for codec in CODECS:
        producer = producer_of(ctx, compression_type=None if codec == "none" else codec, linger_ms=20)
        futures = []
        for i in range(20):
            key = None if i % 5 == 0 else f"{codec}-{i}".encode()
            value = None if i % 7 == 6 else f"value of {codec} {i} ".encode() * 10
            headers = [("codec", codec.encode()), ("empty", b""), ("twice", b"1"), ("twice", b"2")]
            stamp = base + len(sent)
            futures.append(producer.send(topic, value=value, key=key, headers=headers, timestamp_ms=stamp, partition=0))
            sent.append((key, value, headers, stamp))
        producer.flush()
        for future in futures:
            future.get(timeout=10)
        producer.close()
    consumer = consumer_of(ctx, topic)
    records = read(consumer, len(sent))
    consumer.close()
    seen = [(record.key, record.value, list(record.headers), record.timestamp) for record in records]
    for index, (actual, expected) in enumerate(zip(seen, sent)):
        equal(actual, expected, f"record {index}")
    equal([record.offset for record in records], list(range(len(sent))), "offsets")


@suite.check("kafka-python: acks 0, 1 and all")
def acks(ctx):
    topic = new_topic(ctx, "kp-acks")
    for level in (0, 1, "all"):
        producer = producer_of(ctx, acks=level, enable_idempotence=False)
        for i in range(5):
            producer.send(topic, f"{level}-{i}".encode(), partition=0)
        producer.flush()
        producer.close()
    consumer = consumer_of(ctx, topic)
    values = sorted(record.value.decode() for record in read(consumer, 15))
    consumer.close()
    equal(values, sorted(f"{level}-{i}" for level in ("0", "1", "all") for i in range(5)), "values")


@suite.check("kafka-python: offsets by timestamp, earliest and latest")
def offsets_by_time(ctx):
    topic = new_topic(ctx, "kp-times")
    partition = TopicPartition(topic, 0)
    consumer = consumer_of(ctx)
    equal(consumer.beginning_offsets([partition]), {partition: 0}, "earliest of an empty log")
    equal(consumer.end_offsets([partition]), {partition: 0}, "latest of an empty log")
    producer = producer_of(ctx)
    for i in range(10):
        producer.send(topic, b"x", partition=0, timestamp_ms=1_700_000_000_000 + i * 1000).get(timeout=10)
    producer.close()
    found = consumer.offsets_for_times({partition: 1_700_000_003_500})[partition]
    equal((found.offset, found.timestamp), (4, 1_700_000_004_000), "first record at or after the time")
    equal(consumer.offsets_for_times({partition: 1_800_000_000_000})[partition], None, "a time after the last record")
    equal(consumer.end_offsets([partition]), {partition: 10}, "latest")
    consumer.close()


@suite.check("kafka-python: a group rebalances when a member joins and when it leaves")
def rebalance(ctx):
    topic = new_topic(ctx, "kp-rebalance", partitions=4)
    group = ctx.name("kp-group")
    first = consumer_of(ctx, topic, group_id=group)
    until(lambda: first.poll(timeout_ms=POLL_MS) is not None and len(first.assignment()) == 4, "the first owns all")
    second = consumer_of(ctx, topic, group_id=group)
    stop = threading.Event()

    def keep_polling():
        while not stop.is_set():
            second.poll(timeout_ms=POLL_MS)
        second.close()

    thread = threading.Thread(target=keep_polling)
    thread.start()
    try:
        until(lambda: first.poll(timeout_ms=POLL_MS) is not None and len(first.assignment()) == 2, "two share the partitions")
        until(lambda: first.poll(timeout_ms=POLL_MS) is not None and len(second.assignment()) == 2, "the second got the rest")
        equal(first.assignment() & second.assignment(), set(), "partitions of both")
    finally:
        stop.set()
        thread.join()
    until(lambda: first.poll(timeout_ms=POLL_MS) is not None and len(first.assignment()) == 4, "the first owns all again")
    first.close()


@suite.check("kafka-python: a crashed member's partitions move after its session ends")
def member_crash(ctx):
    topic = new_topic(ctx, "kp-crash", partitions=2)
    group = ctx.name("kp-group")
    worker = Worker("kafka_python_member.py", ctx.bootstrap, ctx.session_timeout_ms, topic, group)
    worker.wait_for("owns 2")
    worker.kill()
    survivor = consumer_of(ctx, topic, group_id=group)
    until(lambda: survivor.poll(timeout_ms=POLL_MS) is not None and len(survivor.assignment()) == 2, "taken over")
    survivor.close()


@suite.check("kafka-python: committed offsets and their metadata survive the consumer")
def commits(ctx):
    topic = new_topic(ctx, "kp-commits")
    partition = TopicPartition(topic, 0)
    producer = producer_of(ctx)
    for i in range(10):
        producer.send(topic, str(i).encode(), partition=0)
    producer.flush()
    producer.close()
    group = ctx.name("kp-group")
    consumer = consumer_of(ctx, topic, group_id=group, enable_auto_commit=False)
    read(consumer, 10)
    consumer.commit({partition: OffsetAndMetadata(6, "up to six", -1)})
    consumer.close()
    consumer = consumer_of(ctx, topic, group_id=group, enable_auto_commit=False)
    equal([record.value for record in read(consumer, 4)], [b"6", b"7", b"8", b"9"], "records after the commit")
    committed = consumer.committed(partition, metadata=True)
    equal((committed.offset, committed.metadata), (6, "up to six"), "commit")
    consumer.close()


@suite.check("kafka-python: transactions commit, abort, and keep read_committed at the last stable offset")
def transactions(ctx):
    topic = new_topic(ctx, "kp-txn")
    partition = TopicPartition(topic, 0)
    producer = producer_of(ctx, transactional_id=ctx.name("kp-tx"))
    producer.init_transactions()
    for outcome in ("commit", "abort", "commit"):
        producer.begin_transaction()
        for i in range(3):
            producer.send(topic, f"{outcome}-{i}".encode(), partition=0)
        producer.flush()
        if outcome == "commit":
            producer.commit_transaction()
        else:
            producer.abort_transaction()
    producer.begin_transaction()
    producer.send(topic, b"open", partition=0)
    producer.flush()
    committed = consumer_of(ctx, topic, isolation_level="read_committed")
    equal([record.value for record in read(committed, 6)], [b"commit-0", b"commit-1", b"commit-2"] * 2, "committed")
    stable = committed.end_offsets([partition])[partition]
    everything = consumer_of(ctx, topic, isolation_level="read_uncommitted")
    values = [record.value for record in read(everything, 10)]
    equal(values[3:6] + values[9:], [b"abort-0", b"abort-1", b"abort-2", b"open"], "uncommitted")
    equal((stable, everything.end_offsets([partition])[partition]), (12, 13), "last stable offset, end offset")
    producer.abort_transaction()
    producer.close()
    committed.close()
    everything.close()


@suite.check("kafka-python: a second producer of a transactional id fences the first")
def fencing(ctx):
    topic = new_topic(ctx, "kp-fence")
    transactional_id = ctx.name("kp-tx")
    old = producer_of(ctx, transactional_id=transactional_id)
    old.init_transactions()
    old.begin_transaction()
    old.send(topic, b"old", partition=0).get(timeout=10)
    new = producer_of(ctx, transactional_id=transactional_id)
    new.init_transactions()
    try:
        old.commit_transaction()
    except KafkaError as error:
        fenced = type(error).__name__
    else:
        fenced = "nothing"
    assert fenced in ("ProducerFencedError", "InvalidProducerEpochError", "ProducerFenced"), f"the old one saw {fenced}"
    new.begin_transaction()
    new.send(topic, b"new", partition=0)
    new.commit_transaction()
    new.close()
    old.close(timeout=0)
    consumer = consumer_of(ctx, topic, isolation_level="read_committed")
    equal([record.value for record in read(consumer, 1)], [b"new"], "committed")
    consumer.close()


@suite.check("kafka-python: topics are created, described, extended, and deleted")
def admin_topics(ctx):
    admin = admin_of(ctx)
    topic = new_topic(ctx, "kp-admin", partitions=2, configs={"retention.ms": "3600000"})
    [described] = admin.describe_topics([topic])
    equal(len(described["partitions"]), 2, "partitions")
    try:
        admin.create_topics({topic: {"num_partitions": 1, "replication_factor": 1}})
        raise AssertionError("a topic was created twice")
    except TopicAlreadyExistsError:
        pass
    try:
        admin.create_topics({"not/a/name": {"num_partitions": 1, "replication_factor": 1}})
        raise AssertionError("a bad topic name was accepted")
    except InvalidTopicError:
        pass
    admin.create_partitions({topic: 5})
    until(lambda: len(admin.describe_topics([topic])[0]["partitions"]) == 5, "five partitions")
    admin.delete_topics([topic])
    until(lambda: topic not in admin.list_topics(), "the topic is gone")
    cluster = admin.describe_cluster()
    equal(len(cluster["brokers"]), 1, "brokers")
    admin.close()


@suite.check("kafka-python: topic configurations are described, altered, and reset")
def admin_configs(ctx):
    topic = new_topic(ctx, "kp-config", configs={"retention.ms": "3600000"})
    admin = admin_of(ctx)

    def modified():
        described = admin.describe_configs([ConfigResource("TOPIC", topic)], config_filter="modified")
        entries = described["topic"][topic]
        return {name: entry["value"] if isinstance(entry, dict) else entry for name, entry in entries.items()}

    equal(modified(), {"retention.ms": "3600000"}, "set at creation")
    admin.alter_configs([ConfigResource("TOPIC", topic, {"cleanup.policy": "compact", "retention.ms": "60000"})])
    until(lambda: modified() == {"retention.ms": "60000", "cleanup.policy": "compact"}, "altered")
    admin.reset_configs([ConfigResource("TOPIC", topic, ["retention.ms"])])
    until(lambda: modified() == {"cleanup.policy": "compact"}, "reset")
    admin.close()


@suite.check("kafka-python: groups are listed, described, their offsets altered, and deleted")
def admin_groups(ctx):
    topic = new_topic(ctx, "kp-groups")
    partition = TopicPartition(topic, 0)
    group = ctx.name("kp-group")
    consumer = consumer_of(ctx, topic, group_id=group, enable_auto_commit=False)
    until(lambda: consumer.poll(timeout_ms=POLL_MS) is not None and consumer.assignment(), "joined")
    consumer.commit({partition: OffsetAndMetadata(0, "", -1)})
    admin = admin_of(ctx)
    equal([g["group_id"] for g in admin.list_groups() if g["group_id"] == group], [group], "listed")
    described = admin.describe_groups([group])[group]
    equal((described["group_state"], len(described["members"])), ("Stable", 1), "described")
    consumer.close()
    until(lambda: admin.describe_groups([group])[group]["group_state"] == "Empty", "empty")
    admin.alter_group_offsets(group, {partition: OffsetAndMetadata(0, "moved", -1)})
    offsets = admin.list_group_offsets([group])[group]
    equal((offsets[partition].offset, offsets[partition].metadata), (0, "moved"), "offsets")
    admin.delete_groups([group])
    equal([g for g in admin.list_groups() if g["group_id"] == group], [], "deleted")
    admin.close()


@suite.check("kafka-python: deleted records are gone and the log starts after them")
def admin_delete_records(ctx):
    topic = new_topic(ctx, "kp-delete")
    partition = TopicPartition(topic, 0)
    producer = producer_of(ctx)
    for i in range(10):
        producer.send(topic, str(i).encode(), partition=0)
    producer.flush()
    producer.close()
    admin = admin_of(ctx)
    admin.delete_records({partition: 4})
    consumer = consumer_of(ctx, topic)
    equal(consumer.beginning_offsets([partition]), {partition: 4}, "log start")
    equal([record.offset for record in read(consumer, 6)], [4, 5, 6, 7, 8, 9], "records left")
    consumer.close()
    admin.close()


if __name__ == "__main__":
    suite.run()

"""confluent-kafka (librdkafka) against a broker: `confluent_suite.py BOOTSTRAP SESSION_TIMEOUT_MS [ONLY]`."""

import functools
import threading
import time

from checks import CODECS, Checks, Worker, equal, until
from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    ConsumerGroupState,
    ConsumerGroupTopicPartitions,
    KafkaError,
    KafkaException,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
    ResourceType,
)

suite = Checks()


@functools.cache
def only_admin(ctx):
    return AdminClient({"bootstrap.servers": ctx.bootstrap})


making_admin = threading.Lock()


def admin_of(ctx):
    """One client for all checks, which run at once: a result is lost when its client is collected first."""
    with making_admin:
        return only_admin(ctx)


def producer_of(ctx, **options):
    return Producer({"bootstrap.servers": ctx.bootstrap, "linger.ms": 5, **dotted(options)})


def consumer_of(ctx, **options):
    settings = {
        "bootstrap.servers": ctx.bootstrap,
        "group.id": ctx.name("ck-group"),
        "auto.offset.reset": "earliest",
        "session.timeout.ms": ctx.session_timeout_ms,
        "heartbeat.interval.ms": ctx.heartbeat_interval_ms,
        "fetch.wait.max.ms": 100,
    }
    return Consumer({**settings, **dotted(options)})


def dotted(options):
    return {name.replace("_", "."): value for name, value in options.items()}


def new_topic(ctx, prefix, partitions=1, config=None):
    topic = ctx.name(prefix)
    admin_of(ctx).create_topics([NewTopic(topic, partitions, 1, config=config or {})])[topic].result(10)
    return topic


def send(ctx, topic, values, partition=0, **options):
    failures = []
    producer = producer_of(ctx, **options)
    for value in values:
        producer.produce(topic, value, partition=partition, on_delivery=lambda error, _: error and failures.append(error))
    producer.flush(20)
    equal(failures, [], "failed deliveries")


def read(consumer, count, limit_s=20):
    records = []
    deadline = time.monotonic() + limit_s
    while len(records) < count and time.monotonic() < deadline:
        for message in consumer.consume(count - len(records), 0.2):
            if message.error():
                raise KafkaException(message.error())
            records.append(message)
    equal(len(records), count, "records read")
    return records


def error_of(future):
    try:
        future.result(10)
    except KafkaException as error:
        return error.args[0].name()
    return None


@suite.check("confluent-kafka: every codec keeps keys, values, nulls, headers and timestamps")
def codecs(ctx):
    topic = new_topic(ctx, "ck-codecs")
    sent = []
    for codec in CODECS:
        producer = producer_of(ctx, compression_type=codec, enable_idempotence=True)
        for i in range(20):
            key = None if i % 5 == 0 else f"{codec}-{i}".encode()
            value = None if i % 7 == 6 else f"value of {codec} {i} ".encode() * 10
            headers = [("codec", codec.encode()), ("empty", b""), ("null", None), ("twice", b"1"), ("twice", b"2")]
            stamp = 1_700_000_000_000 + len(sent)
            producer.produce(topic, value, key, partition=0, timestamp=stamp, headers=headers)
            sent.append((key, value, headers, stamp))
        equal(producer.flush(20), 0, "messages left in the queue")
    consumer = consumer_of(ctx)
    consumer.subscribe([topic])
    records = read(consumer, len(sent))
    consumer.close()
    for index, (record, expected) in enumerate(zip(records, sent)):
        equal((record.key(), record.value(), record.headers(), record.timestamp()[1]), expected, f"record {index}")
    equal([record.offset() for record in records], list(range(len(sent))), "offsets")


@suite.check("confluent-kafka: a message over max.message.bytes is refused, the next is taken")
def too_large(ctx):
    topic = new_topic(ctx, "ck-large", config={"max.message.bytes": "2000"})
    outcomes = []
    producer = producer_of(ctx)
    for size in (5000, 10):
        producer.produce(topic, b"x" * size, partition=0, on_delivery=lambda error, _: outcomes.append(error and error.name()))
        producer.flush(10)
    equal(outcomes, ["MSG_SIZE_TOO_LARGE", None], "outcomes")


@suite.check("confluent-kafka: offsets by timestamp, watermarks, list offsets")
def offsets_by_time(ctx):
    topic = new_topic(ctx, "ck-times")
    producer = producer_of(ctx)
    for i in range(10):
        producer.produce(topic, b"x", partition=0, timestamp=1_700_000_000_000 + i * 1000)
    producer.flush(10)
    consumer = consumer_of(ctx)
    [found] = consumer.offsets_for_times([TopicPartition(topic, 0, 1_700_000_003_500)], 10)
    equal(found.offset, 4, "first record at or after the time")
    equal(consumer.get_watermark_offsets(TopicPartition(topic, 0), 10), (0, 10), "watermarks")
    consumer.close()
    partition = TopicPartition(topic, 0)
    results = {}
    for name, spec in (("earliest", OffsetSpec.earliest()), ("latest", OffsetSpec.latest()), ("max", OffsetSpec.max_timestamp())):
        [future] = admin_of(ctx).list_offsets({partition: spec}).values()
        results[name] = future.result(10).offset
    equal(results, {"earliest": 0, "latest": 10, "max": 9}, "list offsets")


def rebalances(ctx, strategy):
    topic = new_topic(ctx, "ck-rebalance", partitions=4)
    group = ctx.name("ck-group")
    options = {"group_id": group, "partition_assignment_strategy": strategy}
    first = consumer_of(ctx, **options)
    first.subscribe([topic])
    until(lambda: [first.poll(0.1)] and len(first.assignment()) == 4, "the first owns all")
    second = consumer_of(ctx, **options)
    second.subscribe([topic])

    def owned():
        first.poll(0.05)
        second.poll(0.05)
        return (len(first.assignment()), len(second.assignment())) == (2, 2)

    until(owned, "two share the partitions")
    second.close()
    until(lambda: [first.poll(0.1)] and len(first.assignment()) == 4, "the first owns all again")
    first.close()


@suite.check("confluent-kafka: an eager group rebalances when a member joins and leaves")
def rebalance_eager(ctx):
    rebalances(ctx, "range")


@suite.check("confluent-kafka: a cooperative group rebalances when a member joins and leaves")
def rebalance_cooperative(ctx):
    rebalances(ctx, "cooperative-sticky")


@suite.check("confluent-kafka: a static member that restarts keeps its partitions without a rebalance")
def static_member(ctx):
    topic = new_topic(ctx, "ck-static", partitions=2)
    group = ctx.name("ck-group")
    revoked = []

    def member(instance):
        consumer = consumer_of(ctx, group_id=group, group_instance_id=instance, session_timeout_ms=ctx.session_timeout_ms * 4)
        consumer.subscribe([topic], on_revoke=lambda _, partitions: revoked.append((instance, len(partitions))))
        return consumer

    first, second = member("one"), member("two")

    def owned():
        first.poll(0.05)
        second.poll(0.05)
        return (len(first.assignment()), len(second.assignment())) == (1, 1)

    until(owned, "each owns one")
    before = [partition.partition for partition in second.assignment()]
    second.close()  # a static member does not send LeaveGroup
    revoked.clear()
    second = member("two")
    until(owned, "the restarted member owns one again")
    equal([partition.partition for partition in second.assignment()], before, "partition of the restarted member")
    equal(revoked, [], "revocations at the restart")
    first.close()
    second.close()


@suite.check("confluent-kafka: a copy that is killed in the middle of a transaction continues exactly once")
def eos_copy(ctx):
    source = new_topic(ctx, "ck-from", partitions=2)
    target = new_topic(ctx, "ck-to", partitions=2)
    values = [f"{partition}-{i}".encode() for partition in range(2) for i in range(40)]
    send(ctx, source, values[:40], partition=0)
    send(ctx, source, values[40:], partition=1)
    arguments = (ctx.bootstrap, ctx.session_timeout_ms, source, target, ctx.name("ck-copy"), ctx.name("ck-tx"), len(values))
    worker = Worker("eos_copy.py", *arguments, 3)
    worker.wait_for("hanging")
    worker.kill()
    Worker("eos_copy.py", *arguments, 0).finish()
    consumer = consumer_of(ctx, isolation_level="read_committed")
    consumer.assign([TopicPartition(target, partition, OFFSET_BEGINNING) for partition in range(2)])
    records = read(consumer, len(values))
    for partition in range(2):
        seen = [record.value() for record in records if record.partition() == partition]
        equal(seen, values[partition * 40 : partition * 40 + 40], f"partition {partition} of the copy")
    equal(consumer.consume(1, 0.5), [], "records after the copy")
    consumer.close()


@suite.check("confluent-kafka: aborted and open transactions are hidden from read_committed only")
def isolation(ctx):
    topic = new_topic(ctx, "ck-txn")
    producer = producer_of(ctx, transactional_id=ctx.name("ck-tx"))
    producer.init_transactions(20)
    for outcome in ("commit", "abort", "commit"):
        producer.begin_transaction()
        producer.produce(topic, outcome.encode(), partition=0)
        producer.flush(10)
        (producer.commit_transaction if outcome == "commit" else producer.abort_transaction)(10)
    producer.begin_transaction()
    producer.produce(topic, b"open", partition=0)
    producer.flush(10)
    seen = {}
    for level, count in (("read_committed", 2), ("read_uncommitted", 4)):
        consumer = consumer_of(ctx, isolation_level=level)
        consumer.assign([TopicPartition(topic, 0, OFFSET_BEGINNING)])
        seen[level] = [record.value() for record in read(consumer, count)]
        consumer.close()
    producer.abort_transaction(10)
    equal(seen["read_committed"], [b"commit", b"commit"], "committed")
    equal(seen["read_uncommitted"], [b"commit", b"abort", b"commit", b"open"], "everything")


@suite.check("confluent-kafka: a zombie producer is fenced")
def fencing(ctx):
    topic = new_topic(ctx, "ck-fence")
    transactional_id = ctx.name("ck-tx")
    old = producer_of(ctx, transactional_id=transactional_id)
    old.init_transactions(20)
    old.begin_transaction()
    old.produce(topic, b"old", partition=0)
    old.flush(10)
    new = producer_of(ctx, transactional_id=transactional_id)
    new.init_transactions(20)
    try:
        old.commit_transaction(10)
        seen = None
    except KafkaException as error:
        seen = error.args[0].code()
    equal(seen, KafkaError._FENCED, "the old producer's error")


@suite.check("confluent-kafka: admin topics, partitions, and their errors")
def admin_topics(ctx):
    admin = admin_of(ctx)
    topic = new_topic(ctx, "ck-admin", partitions=2)
    equal(error_of(admin.create_topics([NewTopic(topic, 1, 1)])[topic]), "TOPIC_ALREADY_EXISTS", "created twice")
    equal(error_of(admin.create_topics([NewTopic("a/b", 1, 1)])["a/b"]), "TOPIC_EXCEPTION", "bad name")
    zero = ctx.name("ck-zero")
    equal(error_of(admin.create_topics([NewTopic(zero, 0, 1)])[zero]), "INVALID_PARTITIONS", "zero partitions")
    equal(error_of(admin.create_partitions([NewPartitions(topic, 1)])[topic]), "INVALID_PARTITIONS", "fewer partitions")
    admin.create_partitions([NewPartitions(topic, 4)])[topic].result(10)
    until(lambda: len(admin.list_topics(topic, timeout=10).topics[topic].partitions) == 4, "four partitions")
    equal(error_of(admin.delete_topics(["no-such-topic"])["no-such-topic"]), "UNKNOWN_TOPIC_OR_PART", "unknown topic")
    admin.delete_topics([topic])[topic].result(10)
    until(lambda: topic not in admin.list_topics(timeout=10).topics, "the topic is gone")


@suite.check("confluent-kafka: admin configs are described with their sources and altered incrementally")
def admin_configs(ctx):
    admin = admin_of(ctx)
    topic = new_topic(ctx, "ck-config", config={"retention.ms": "3600000"})
    resource = ConfigResource(ResourceType.TOPIC, topic)

    def entries():
        return admin.describe_configs([resource])[resource].result(10)

    equal((entries()["retention.ms"].value, entries()["retention.ms"].is_default), ("3600000", False), "retention")
    equal((entries()["cleanup.policy"].value, entries()["cleanup.policy"].is_default), ("delete", True), "policy")
    change = ConfigResource(
        ResourceType.TOPIC,
        topic,
        incremental_configs=[
            ConfigEntry("cleanup.policy", "compact", incremental_operation=AlterConfigOpType.APPEND),
            ConfigEntry("retention.ms", None, incremental_operation=AlterConfigOpType.DELETE),
        ],
    )
    admin.incremental_alter_configs([change])[change].result(10)
    until(lambda: entries()["cleanup.policy"].value == "delete,compact", "policy appended")
    equal(entries()["retention.ms"].is_default, True, "retention back to its default")
    bad = ConfigResource(
        ResourceType.TOPIC,
        topic,
        incremental_configs=[ConfigEntry("retention.ms", "soon", incremental_operation=AlterConfigOpType.SET)],
    )
    equal(error_of(admin.incremental_alter_configs([bad])[bad]), "INVALID_CONFIG", "a value that is not a number")


@suite.check("confluent-kafka: admin groups, their offsets, and deleted records")
def admin_groups(ctx):
    admin = admin_of(ctx)
    topic = new_topic(ctx, "ck-groups")
    send(ctx, topic, [str(i).encode() for i in range(10)])
    group = ctx.name("ck-group")
    consumer = consumer_of(ctx, group_id=group, enable_auto_commit=False)
    consumer.subscribe([topic])
    read(consumer, 10)
    consumer.commit(offsets=[TopicPartition(topic, 0, 5)], asynchronous=False)
    described = admin.describe_consumer_groups([group])[group].result(10)
    equal((described.state, len(described.members)), (ConsumerGroupState.STABLE, 1), "described")
    equal(error_of(admin.delete_consumer_groups([group])[group]), "NON_EMPTY_GROUP", "deleting a group in use")
    consumer.close()
    listed = admin.list_consumer_groups(states={ConsumerGroupState.EMPTY}).result(10)
    assert group in [entry.group_id for entry in listed.valid], "the empty group is not listed"
    moved = ConsumerGroupTopicPartitions(group, [TopicPartition(topic, 0, 2)])
    admin.alter_consumer_group_offsets([moved])[group].result(10)
    offsets = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])[group].result(10)
    equal([(entry.partition, entry.offset) for entry in offsets.topic_partitions], [(0, 2)], "offsets")
    admin.delete_consumer_groups([group])[group].result(10)
    cut = TopicPartition(topic, 0, 6)
    equal(admin.delete_records([cut])[cut].result(10).low_watermark, 6, "low watermark")


if __name__ == "__main__":
    suite.run()

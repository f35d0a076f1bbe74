"""aiokafka against a broker: `aiokafka_suite.py BOOTSTRAP SESSION_TIMEOUT_MS [ONLY]`."""

import asyncio
import functools

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.errors import ProducerFenced, TopicAlreadyExistsError
from aiokafka.structs import OffsetAndMetadata
from checks import CODECS, Checks, equal

suite = Checks()
LIMIT_S = 20


def check(title):
    """An `async` check runs in an event loop of its own, in the thread that the suite gives it."""

    def register(function):
        @functools.wraps(function)
        def in_loop(ctx):
            asyncio.run(asyncio.wait_for(function(ctx), 45))

        return suite.check(title)(in_loop)

    return register


async def new_topic(ctx, prefix, partitions=1):
    topic = ctx.name(prefix)
    admin = AIOKafkaAdminClient(bootstrap_servers=ctx.bootstrap)
    await admin.start()
    try:
        response = await admin.create_topics([NewTopic(topic, partitions, 1)])
        equal([entry[1] for entry in response.topic_errors], [0], "creating the topic")
    finally:
        await admin.close()
    return topic


def consumer_of(ctx, *topics, **options):
    settings = {
        "auto_offset_reset": "earliest",
        "session_timeout_ms": ctx.session_timeout_ms,
        "heartbeat_interval_ms": ctx.heartbeat_interval_ms,
        "fetch_max_wait_ms": 100,
    }
    return AIOKafkaConsumer(*topics, bootstrap_servers=ctx.bootstrap, **{**settings, **options})


async def read(consumer, count):
    records = []
    deadline = asyncio.get_running_loop().time() + LIMIT_S
    while len(records) < count and asyncio.get_running_loop().time() < deadline:
        for batch in (await consumer.getmany(timeout_ms=200)).values():
            records.extend(batch)
    equal(len(records), count, "records read")
    return records


@check("aiokafka: every codec keeps keys, values, nulls, headers and timestamps")
async def codecs(ctx):
    topic = await new_topic(ctx, "aio-codecs")
    sent = []
    for codec in CODECS:
        producer = AIOKafkaProducer(
            bootstrap_servers=ctx.bootstrap,
            compression_type=None if codec == "none" else codec,
            enable_idempotence=True,
            linger_ms=20,
        )
        await producer.start()
        futures = []
        for i in range(20):
            key = None if i % 5 == 0 else f"{codec}-{i}".encode()
            value = None if i % 7 == 6 else f"value of {codec} {i} ".encode() * 10
            headers = [("codec", codec.encode()), ("empty", b"")]
            stamp = 1_700_000_000_000 + len(sent)
            futures.append(await producer.send(topic, value, key, 0, stamp, headers))
            sent.append((key, value, tuple(headers), stamp))
        await producer.flush()
        await asyncio.gather(*futures)
        await producer.stop()
    consumer = consumer_of(ctx, topic)
    await consumer.start()
    records = await read(consumer, len(sent))
    await consumer.stop()
    for index, (record, expected) in enumerate(zip(records, sent)):
        equal((record.key, record.value, tuple(record.headers), record.timestamp), expected, f"record {index}")


@check("aiokafka: offsets by timestamp, earliest and latest")
async def offsets_by_time(ctx):
    topic = await new_topic(ctx, "aio-times")
    partition = TopicPartition(topic, 0)
    producer = AIOKafkaProducer(bootstrap_servers=ctx.bootstrap)
    await producer.start()
    for i in range(10):
        await producer.send_and_wait(topic, b"x", partition=0, timestamp_ms=1_700_000_000_000 + i * 1000)
    await producer.stop()
    consumer = consumer_of(ctx)
    await consumer.start()
    consumer.assign([partition])
    found = (await consumer.offsets_for_times({partition: 1_700_000_003_500}))[partition]
    equal((found.offset, found.timestamp), (4, 1_700_000_004_000), "first record at or after the time")
    equal(await consumer.beginning_offsets([partition]), {partition: 0}, "earliest")
    equal(await consumer.end_offsets([partition]), {partition: 10}, "latest")
    await consumer.stop()


@check("aiokafka: a group rebalances when a member joins and when it leaves")
async def rebalance(ctx):
    topic = await new_topic(ctx, "aio-rebalance", partitions=4)
    group = ctx.name("aio-group")

    async def until_owning(consumer, count):
        async def polling():
            while len(consumer.assignment()) != count:
                await consumer.getmany(timeout_ms=50)

        await asyncio.wait_for(polling(), LIMIT_S)

    first = consumer_of(ctx, topic, group_id=group)
    await first.start()
    await until_owning(first, 4)
    second = consumer_of(ctx, topic, group_id=group)
    await second.start()
    await asyncio.gather(until_owning(first, 2), until_owning(second, 2))
    equal(first.assignment() & second.assignment(), frozenset(), "partitions of both")
    await second.stop()
    await until_owning(first, 4)
    await first.stop()


@check("aiokafka: committed offsets continue a group; uncommitted ones are read again")
async def commits(ctx):
    topic = await new_topic(ctx, "aio-commits")
    partition = TopicPartition(topic, 0)
    producer = AIOKafkaProducer(bootstrap_servers=ctx.bootstrap)
    await producer.start()
    for i in range(10):
        await producer.send(topic, str(i).encode(), partition=0)
    await producer.flush()
    await producer.stop()
    group = ctx.name("aio-group")
    consumer = consumer_of(ctx, topic, group_id=group, enable_auto_commit=False)
    await consumer.start()
    await read(consumer, 10)
    await consumer.commit({partition: OffsetAndMetadata(7, "seven")})
    await consumer.stop()
    consumer = consumer_of(ctx, topic, group_id=group, enable_auto_commit=False)
    await consumer.start()
    equal([record.value for record in await read(consumer, 3)], [b"7", b"8", b"9"], "records after the commit")
    await consumer.stop()


@check("aiokafka: transactions commit, abort, carry offsets, and fence")
async def transactions(ctx):
    topic = await new_topic(ctx, "aio-txn")
    partition = TopicPartition(topic, 0)
    group = ctx.name("aio-group")
    transactional_id = ctx.name("aio-tx")
    producer = AIOKafkaProducer(bootstrap_servers=ctx.bootstrap, transactional_id=transactional_id)
    await producer.start()
    async with producer.transaction():
        await producer.send_and_wait(topic, b"committed", partition=0)
        await producer.send_offsets_to_transaction({partition: 1}, group)
    await producer.begin_transaction()
    await producer.send_and_wait(topic, b"aborted", partition=0)
    await producer.abort_transaction()
    successor = AIOKafkaProducer(bootstrap_servers=ctx.bootstrap, transactional_id=transactional_id)
    await successor.start()
    try:
        async with producer.transaction():
            await producer.send_and_wait(topic, b"zombie", partition=0)
        raise AssertionError("the fenced producer committed")
    except ProducerFenced:
        pass
    async with successor.transaction():
        await successor.send_and_wait(topic, b"successor", partition=0)
    await successor.stop()
    await producer.stop()
    consumer = consumer_of(ctx, isolation_level="read_committed", group_id=group, enable_auto_commit=False)
    await consumer.start()
    consumer.assign([partition])
    equal(await consumer.committed(partition), 1, "offset committed by the transaction")
    await consumer.seek_to_beginning(partition)
    equal([record.value for record in await read(consumer, 2)], [b"committed", b"successor"], "committed records")
    await consumer.stop()


@check("aiokafka: admin creates, extends, describes, and deletes topics; lists groups")
async def admin(ctx):
    client = AIOKafkaAdminClient(bootstrap_servers=ctx.bootstrap)
    await client.start()
    try:
        topic = await new_topic(ctx, "aio-admin", partitions=2)
        again = (await client.create_topics([NewTopic(topic, 1, 1)])).topic_errors
        equal([entry[1] for entry in again], [TopicAlreadyExistsError.errno], "creating it twice")
        await client.create_partitions({topic: NewPartitions(3)})
        [described] = await client.describe_topics([topic])
        equal(len(described["partitions"]), 3, "partitions")
        await client.delete_topics([topic])
        assert topic not in await client.list_topics(), "the topic is still there"
        await client.list_consumer_groups()
    finally:
        await client.close()


if __name__ == "__main__":
    suite.run()

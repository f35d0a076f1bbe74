"""Copies a topic to another exactly once, with librdkafka: `eos_copy.py BOOTSTRAP SESSION_MS FROM TO GROUP TXID COUNT HANG_AT`.

Each transaction carries up to ten records and the offsets behind them. With HANG_AT > 0 the program stops in the middle
of that transaction, its records sent and nothing committed, says `hanging`, and waits to be killed. Otherwise it goes on
until the group's committed offsets cover COUNT records.
"""

import sys
import time

from confluent_kafka import Consumer, Producer

bootstrap, session_ms, source, target, group, transactional_id, count, hang_at = sys.argv[1:]
consumer = Consumer(
    {
        "bootstrap.servers": bootstrap,
        "group.id": group,
        "session.timeout.ms": int(session_ms),
        "heartbeat.interval.ms": max(100, int(session_ms) // 5),
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "isolation.level": "read_committed",
        "fetch.wait.max.ms": 100,
    }
)
producer = Producer(
    {"bootstrap.servers": bootstrap, "transactional.id": transactional_id, "linger.ms": 0, "transaction.timeout.ms": 20000}
)
producer.init_transactions(20)
consumer.subscribe([source])

transactions = 0
copied_to = {}
while sum(copied_to.values()) < int(count):
    batch = [message for message in consumer.consume(10, 0.2) if message.error() is None]
    if not batch:
        for position in consumer.committed(consumer.assignment(), 10) if consumer.assignment() else []:
            copied_to[position.partition] = max(0, position.offset)
        continue
    transactions += 1
    producer.begin_transaction()
    for message in batch:
        producer.produce(target, message.value(), message.key(), partition=message.partition())
        copied_to[message.partition()] = message.offset() + 1
    producer.flush(10)
    if transactions == int(hang_at):
        print("hanging", flush=True)
        time.sleep(60)
    producer.send_offsets_to_transaction(consumer.position(consumer.assignment()), consumer.consumer_group_metadata(), 10)
    producer.commit_transaction(10)
consumer.close()
print("finished", flush=True)

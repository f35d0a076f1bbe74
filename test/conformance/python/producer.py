"""The acceptance producer: a program as a user would write it, with kafka-python and no knowledge of Trilog."""

import json
import os

from kafka import KafkaProducer

bootstrap = os.environ.get("KAFKA_BOOTSTRAP", "localhost:9092")

producer = KafkaProducer(
    bootstrap_servers=[bootstrap],
    value_serializer=lambda value: json.dumps(value).encode("utf-8"),
    acks="all",
    retries=3,
    enable_idempotence=True,
    batch_size=16384,
    linger_ms=5,
)

for i in range(100):
    event = {"event_id": i, "data": f"payload-{i}"}
    future = producer.send("user-events", key=str(i).encode("utf-8"), value=event)
    metadata = future.get(timeout=10)
    print(f"sent {i} topic={metadata.topic} partition={metadata.partition} offset={metadata.offset}", flush=True)

producer.flush()
producer.close()

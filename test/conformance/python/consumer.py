"""The acceptance consumer: prints and commits each event; a restart continues where it had committed."""

import json
import os
import sys

from kafka import KafkaConsumer

bootstrap = os.environ.get("KAFKA_BOOTSTRAP", "localhost:9092")
stop_after = int(sys.argv[1]) if len(sys.argv) > 1 else None

consumer = KafkaConsumer(
    "user-events",
    bootstrap_servers=[bootstrap],
    group_id="event-processors",
    value_deserializer=lambda value: json.loads(value.decode("utf-8")),
    auto_offset_reset="earliest",
    enable_auto_commit=False,
)

processed = 0
for message in consumer:
    print(f"received {json.dumps(message.value)} partition={message.partition} offset={message.offset}", flush=True)
    consumer.commit()
    processed += 1
    if processed == stop_after:
        break

consumer.close()

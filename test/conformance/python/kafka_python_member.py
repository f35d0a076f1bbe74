"""A group member to be killed: `kafka_python_member.py BOOTSTRAP SESSION_TIMEOUT_MS TOPIC GROUP`."""

import sys

from kafka import KafkaConsumer

bootstrap, session_timeout_ms, topic, group = sys.argv[1:]
consumer = KafkaConsumer(
    topic,
    bootstrap_servers=[bootstrap],
    group_id=group,
    session_timeout_ms=int(session_timeout_ms),
    heartbeat_interval_ms=max(100, int(session_timeout_ms) // 5),
)
owned = -1
while True:
    consumer.poll(timeout_ms=1000)  # see POLL_MS in kafka_python_suite.py
    if len(consumer.assignment()) != owned:
        owned = len(consumer.assignment())
        print(f"owns {owned}", flush=True)

# python3 examples/kafka_hello.py [host:port]        (pip install kafka-python)
import sys

from kafka import KafkaConsumer, KafkaProducer

broker = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:9092"

producer = KafkaProducer(bootstrap_servers=[broker], acks="all", enable_idempotence=True)
sent = producer.send("greetings", key=b"en", value=b"hello").get(timeout=10)
print(f"sent to {sent.topic}/{sent.partition} at {sent.offset}")
producer.close()

consumer = KafkaConsumer(
    "greetings",
    bootstrap_servers=[broker],
    group_id="readers-python",
    auto_offset_reset="earliest",
    enable_auto_commit=False,
)
record = next(consumer)
print(f"{record.topic}/{record.partition} at {record.offset}: {record.key.decode()} = {record.value.decode()}")
consumer.commit()
consumer.close()

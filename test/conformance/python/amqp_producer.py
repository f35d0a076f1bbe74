"""The AMQP acceptance producer: publishes 100 lasting events to a durable exchange that a durable queue is bound to."""

import json
import os

import pika

parameters = pika.ConnectionParameters(os.environ.get("AMQP_HOST", "localhost"), int(os.environ.get("AMQP_PORT", "5672")))
connection = pika.BlockingConnection(parameters)
channel = connection.channel()
channel.exchange_declare(exchange="user-events", exchange_type="direct", durable=True)
channel.queue_declare(queue="event-processor", durable=True)
channel.queue_bind(queue="event-processor", exchange="user-events", routing_key="user.created")

for i in range(100):
    channel.basic_publish(
        exchange="user-events",
        routing_key="user.created",
        body=json.dumps({"event_id": i, "data": f"payload-{i}"}),
        properties=pika.BasicProperties(delivery_mode=2),
    )
    print(f"sent {i}", flush=True)

connection.close()

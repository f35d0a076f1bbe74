"""The AMQP acceptance consumer: prints and acknowledges each event. Told to, it stops in the middle of one, unacknowledged."""

import json
import os
import sys
import time

import pika

stop_after = int(sys.argv[1]) if len(sys.argv) > 1 else None
hang_in = int(sys.argv[2]) if len(sys.argv) > 2 else None

parameters = pika.ConnectionParameters(os.environ.get("AMQP_HOST", "localhost"), int(os.environ.get("AMQP_PORT", "5672")))
connection = pika.BlockingConnection(parameters)
channel = connection.channel()
channel.exchange_declare(exchange="user-events", exchange_type="direct", durable=True)
channel.queue_declare(queue="event-processor", durable=True)
channel.queue_bind(queue="event-processor", exchange="user-events", routing_key="user.created")
channel.basic_qos(prefetch_count=1)

processed = 0


def on_message(channel, method, properties, body):
    global processed
    print(f"received {json.dumps(json.loads(body))} redelivered={method.redelivered}", flush=True)
    if processed == hang_in:
        time.sleep(3600)
    channel.basic_ack(delivery_tag=method.delivery_tag)
    processed += 1
    if processed == stop_after:
        channel.stop_consuming()


channel.basic_consume(queue="event-processor", on_message_callback=on_message)
channel.start_consuming()
connection.close()

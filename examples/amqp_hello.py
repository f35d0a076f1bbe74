# python3 examples/amqp_hello.py [host] [port]        (pip install pika)
import sys

import pika

host = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1"
port = int(sys.argv[2]) if len(sys.argv) > 2 else 5672

connection = pika.BlockingConnection(pika.ConnectionParameters(host, port))
channel = connection.channel()
channel.queue_declare(queue="greetings-queue", durable=True)
channel.confirm_delivery()
channel.basic_publish("", "greetings-queue", b"hello", pika.BasicProperties(delivery_mode=2), mandatory=True)
print("sent, and on the disk")

for method, properties, body in channel.consume("greetings-queue"):
    print(f"received {body.decode()}")
    channel.basic_ack(method.delivery_tag)
    break
connection.close()

# python3 examples/sqs_hello.py [host:port]        (pip install boto3)
import sys

import boto3

address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:9324"
sqs = boto3.client(
    "sqs",
    endpoint_url=f"http://{address}",
    region_name="us-east-1",
    aws_access_key_id="any",
    aws_secret_access_key="any",
)

url = sqs.create_queue(QueueName="greetings-jobs")["QueueUrl"]
sent = sqs.send_message(QueueUrl=url, MessageBody="hello")
print(f"sent {sent['MessageId']}, and on the disk")

for message in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20).get("Messages", []):
    print(f"received {message['Body']}")
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

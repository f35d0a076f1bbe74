"""The SQS acceptance program's consumer, as a user writes it; `sqs_consumer.py COUNT` ends after so many answers without a message."""

import json
import sys

import boto3

sqs = boto3.client("sqs")
queue_url = "https://sqs.us-east-1.amazonaws.com/123456789012/my-queue"
empty = 0

while empty < int(sys.argv[1]):
    response = sqs.receive_message(
        QueueUrl=queue_url,
        MaxNumberOfMessages=1,
        WaitTimeSeconds=int(sys.argv[2]) if len(sys.argv) > 2 else 20,
        VisibilityTimeout=30,
        MessageAttributeNames=["All"],
    )
    messages = response.get("Messages", [])
    if not messages:
        print("No messages available", flush=True)
        empty += 1
    for message in messages:
        event = message["MessageAttributes"]["EventType"]["StringValue"]
        print(json.dumps({"id": message["MessageId"], "event": event, "body": json.loads(message["Body"])}), flush=True)
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])

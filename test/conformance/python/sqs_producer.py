"""The SQS acceptance program's producer, as a user writes it: the environment alone says where the broker is."""

import json

import boto3

sqs = boto3.client("sqs")
queue_url = "https://sqs.us-east-1.amazonaws.com/123456789012/my-queue"

for i in range(100):
    response = sqs.send_message(
        QueueUrl=queue_url,
        MessageBody=json.dumps({"user_id": i, "email": f"user-{i}@example.com"}),
        MessageAttributes={"EventType": {"StringValue": "user.created", "DataType": "String"}},
    )
    print(f"Message sent: {response['MessageId']}", flush=True)

"""What botocore knows of SQS, how it writes and signs requests, and how it reads answers. Takes a file of answers
({action, status, headers, body}) and writes one line of JSON: the model, requests, signed requests, and what it read.
Nothing is sent anywhere."""
import base64
import datetime
import json
import sys
from unittest import mock

from botocore import auth, session
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

MODEL = session.Session().get_service_model('sqs')
CREDENTIALS = Credentials('AKIDEXAMPLE', 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', 'token/+=')
NOW = datetime.datetime(2026, 1, 2, 3, 4, 5)

INPUTS = [
    ('SendMessage', {
        'QueueUrl': 'http://localhost:9324/000000000000/q',
        'MessageBody': 'a b+c&d=e%\r\n\t\u00e9\u6f22\U0001f600"<>',
        'DelaySeconds': 3,
        'MessageAttributes': {'s': {'StringValue': 'x', 'DataType': 'String'},
                              'b': {'BinaryValue': bytes([0, 255, 62, 63]), 'DataType': 'Binary'}},
        'MessageSystemAttributes': {'AWSTraceHeader': {'StringValue': 'Root=1', 'DataType': 'String'}},
        'MessageDeduplicationId': 'd',
        'MessageGroupId': 'g',
    }),
    ('SendMessageBatch', {'QueueUrl': 'u', 'Entries': [{'Id': 'a', 'MessageBody': '1'}]}),
    ('ReceiveMessage', {'QueueUrl': 'u', 'MessageSystemAttributeNames': ['All'], 'MaxNumberOfMessages': 10}),
    ('CreateQueue', {'QueueName': 'q', 'Attributes': {'DelaySeconds': '5'}, 'tags': {'k': 'v'}}),
    ('ListQueues', {}),
]


def shape_of(shape, depth=0):
    if shape is None or depth > 6:
        return None
    if shape.type_name == 'structure':
        members = {name: shape_of(member, depth + 1) for name, member in shape.members.items()}
        return {'structure': members, 'required': sorted(shape.required_members)}
    if shape.type_name == 'list':
        return {'list': shape_of(shape.member, depth + 1)}
    if shape.type_name == 'map':
        return {'map': shape_of(shape.value, depth + 1)}
    return shape.type_name


def model():
    operations = {}
    for name in MODEL.operation_names:
        operation = MODEL.operation_model(name)
        operations[name] = {
            'input': shape_of(operation.input_shape),
            'output': shape_of(operation.output_shape),
            'errors': sorted(error.name for error in operation.error_shapes),
        }
    return operations


def encodable(value):
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {key: encodable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [encodable(item) for item in value]
    return value


def written(action, parameters):
    request = create_serializer('json').serialize_to_request(parameters, MODEL.operation_model(action))
    body = request['body']
    return {
        'action': action,
        'input': encodable(parameters),
        'headers': {name.lower(): value for name, value in request['headers'].items()},
        'body': (body if isinstance(body, bytes) else body.encode()).decode('utf-8'),
    }


def signed(method, url, body, headers, signer):
    request = AWSRequest(method=method, url=url, data=body, headers={'Host': 'localhost:9324', **headers})
    with mock.patch('botocore.auth.get_current_datetime', lambda *_, **__: NOW):
        signer.add_auth(request)
    prepared = request.prepare()
    return {
        'method': method,
        'target': prepared.url.split('localhost:9324', 1)[1],
        'headers': {name.lower(): value if isinstance(value, str) else value.decode()
                    for name, value in prepared.headers.items()},
        'body': body,
    }


def signatures():
    header = auth.SigV4Auth(CREDENTIALS, 'sqs', 'eu-west-1')
    query = auth.SigV4QueryAuth(CREDENTIALS, 'sqs', 'eu-west-1', expires=60)
    target = {'X-Amz-Target': 'AmazonSQS.SendMessage', 'Content-Type': 'application/x-amz-json-1.0'}
    return [
        signed('POST', 'http://localhost:9324/', '{"QueueUrl":"u"}', target, header),
        signed('POST', 'http://localhost:9324/000000000000/a%20b.fifo', 'Action=ListQueues', {}, header),
        signed('GET', 'http://localhost:9324/?Action=ListQueues&QueueNamePrefix=a%2Fb%20c~', '', {}, header),
        signed('GET', 'http://localhost:9324/000000000000/q?Action=ReceiveMessage', '', {}, query),
    ]


def read(answer):
    operation = MODEL.operation_model(answer['action'])
    response = {'status_code': answer['status'], 'headers': answer['headers'], 'body': answer['body'].encode('utf-8')}
    parsed = create_parser('json').parse(response, operation.output_shape)
    return encodable({key: value for key, value in parsed.items() if key != 'ResponseMetadata'})


with open(sys.argv[1], encoding='utf-8') as answers:
    print(json.dumps({
        'model': model(),
        'written': [written(action, parameters) for action, parameters in INPUTS],
        'signed': signatures(),
        'signedAtMs': int(NOW.replace(tzinfo=datetime.timezone.utc).timestamp() * 1000),
        'read': [read(answer) for answer in json.load(answers)],
    }))

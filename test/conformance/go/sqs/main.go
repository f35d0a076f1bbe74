// Command sqs drives a broker with the AWS SDK for Go: `sqs URL MODE`. Modes: `all`; `recovery` asks for the broker to be killed and
// started again. Each check is one line of JSON. The SDK checks the digests of bodies itself, here those of attributes are checked too.
package main

import (
	"context"
	"errors"
	"net/http"
	"os"
	"time"

	"conformance/check"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"
)

var (
	url        string
	client     *sqs.Client
	background = context.Background()
)

func main() {
	url = os.Args[1]
	client = clientWith(aws.NopRetryer{})
	switch os.Args[2] {
	case "recovery":
		check.Add("what was acknowledged is there after the broker was killed", recovery)
	default:
		addQueueChecks()
		addMessageChecks()
		addFifoChecks()
	}
	check.Run("aws-sdk-go")
}

func clientWith(retryer aws.Retryer) *sqs.Client {
	return sqs.New(sqs.Options{
		BaseEndpoint: aws.String(url),
		Region:       "us-east-1",
		Credentials:  credentials.NewStaticCredentialsProvider("test", "test", ""),
		Retryer:      retryer,
		HTTPClient:   &http.Client{Timeout: 40 * time.Second},
	})
}

// newQueue gives the address of a queue of its own; one with FifoQueue among its attributes is named as those must be.
func newQueue(prefix string, attributes map[string]string) *string {
	name := check.Unique(prefix)
	if attributes["FifoQueue"] == "true" {
		name += ".fifo"
	}
	input := &sqs.CreateQueueInput{QueueName: &name, Attributes: attributes}
	return check.Got(client.CreateQueue(background, input)).QueueUrl
}

func attribute(queue *string, name types.QueueAttributeName) string {
	input := &sqs.GetQueueAttributesInput{QueueUrl: queue, AttributeNames: []types.QueueAttributeName{name}}
	return check.Got(client.GetQueueAttributes(background, input)).Attributes[string(name)]
}

func send(queue *string, body string) *sqs.SendMessageOutput {
	return check.Got(client.SendMessage(background, &sqs.SendMessageInput{QueueUrl: queue, MessageBody: &body}))
}

// receive asks for ten messages, with all that they carry, and waits for the first as long as is said.
func receive(queue *string, waitSeconds int32) []types.Message {
	return receiveWith(sqs.ReceiveMessageInput{QueueUrl: queue, MaxNumberOfMessages: 10, WaitTimeSeconds: waitSeconds})
}

func receiveWith(input sqs.ReceiveMessageInput) []types.Message {
	input.MessageAttributeNames = []string{"All"}
	input.MessageSystemAttributeNames = []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll}
	return check.Got(client.ReceiveMessage(background, &input)).Messages
}

func remove(queue *string, messages ...types.Message) {
	for _, message := range messages {
		check.Got(client.DeleteMessage(background, &sqs.DeleteMessageInput{QueueUrl: queue, ReceiptHandle: message.ReceiptHandle}))
	}
}

// drain receives and deletes that many.
func drain(queue *string, count int) []string {
	all := []string{}
	check.Until("the messages of "+*queue, func() bool {
		messages := receive(queue, 1)
		remove(queue, messages...)
		all = append(all, bodies(messages)...)
		return len(all) >= count
	})
	check.Equal(len(all), count, "messages")
	return all
}

func bodies(messages []types.Message) []string {
	all := []string{}
	for _, message := range messages {
		all = append(all, aws.ToString(message.Body))
	}
	return all
}

// refused checks that the error is of a type of the SDK, and gives it.
func refused[T error](err error) T {
	if typed, ok := errors.AsType[T](err); ok {
		return typed
	}
	panic("another error was expected than " + describe(err))
}

// code gives the code of an error that the SDK has no type for.
func code(err error) string {
	if refusal, ok := errors.AsType[smithy.APIError](err); ok {
		return refusal.ErrorCode()
	}
	return describe(err)
}

func describe(err error) string {
	if err == nil {
		return "none"
	}
	return err.Error()
}

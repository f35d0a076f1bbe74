package main

import (
	"fmt"

	"conformance/check"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

func addFifoChecks() {
	check.Add("a FIFO queue keeps the order of each group, and locks it", groups)
	check.Add("a FIFO queue takes nothing twice", duplicates)
	check.Add("a FIFO queue answers the same attempt with the same messages", attempts)
}

func sendTo(queue *string, group, id, body string) *sqs.SendMessageOutput {
	input := &sqs.SendMessageInput{QueueUrl: queue, MessageBody: &body, MessageGroupId: &group}
	if id != "" {
		input.MessageDeduplicationId = &id
	}
	return check.Got(client.SendMessage(background, input))
}

func groups() {
	queue := newQueue("groups", map[string]string{"FifoQueue": "true"})
	last := ""
	for i := range 3 {
		for _, group := range []string{"a", "b"} {
			number := aws.ToString(sendTo(queue, group, fmt.Sprint(group, i), fmt.Sprint(group, i)).SequenceNumber)
			check.Equal(len(number) > len(last) || number > last, true, "a larger sequence number")
			last = number
		}
	}
	first := receiveWith(sqs.ReceiveMessageInput{QueueUrl: queue, MaxNumberOfMessages: 1})
	check.Equal(bodies(first), []string{"a0"}, "first")
	seen := first[0].Attributes
	check.Equal([]string{seen["MessageGroupId"], seen["MessageDeduplicationId"]}, []string{"a", "a0"}, "system attributes")
	second := receive(queue, 0)
	check.Equal(bodies(second), []string{"b0", "b1", "b2"}, "while a is locked")
	remove(queue, first...)
	check.Equal(drain(queue, 2), []string{"a1", "a2"}, "when it is not")
	remove(queue, second...)
	check.Equal(attribute(queue, types.QueueAttributeNameApproximateNumberOfMessagesNotVisible), "0", "left")
}

func duplicates() {
	queue := newQueue("duplicates", map[string]string{"FifoQueue": "true", "ContentBasedDeduplication": "true"})
	first, again := sendTo(queue, "g", "", "same"), sendTo(queue, "g", "", "same")
	check.Equal(*again.MessageId, *first.MessageId, "the id of a duplicate")
	check.Equal(*again.SequenceNumber, *first.SequenceNumber, "its sequence number")
	sendTo(queue, "g", "other", "same")
	check.Equal(drain(queue, 2), []string{"same", "same"}, "received")
	sendTo(queue, "g", "", "same")
	check.Equal(len(receive(queue, 1)), 0, "a duplicate of what was deleted")
	plain := newQueue("plain", map[string]string{"FifoQueue": "true"})
	body := aws.String("m")
	_, err := client.SendMessage(background, &sqs.SendMessageInput{QueueUrl: plain, MessageBody: body, MessageGroupId: aws.String("g")})
	check.Equal(code(err), "InvalidParameterValue", "without an id")
	_, err = client.SendMessage(background, &sqs.SendMessageInput{QueueUrl: plain, MessageBody: body, MessageDeduplicationId: aws.String("d")})
	check.Equal(code(err), "MissingParameter", "without a group")
}

func attempts() {
	queue := newQueue("attempts", map[string]string{"FifoQueue": "true"})
	for i := range 3 {
		sendTo(queue, "g", fmt.Sprint(i), fmt.Sprint(i))
	}
	attempt := sqs.ReceiveMessageInput{QueueUrl: queue, MaxNumberOfMessages: 2, ReceiveRequestAttemptId: aws.String("try")}
	first, again := receiveWith(attempt), receiveWith(attempt)
	check.Equal(bodies(first), []string{"0", "1"}, "first")
	check.Equal(handles(again), handles(first), "again")
}

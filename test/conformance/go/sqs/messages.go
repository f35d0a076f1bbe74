package main

import (
	"context"
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"conformance/check"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

func addMessageChecks() {
	check.Add("bodies and attributes arrive as they were sent, with their digests", messages)
	check.Add("batches report each entry", batches)
	check.Add("long polls are woken, end empty, and are given up", longPolls)
	check.Add("visibility is changed, and what it hid comes again", visibility)
	check.Add("many at once, each once", many)
}

func messages() {
	queue := newQueue("messages", nil)
	given := map[string]types.MessageAttributeValue{
		"text":   {DataType: aws.String("String"), StringValue: aws.String("ü <&> \"\r\n")},
		"number": {DataType: aws.String("Number.int"), StringValue: aws.String("-12")},
		"bytes":  {DataType: aws.String("Binary"), BinaryValue: []byte{0, 255, 128}},
	}
	for _, body := range []string{"plain", "\"quotes\" <tags> & \r\n\t é 漢 😀 \\u0041", strings.Repeat("x", 1_000_000)} {
		sent := check.Got(client.SendMessage(background, &sqs.SendMessageInput{QueueUrl: queue, MessageBody: &body, MessageAttributes: given}))
		check.Equal(aws.ToString(sent.MD5OfMessageAttributes), attributesDigest(given), "digest of what was sent")
		message := receive(queue, 1)[0]
		check.Equal(aws.ToString(message.Body) == body, true, "body")
		check.Equal(aws.ToString(message.MessageId), aws.ToString(sent.MessageId), "id")
		check.Equal(aws.ToString(message.MD5OfMessageAttributes), attributesDigest(message.MessageAttributes), "digest of what came")
		check.Equal(attributesDigest(message.MessageAttributes), attributesDigest(given), "attributes")
		check.Equal(message.Attributes["ApproximateReceiveCount"], "1", "count")
		remove(queue, message)
	}
	check.Equal(attribute(queue, types.QueueAttributeNameApproximateNumberOfMessagesNotVisible), "0", "left")
}

// attributesDigest is what SQS says MD5OfMessageAttributes is; the SDK does not look at it.
func attributesDigest(attributes map[string]types.MessageAttributeValue) string {
	text := []byte{}
	add := func(bytes []byte) {
		text = append(binary.BigEndian.AppendUint32(text, uint32(len(bytes))), bytes...)
	}
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		value := attributes[name]
		add([]byte(name))
		add([]byte(*value.DataType))
		if value.BinaryValue != nil {
			text = append(text, 2)
			add(value.BinaryValue)
		} else {
			text = append(text, 1)
			add([]byte(*value.StringValue))
		}
	}
	sum := md5.Sum(text)
	return hex.EncodeToString(sum[:])
}

func batches() {
	queue := newQueue("batches", map[string]string{"MaximumMessageSize": "1024"})
	entries := []types.SendMessageBatchRequestEntry{}
	for i := range 9 {
		entries = append(entries, types.SendMessageBatchRequestEntry{Id: aws.String(fmt.Sprint("e", i)), MessageBody: aws.String(fmt.Sprint(i))})
	}
	large := types.SendMessageBatchRequestEntry{Id: aws.String("large"), MessageBody: aws.String(strings.Repeat("x", 1025))}
	sent := check.Got(client.SendMessageBatch(background, &sqs.SendMessageBatchInput{QueueUrl: queue, Entries: append(entries, large)}))
	check.Equal([]any{len(sent.Successful), len(sent.Failed), aws.ToString(sent.Failed[0].Id), sent.Failed[0].SenderFault}, []any{9, 1, "large", true}, "sent")
	received := []types.Message{}
	check.Until("nine messages", func() bool {
		received = append(received, receive(queue, 1)...)
		return len(received) == 9
	})
	changes, deletes := []types.ChangeMessageVisibilityBatchRequestEntry{}, []types.DeleteMessageBatchRequestEntry{}
	for i, handle := range append(handles(received), "rubbish") {
		id := aws.String(fmt.Sprint("e", i))
		changes = append(changes, types.ChangeMessageVisibilityBatchRequestEntry{Id: id, ReceiptHandle: &handle, VisibilityTimeout: 60})
		deletes = append(deletes, types.DeleteMessageBatchRequestEntry{Id: id, ReceiptHandle: &handle})
	}
	changed := check.Got(client.ChangeMessageVisibilityBatch(background, &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: queue, Entries: changes}))
	check.Equal([]any{len(changed.Successful), *changed.Failed[0].Id, *changed.Failed[0].Code}, []any{9, "e9", "ReceiptHandleIsInvalid"}, "changed")
	deleted := check.Got(client.DeleteMessageBatch(background, &sqs.DeleteMessageBatchInput{QueueUrl: queue, Entries: deletes}))
	check.Equal([]any{len(deleted.Successful), *deleted.Failed[0].Id, *deleted.Failed[0].Code}, []any{9, "e9", "ReceiptHandleIsInvalid"}, "deleted")
	batchRefusals(queue, entries)
}

func handles(messages []types.Message) []string {
	all := []string{}
	for _, message := range messages {
		all = append(all, *message.ReceiptHandle)
	}
	return all
}

func batchRefusals(queue *string, entries []types.SendMessageBatchRequestEntry) {
	refusal := func(entries []types.SendMessageBatchRequestEntry) error {
		_, err := client.SendMessageBatch(background, &sqs.SendMessageBatchInput{QueueUrl: queue, Entries: entries})
		return err
	}
	odd := types.SendMessageBatchRequestEntry{Id: aws.String("a b"), MessageBody: aws.String("m")}
	half := types.SendMessageBatchRequestEntry{Id: aws.String("1"), MessageBody: aws.String(strings.Repeat("x", 600_000))}
	other := half
	other.Id = aws.String("2")
	refused[*types.EmptyBatchRequest](refusal([]types.SendMessageBatchRequestEntry{}))
	refused[*types.TooManyEntriesInBatchRequest](refusal(append(slices.Clone(entries), odd, odd)))
	refused[*types.BatchEntryIdsNotDistinct](refusal(append(slices.Clone(entries[:1]), entries[0])))
	refused[*types.InvalidBatchEntryId](refusal([]types.SendMessageBatchRequestEntry{odd}))
	refused[*types.BatchRequestTooLong](refusal([]types.SendMessageBatchRequestEntry{half, other}))
}

func longPolls() {
	queue := newQueue("polls", nil)
	begun := time.Now()
	check.Equal(len(receive(queue, 1)), 0, "nothing")
	check.Equal(time.Since(begun) > 900*time.Millisecond, true, "waited")
	limited, cancel := context.WithTimeout(background, 200*time.Millisecond)
	defer cancel()
	_, err := client.ReceiveMessage(limited, &sqs.ReceiveMessageInput{QueueUrl: queue, WaitTimeSeconds: 20})
	check.Equal(errors.Is(err, context.DeadlineExceeded), true, "given up")
	awaited := make(chan []types.Message, 1)
	go func() { awaited <- receive(queue, 20) }()
	time.AfterFunc(300*time.Millisecond, func() { send(queue, "awaited") })
	check.Equal(bodies(check.Next(awaited, "a message")), []string{"awaited"}, "woken")
	late := newQueue("late", map[string]string{"DelaySeconds": "1"})
	send(late, "delayed")
	check.Equal(bodies(receive(late, 20)), []string{"delayed"}, "woken by the end of a delay")
}

func visibility() {
	queue := newQueue("visibility", map[string]string{"VisibilityTimeout": "1"})
	send(queue, "again")
	first := receive(queue, 0)[0]
	second := receive(queue, 10)[0]
	check.Equal(*second.ReceiptHandle != *first.ReceiptHandle, true, "a handle of its own")
	check.Equal(second.Attributes["ApproximateReceiveCount"], "2", "count")
	change := func(message types.Message, seconds int32) {
		check.Got(client.ChangeMessageVisibility(background,
			&sqs.ChangeMessageVisibilityInput{QueueUrl: queue, ReceiptHandle: message.ReceiptHandle, VisibilityTimeout: seconds}))
	}
	change(second, 30)
	check.Equal(len(receive(queue, 2)), 0, "while it is hidden")
	change(second, 0)
	remove(queue, receive(queue, 0)...)
	check.Equal(attribute(queue, types.QueueAttributeNameApproximateNumberOfMessages), "0", "left")
}

func many() {
	const threads, each = 8, 50
	queue := newQueue("many", nil)
	var sending, receiving sync.WaitGroup
	failures := make(chan any, 2*threads)
	guarded := func(act func()) func() {
		return func() {
			defer func() {
				if failure := recover(); failure != nil {
					failures <- failure
				}
			}()
			act()
		}
	}
	seen := make(chan string, threads*each)
	for thread := range threads {
		sending.Go(guarded(func() {
			for i := range each {
				send(queue, fmt.Sprint(thread, "-", i))
			}
		}))
		receiving.Go(guarded(func() {
			for deadline := time.Now().Add(check.Wait); len(seen) < threads*each && time.Now().Before(deadline); {
				messages := receive(queue, 1)
				remove(queue, messages...)
				for _, body := range bodies(messages) {
					seen <- body
				}
			}
		}))
	}
	sending.Wait()
	receiving.Wait()
	close(failures)
	close(seen)
	for failure := range failures {
		panic(failure)
	}
	distinct := map[string]bool{}
	for body := range seen {
		check.Equal(distinct[body], false, body+" came twice")
		distinct[body] = true
	}
	check.Equal(len(distinct), threads*each, "distinct")
}

func recovery() {
	patient := clientWith(retry.NewStandard(func(options *retry.StandardOptions) {
		options.MaxAttempts = 100
		options.MaxBackoff = 200 * time.Millisecond
		options.RateLimiter = ratelimit.None
	}))
	queue := newQueue("recovery", nil)
	for i := range 20 {
		send(queue, fmt.Sprint(i))
	}
	taken := receiveWith(sqs.ReceiveMessageInput{QueueUrl: queue, MaxNumberOfMessages: 5, VisibilityTimeout: 600})
	gone := receiveWith(sqs.ReceiveMessageInput{QueueUrl: queue, MaxNumberOfMessages: 5})
	remove(queue, gone...)
	check.Say(map[string]string{"please": "kill"})
	check.Until("a broker that was killed", func() bool {
		_, err := client.ListQueues(background, &sqs.ListQueuesInput{})
		return err != nil
	})
	check.Got(patient.SendMessage(background, &sqs.SendMessageInput{QueueUrl: queue, MessageBody: aws.String("after")}))
	remove(queue, taken...)
	left := drain(queue, 20-len(taken)-len(gone)+1)
	for _, body := range append(bodies(taken), bodies(gone)...) {
		check.Equal(slices.Contains(left, body), false, body+" came again")
	}
}

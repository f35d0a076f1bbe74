package main

import (
	"fmt"
	"slices"
	"strings"

	"conformance/check"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

func addQueueChecks() {
	check.Add("queues are created, found, listed in pages and deleted", queues)
	check.Add("attributes and tags of queues are set and told", attributes)
	check.Add("errors have the types of the SDK", typedErrors)
	check.Add("what is purged is gone", purge)
	check.Add("dead letters are moved, and moved back by a task", deadLetters)
}

func queues() {
	prefix := check.Unique("list")
	urls := []string{}
	for i := range 5 {
		input := &sqs.CreateQueueInput{QueueName: aws.String(fmt.Sprint(prefix, "-", i))}
		urls = append(urls, *check.Got(client.CreateQueue(background, input)).QueueUrl)
	}
	check.Equal(strings.HasPrefix(urls[0], url), true, "an address that begins as the endpoint")
	found := check.Got(client.GetQueueUrl(background, &sqs.GetQueueUrlInput{QueueName: aws.String(prefix + "-3")}))
	check.Equal(*found.QueueUrl, urls[3], "found")
	sizes, listed := []int{}, []string{}
	pages := sqs.NewListQueuesPaginator(client, &sqs.ListQueuesInput{QueueNamePrefix: &prefix, MaxResults: aws.Int32(2)})
	for pages.HasMorePages() {
		page := check.Got(pages.NextPage(background))
		sizes = append(sizes, len(page.QueueUrls))
		listed = append(listed, page.QueueUrls...)
	}
	slices.Sort(listed)
	check.Equal(sizes, []int{2, 2, 1}, "pages")
	check.Equal(listed, urls, "listed")
	for _, each := range urls {
		check.Got(client.DeleteQueue(background, &sqs.DeleteQueueInput{QueueUrl: &each}))
	}
	left := check.Got(client.ListQueues(background, &sqs.ListQueuesInput{QueueNamePrefix: &prefix}))
	check.Equal(len(left.QueueUrls), 0, "left")
	_, err := client.CreateQueue(background, &sqs.CreateQueueInput{QueueName: aws.String(prefix + "-0")})
	refused[*types.QueueDeletedRecently](err)
}

func attributes() {
	queue := newQueue("attributes", map[string]string{"VisibilityTimeout": "7"})
	set := map[string]string{"DelaySeconds": "3", "MessageRetentionPeriod": "60"}
	check.Got(client.SetQueueAttributes(background, &sqs.SetQueueAttributesInput{QueueUrl: queue, Attributes: set}))
	all := []types.QueueAttributeName{types.QueueAttributeNameAll}
	told := check.Got(client.GetQueueAttributes(background, &sqs.GetQueueAttributesInput{QueueUrl: queue, AttributeNames: all})).Attributes
	check.Equal([]string{told["VisibilityTimeout"], told["DelaySeconds"], told["MessageRetentionPeriod"], told["ApproximateNumberOfMessages"]},
		[]string{"7", "3", "60", "0"}, "attributes")
	check.Got(client.TagQueue(background, &sqs.TagQueueInput{QueueUrl: queue, Tags: map[string]string{"a": "1", "b": "ü"}}))
	check.Got(client.UntagQueue(background, &sqs.UntagQueueInput{QueueUrl: queue, TagKeys: []string{"a"}}))
	tags := check.Got(client.ListQueueTags(background, &sqs.ListQueueTagsInput{QueueUrl: queue})).Tags
	check.Equal(tags, map[string]string{"b": "ü"}, "tags")
}

func typedErrors() {
	absent := aws.String(check.Unique("absent"))
	_, err := client.GetQueueUrl(background, &sqs.GetQueueUrlInput{QueueName: absent})
	check.Equal(refused[*types.QueueDoesNotExist](err).ErrorFault(), "client", "whose fault it is")
	queue := newQueue("errors", nil)
	body := aws.String("m")
	_, err = client.SendMessage(background, &sqs.SendMessageInput{QueueUrl: aws.String(*queue + "-absent"), MessageBody: body})
	refused[*types.QueueDoesNotExist](err)
	wrong := map[string]string{"VisibilityTimeout": "43201"}
	_, err = client.SetQueueAttributes(background, &sqs.SetQueueAttributesInput{QueueUrl: queue, Attributes: wrong})
	refused[*types.InvalidAttributeValue](err)
	_, err = client.SetQueueAttributes(background, &sqs.SetQueueAttributesInput{QueueUrl: queue, Attributes: map[string]string{"Nonsense": "1"}})
	refused[*types.InvalidAttributeName](err)
	name := (*queue)[strings.LastIndex(*queue, "/")+1:]
	_, err = client.CreateQueue(background, &sqs.CreateQueueInput{QueueName: &name, Attributes: map[string]string{"DelaySeconds": "9"}})
	refused[*types.QueueNameExists](err)
	_, err = client.DeleteMessage(background, &sqs.DeleteMessageInput{QueueUrl: queue, ReceiptHandle: aws.String("rubbish")})
	refused[*types.ReceiptHandleIsInvalid](err)
	_, err = client.SendMessage(background, &sqs.SendMessageInput{QueueUrl: queue, MessageBody: aws.String("a\x01")})
	refused[*types.InvalidMessageContents](err)
	_, err = client.CancelMessageMoveTask(background, &sqs.CancelMessageMoveTaskInput{TaskHandle: aws.String("rubbish")})
	check.Equal(err != nil, true, "a task that is none")
	_, err = client.SendMessage(background, &sqs.SendMessageInput{QueueUrl: queue, MessageBody: body, DelaySeconds: 901})
	check.Equal(code(err), "InvalidParameterValue", "a delay that is too long")
	send(queue, "once")
	message := receive(queue, 0)[0]
	remove(queue, message)
	_, err = client.ChangeMessageVisibility(background,
		&sqs.ChangeMessageVisibilityInput{QueueUrl: queue, ReceiptHandle: message.ReceiptHandle, VisibilityTimeout: 9})
	check.Equal(code(err), "InvalidParameterValue", "the visibility of what is deleted")
}

func purge() {
	queue := newQueue("purge", nil)
	for i := range 5 {
		send(queue, fmt.Sprint(i))
	}
	receiveWith(sqs.ReceiveMessageInput{QueueUrl: queue, MaxNumberOfMessages: 2, VisibilityTimeout: 1})
	check.Got(client.PurgeQueue(background, &sqs.PurgeQueueInput{QueueUrl: queue}))
	check.Equal(len(receive(queue, 2)), 0, "left")
	_, err := client.PurgeQueue(background, &sqs.PurgeQueueInput{QueueUrl: queue})
	refused[*types.PurgeQueueInProgress](err)
}

func deadLetters() {
	dead := newQueue("dead", nil)
	arn := attribute(dead, types.QueueAttributeNameQueueArn)
	policy := fmt.Sprintf(`{"deadLetterTargetArn":"%s","maxReceiveCount":"1"}`, arn)
	source := newQueue("source", map[string]string{"VisibilityTimeout": "0", "RedrivePolicy": policy})
	sent := send(source, "poison")
	check.Equal(bodies(receive(source, 0)), []string{"poison"}, "the first time")
	check.Equal(len(receive(source, 0)), 0, "the second time")
	message := receiveWith(sqs.ReceiveMessageInput{QueueUrl: dead, WaitTimeSeconds: 5})[0]
	check.Equal(*message.MessageId, *sent.MessageId, "id")
	check.Equal(message.Attributes["DeadLetterQueueSourceArn"], attribute(source, types.QueueAttributeNameQueueArn), "source")
	input := &sqs.ChangeMessageVisibilityInput{QueueUrl: dead, ReceiptHandle: message.ReceiptHandle}
	check.Got(client.ChangeMessageVisibility(background, input))
	sources := check.Got(client.ListDeadLetterSourceQueues(background, &sqs.ListDeadLetterSourceQueuesInput{QueueUrl: dead}))
	check.Equal(sources.QueueUrls, []string{*source}, "sources")
	check.Got(client.StartMessageMoveTask(background, &sqs.StartMessageMoveTaskInput{SourceArn: &arn}))
	check.Equal(drain(source, 1), []string{"poison"}, "moved back")
	check.Until("the end of the task", func() bool {
		tasks := check.Got(client.ListMessageMoveTasks(background, &sqs.ListMessageMoveTasksInput{SourceArn: &arn})).Results
		return len(tasks) == 1 && aws.ToString(tasks[0].Status) == "COMPLETED" && tasks[0].ApproximateNumberOfMessagesMoved == 1
	})
}

package main

import (
	"fmt"
	"time"

	"conformance/check"

	amqp "github.com/rabbitmq/amqp091-go"
)

func addConsumeChecks() {
	check.Add("prefetch, acknowledgements and requeues", consume)
	check.Add("get counts what is left", get)
	check.Add("dead letters and expiry", deadLetters)
	check.Add("a consumer learns that its queue was deleted", cancelNotify)
	check.Add("RPC by direct reply-to", rpc)
	check.Add("what a closed channel had goes to the next", closedChannel)
}

func texts(deliveries <-chan amqp.Delivery, count int) []string {
	bodies := []string{}
	for range count {
		bodies = append(bodies, string(check.Next(deliveries, "a delivery").Body))
	}
	return bodies
}

func consume() {
	on(func(channel *amqp.Channel, _ *amqp.Connection) {
		queue := named(channel, nil)
		send(channel, queue, "1", "2", "3", "4", "5", "6")
		check.Must(channel.Qos(3, 0, false))
		deliveries := check.Got(channel.Consume(queue, "tag", false, false, false, false, nil))
		check.Equal(texts(deliveries, 3), []string{"1", "2", "3"}, "within the prefetch")
		check.Must(channel.Nack(2, false, true))
		again := check.Next(deliveries, "the requeued one")
		check.Equal([]any{string(again.Body), again.Redelivered}, []any{"2", true}, "requeued")
		check.Must(channel.Ack(3, true))
		check.Equal(texts(deliveries, 2), []string{"4", "5"}, "after the acknowledgement")
		check.Must(channel.Reject(5, false))
		check.Must(again.Ack(true))
		check.Equal(texts(deliveries, 1), []string{"6"}, "the last")
		check.Must(channel.Cancel("tag", false))
		_, open := <-deliveries
		check.Equal(open, false, "open after the cancel")
	})
}

func get() {
	on(func(channel *amqp.Channel, _ *amqp.Connection) {
		queue := named(channel, nil)
		_, ok, err := channel.Get(queue, false)
		check.Equal([]any{ok, err}, []any{false, nil}, "an empty queue")
		send(channel, queue, "1", "2")
		first := take(channel, queue, false)
		check.Equal(first.MessageCount, 1, "left")
		check.Must(first.Nack(false, true))
		check.Equal(drain(channel, queue), []string{"1", "2"}, "given back")
	})
}

func deadLetters() {
	on(func(channel *amqp.Channel, _ *amqp.Connection) {
		dead := durable(channel, "dead", nil)
		queue := durable(channel, "dying", amqp.Table{"x-message-ttl": 20, "x-dead-letter-exchange": "", "x-dead-letter-routing-key": dead})
		send(channel, queue, "old")
		delivery := take(channel, dead, true)
		death := delivery.Headers["x-death"].([]any)[0].(amqp.Table)
		check.Equal([]any{death["queue"], death["reason"], death["count"], death["exchange"], delivery.Headers["x-first-death-queue"]},
			[]any{queue, "expired", 1, "", queue}, "x-death")
		check.Equal(time.Since(death["time"].(time.Time)) < time.Minute, true, "time")
		for _, each := range []string{queue, dead} {
			check.Got(channel.QueueDelete(each, false, false, false))
		}
	})
}

func cancelNotify() {
	on(func(channel *amqp.Channel, connection *amqp.Connection) {
		queue := durable(channel, "cancelled", nil)
		cancelled := channel.NotifyCancel(make(chan string, 1))
		deliveries := check.Got(channel.Consume(queue, "mine", true, false, false, false, nil))
		check.Got(check.Got(connection.Channel()).QueueDelete(queue, false, false, false))
		check.Equal(check.Next(cancelled, "the cancel"), "mine", "cancelled")
		_, open := <-deliveries
		check.Equal(open, false, "open")
	})
}

func rpc() {
	on(func(server *amqp.Channel, connection *amqp.Connection) {
		queue := named(server, nil)
		requests := check.Got(server.Consume(queue, "", true, true, false, false, nil))
		go func() {
			for request := range requests {
				_ = server.Publish("", request.ReplyTo, false, false, amqp.Publishing{CorrelationId: request.CorrelationId, Body: append(request.Body, '!')})
			}
		}()
		client := check.Got(connection.Channel())
		replies := check.Got(client.Consume("amq.rabbitmq.reply-to", "", true, false, false, false, nil))
		for i := range 50 {
			id := fmt.Sprint(i)
			check.Must(client.Publish("", queue, false, false, amqp.Publishing{ReplyTo: "amq.rabbitmq.reply-to", CorrelationId: id, Body: []byte(id)}))
			reply := check.Next(replies, "a reply")
			check.Equal([]string{reply.CorrelationId, string(reply.Body)}, []string{id, id + "!"}, "reply")
		}
	})
}

func closedChannel() {
	on(func(channel *amqp.Channel, connection *amqp.Connection) {
		queue := durable(channel, "left", nil)
		send(channel, queue, "1", "2")
		deliveries := check.Got(channel.Consume(queue, "", false, false, false, false, nil))
		check.Equal(texts(deliveries, 2), []string{"1", "2"}, "first")
		check.Must(channel.Close())
		other := check.Got(connection.Channel())
		again := check.Got(other.Consume(queue, "", false, false, false, false, nil))
		first := check.Next(again, "a delivery")
		check.Equal([]any{string(first.Body), first.Redelivered}, []any{"1", true}, "again")
		check.Got(other.QueueDelete(queue, false, false, false))
	})
}

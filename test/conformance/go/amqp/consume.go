package main

import (
	"fmt"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

func addConsumeChecks() {
	add("prefetch, acknowledgements and requeues", consume)
	add("get counts what is left", get)
	add("dead letters and expiry", deadLetters)
	add("a consumer learns that its queue was deleted", cancelNotify)
	add("RPC by direct reply-to", rpc)
	add("what a closed channel had goes to the next", closedChannel)
}

func texts(deliveries <-chan amqp.Delivery, count int) []string {
	bodies := []string{}
	for range count {
		bodies = append(bodies, string(next(deliveries, "a delivery").Body))
	}
	return bodies
}

func consume() {
	on(func(channel *amqp.Channel, _ *amqp.Connection) {
		queue := named(channel, nil)
		send(channel, queue, "1", "2", "3", "4", "5", "6")
		must(channel.Qos(3, 0, false))
		deliveries := got(channel.Consume(queue, "tag", false, false, false, false, nil))
		equal(texts(deliveries, 3), []string{"1", "2", "3"}, "within the prefetch")
		must(channel.Nack(2, false, true))
		again := next(deliveries, "the requeued one")
		equal([]any{string(again.Body), again.Redelivered}, []any{"2", true}, "requeued")
		must(channel.Ack(3, true))
		equal(texts(deliveries, 2), []string{"4", "5"}, "after the acknowledgement")
		must(channel.Reject(5, false))
		must(again.Ack(true))
		equal(texts(deliveries, 1), []string{"6"}, "the last")
		must(channel.Cancel("tag", false))
		_, open := <-deliveries
		equal(open, false, "open after the cancel")
	})
}

func get() {
	on(func(channel *amqp.Channel, _ *amqp.Connection) {
		queue := named(channel, nil)
		_, ok, err := channel.Get(queue, false)
		equal([]any{ok, err}, []any{false, nil}, "an empty queue")
		send(channel, queue, "1", "2")
		first := take(channel, queue, false)
		equal(first.MessageCount, 1, "left")
		must(first.Nack(false, true))
		equal(drain(channel, queue), []string{"1", "2"}, "given back")
	})
}

func deadLetters() {
	on(func(channel *amqp.Channel, _ *amqp.Connection) {
		dead := durable(channel, "dead", nil)
		queue := durable(channel, "dying", amqp.Table{"x-message-ttl": 20, "x-dead-letter-exchange": "", "x-dead-letter-routing-key": dead})
		send(channel, queue, "old")
		delivery := take(channel, dead, true)
		death := delivery.Headers["x-death"].([]any)[0].(amqp.Table)
		equal([]any{death["queue"], death["reason"], death["count"], death["exchange"], delivery.Headers["x-first-death-queue"]},
			[]any{queue, "expired", 1, "", queue}, "x-death")
		equal(time.Since(death["time"].(time.Time)) < time.Minute, true, "time")
		for _, each := range []string{queue, dead} {
			got(channel.QueueDelete(each, false, false, false))
		}
	})
}

func cancelNotify() {
	on(func(channel *amqp.Channel, connection *amqp.Connection) {
		queue := durable(channel, "cancelled", nil)
		cancelled := channel.NotifyCancel(make(chan string, 1))
		deliveries := got(channel.Consume(queue, "mine", true, false, false, false, nil))
		got(got(connection.Channel()).QueueDelete(queue, false, false, false))
		equal(next(cancelled, "the cancel"), "mine", "cancelled")
		_, open := <-deliveries
		equal(open, false, "open")
	})
}

func rpc() {
	on(func(server *amqp.Channel, connection *amqp.Connection) {
		queue := named(server, nil)
		requests := got(server.Consume(queue, "", true, true, false, false, nil))
		go func() {
			for request := range requests {
				_ = server.Publish("", request.ReplyTo, false, false, amqp.Publishing{CorrelationId: request.CorrelationId, Body: append(request.Body, '!')})
			}
		}()
		client := got(connection.Channel())
		replies := got(client.Consume("amq.rabbitmq.reply-to", "", true, false, false, false, nil))
		for i := range 50 {
			id := fmt.Sprint(i)
			must(client.Publish("", queue, false, false, amqp.Publishing{ReplyTo: "amq.rabbitmq.reply-to", CorrelationId: id, Body: []byte(id)}))
			reply := next(replies, "a reply")
			equal([]string{reply.CorrelationId, string(reply.Body)}, []string{id, id + "!"}, "reply")
		}
	})
}

func closedChannel() {
	on(func(channel *amqp.Channel, connection *amqp.Connection) {
		queue := durable(channel, "left", nil)
		send(channel, queue, "1", "2")
		deliveries := got(channel.Consume(queue, "", false, false, false, false, nil))
		equal(texts(deliveries, 2), []string{"1", "2"}, "first")
		must(channel.Close())
		other := got(connection.Channel())
		again := got(other.Consume(queue, "", false, false, false, false, nil))
		first := next(again, "a delivery")
		equal([]any{string(first.Body), first.Redelivered}, []any{"1", true}, "again")
		got(other.QueueDelete(queue, false, false, false))
	})
}

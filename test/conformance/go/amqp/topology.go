package main

import (
	"fmt"

	amqp "github.com/rabbitmq/amqp091-go"
)

func addTopologyChecks() {
	add("topology is declared, bound, unbound and deleted", topology)
	add("what does not fit is refused with RabbitMQ's words", refusals)
	add("exclusive queues belong to their connection", exclusive)
	add("tuning, wrong passwords and vhosts", handshake)
}

func topology() {
	on(func(channel *amqp.Channel, _ *amqp.Connection) {
		from, to := unique("from"), unique("to")
		must(channel.ExchangeDeclare(from, "topic", true, false, false, false, nil))
		must(channel.ExchangeDeclare(to, "headers", true, false, false, false, nil))
		must(channel.ExchangeBind(to, "#.log", from, false, nil))
		queue := durable(channel, "bound", nil)
		must(channel.QueueBind(queue, "", to, false, amqp.Table{"x-match": "all", "level": int32(3)}))
		must(channel.Publish(from, "a.b.log", false, false, amqp.Publishing{Headers: amqp.Table{"level": int64(3)}, Body: []byte("hit")}))
		must(channel.Publish(from, "a.b.log", false, false, amqp.Publishing{Headers: amqp.Table{"level": int64(4)}, Body: []byte("miss")}))
		equal(drain(channel, queue), []string{"hit"}, "routed")
		must(channel.QueueUnbind(queue, "", to, amqp.Table{"x-match": "all", "level": int32(3)}))
		must(channel.ExchangeUnbind(to, "#.log", from, false, nil))
		send(channel, queue, "1", "2")
		// RabbitMQ may count before it has put into the queue what was published before.
		until("counts", func() bool {
			seen := got(channel.QueueDeclarePassive(queue, true, false, false, false, nil))
			return seen.Messages == 2 && seen.Consumers == 0
		})
		equal(got(channel.QueuePurge(queue, false)), 2, "purged")
		equal(got(channel.QueueDelete(queue, true, true, false)), 0, "deleted")
		for _, exchange := range []string{from, to} {
			must(channel.ExchangeDelete(exchange, true, false))
		}
	})
}

func refusals() {
	queue := ""
	on(func(channel *amqp.Channel, _ *amqp.Connection) {
		queue = durable(channel, "refused", amqp.Table{"x-max-length": 5})
	})
	equal(refused(func(channel *amqp.Channel) error {
		_, err := channel.QueueDeclare(queue, true, true, false, false, amqp.Table{"x-max-length": 5})
		return err
	}), fmt.Sprintf("406 PRECONDITION_FAILED - inequivalent arg 'auto_delete' for queue '%s' in vhost '/': received 'true' but current is 'false'", queue), "auto-delete")
	equal(refused(func(channel *amqp.Channel) error {
		_, err := channel.QueueDeclare(queue, true, false, false, false, amqp.Table{"x-max-length": 6})
		return err
	}), fmt.Sprintf("406 PRECONDITION_FAILED - inequivalent arg 'x-max-length' for queue '%s' in vhost '/': received '6' but current is '5'", queue), "an argument")
	equal(refused(func(channel *amqp.Channel) error {
		_, err := channel.QueueDeclarePassive("go-nowhere", true, false, false, false, nil)
		return err
	}), "404 NOT_FOUND - no queue 'go-nowhere' in vhost '/'", "a missing queue")
	equal(refused(func(channel *amqp.Channel) error {
		return channel.Publish("go-nowhere", "", false, false, amqp.Publishing{})
	}), "404 NOT_FOUND - no exchange 'go-nowhere' in vhost '/'", "a missing exchange")
	equal(refused(func(channel *amqp.Channel) error { return channel.Ack(3, false) }),
		"406 PRECONDITION_FAILED - unknown delivery tag 3", "a tag")
	equal(refused(func(channel *amqp.Channel) error {
		return channel.ExchangeDeclare("go-kind", "go-nonsense", true, false, false, false, nil)
	}), "503 COMMAND_INVALID - unknown exchange type 'go-nonsense'", "a type")
	on(func(channel *amqp.Channel, _ *amqp.Connection) { got(channel.QueueDelete(queue, false, false, false)) })
}

func exclusive() {
	queue := unique("exclusive")
	owner := got(amqp.Dial(url))
	got(got(owner.Channel()).QueueDeclare(queue, true, false, true, false, nil))
	locked := fmt.Sprintf("405 RESOURCE_LOCKED - cannot obtain exclusive access to locked queue '%s' in vhost '/'. It could be originally declared on another connection or the exclusive property value does not match that of the original declaration.", queue)
	equal(refused(func(channel *amqp.Channel) error {
		_, err := channel.Consume(queue, "", true, false, false, false, nil)
		return err
	}), locked, "another's")
	must(owner.Close())
	equal(refused(func(channel *amqp.Channel) error {
		_, err := channel.QueueDeclarePassive(queue, true, false, true, false, nil)
		return err
	}), fmt.Sprintf("404 NOT_FOUND - no queue '%s' in vhost '/'", queue), "afterwards")
}

func handshake() {
	connection := got(amqp.DialConfig(url, amqp.Config{FrameSize: 4096, ChannelMax: 2, Heartbeat: 1e9}))
	defer connection.Close()
	equal([]int{connection.Config.FrameSize, int(connection.Config.ChannelMax)}, []int{4096, 2}, "tuned")
	channel := got(connection.Channel())
	queue := named(channel, nil)
	body := make([]byte, 50_000)
	must(channel.Publish("", queue, false, false, amqp.Publishing{Body: body}))
	equal(len(take(channel, queue, true).Body), len(body), "in small frames")
	uri := got(amqp.ParseURI(url))
	uri.Password = "wrong"
	_, err := amqp.Dial(uri.String())
	equal(err, "Exception (403) Reason: \"username or password not allowed\"", "a wrong password")
	uri = got(amqp.ParseURI(url))
	uri.Vhost = "go-nowhere"
	_, err = amqp.Dial(uri.String())
	equal(err != nil, true, "a missing vhost")
}

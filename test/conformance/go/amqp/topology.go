package main

import (
	"fmt"

	"conformance/check"

	amqp "github.com/rabbitmq/amqp091-go"
)

func addTopologyChecks() {
	check.Add("topology is declared, bound, unbound and deleted", topology)
	check.Add("what does not fit is refused with RabbitMQ's words", refusals)
	check.Add("exclusive queues belong to their connection", exclusive)
	check.Add("tuning, wrong passwords and vhosts", handshake)
}

func topology() {
	on(func(channel *amqp.Channel, _ *amqp.Connection) {
		from, to := check.Unique("from"), check.Unique("to")
		check.Must(channel.ExchangeDeclare(from, "topic", true, false, false, false, nil))
		check.Must(channel.ExchangeDeclare(to, "headers", true, false, false, false, nil))
		check.Must(channel.ExchangeBind(to, "#.log", from, false, nil))
		queue := durable(channel, "bound", nil)
		check.Must(channel.QueueBind(queue, "", to, false, amqp.Table{"x-match": "all", "level": int32(3)}))
		check.Must(channel.Publish(from, "a.b.log", false, false, amqp.Publishing{Headers: amqp.Table{"level": int64(3)}, Body: []byte("hit")}))
		check.Must(channel.Publish(from, "a.b.log", false, false, amqp.Publishing{Headers: amqp.Table{"level": int64(4)}, Body: []byte("miss")}))
		check.Equal(drain(channel, queue), []string{"hit"}, "routed")
		check.Must(channel.QueueUnbind(queue, "", to, amqp.Table{"x-match": "all", "level": int32(3)}))
		check.Must(channel.ExchangeUnbind(to, "#.log", from, false, nil))
		send(channel, queue, "1", "2")
		// RabbitMQ may count before it has put into the queue what was published before.
		check.Until("counts", func() bool {
			seen := check.Got(channel.QueueDeclarePassive(queue, true, false, false, false, nil))
			return seen.Messages == 2 && seen.Consumers == 0
		})
		check.Equal(check.Got(channel.QueuePurge(queue, false)), 2, "purged")
		check.Equal(check.Got(channel.QueueDelete(queue, true, true, false)), 0, "deleted")
		for _, exchange := range []string{from, to} {
			check.Must(channel.ExchangeDelete(exchange, true, false))
		}
	})
}

func refusals() {
	queue := ""
	on(func(channel *amqp.Channel, _ *amqp.Connection) {
		queue = durable(channel, "refused", amqp.Table{"x-max-length": 5})
	})
	check.Equal(refused(func(channel *amqp.Channel) error {
		_, err := channel.QueueDeclare(queue, true, true, false, false, amqp.Table{"x-max-length": 5})
		return err
	}), fmt.Sprintf("406 PRECONDITION_FAILED - inequivalent arg 'auto_delete' for queue '%s' in vhost '/': received 'true' but current is 'false'", queue), "auto-delete")
	check.Equal(refused(func(channel *amqp.Channel) error {
		_, err := channel.QueueDeclare(queue, true, false, false, false, amqp.Table{"x-max-length": 6})
		return err
	}), fmt.Sprintf("406 PRECONDITION_FAILED - inequivalent arg 'x-max-length' for queue '%s' in vhost '/': received '6' but current is '5'", queue), "an argument")
	check.Equal(refused(func(channel *amqp.Channel) error {
		_, err := channel.QueueDeclarePassive("go-nowhere", true, false, false, false, nil)
		return err
	}), "404 NOT_FOUND - no queue 'go-nowhere' in vhost '/'", "a missing queue")
	check.Equal(refused(func(channel *amqp.Channel) error {
		return channel.Publish("go-nowhere", "", false, false, amqp.Publishing{})
	}), "404 NOT_FOUND - no exchange 'go-nowhere' in vhost '/'", "a missing exchange")
	check.Equal(refused(func(channel *amqp.Channel) error { return channel.Ack(3, false) }),
		"406 PRECONDITION_FAILED - unknown delivery tag 3", "a tag")
	check.Equal(refused(func(channel *amqp.Channel) error {
		return channel.ExchangeDeclare("go-kind", "go-nonsense", true, false, false, false, nil)
	}), "503 COMMAND_INVALID - unknown exchange type 'go-nonsense'", "a type")
	on(func(channel *amqp.Channel, _ *amqp.Connection) {
		check.Got(channel.QueueDelete(queue, false, false, false))
	})
}

func exclusive() {
	queue := check.Unique("exclusive")
	owner := check.Got(amqp.Dial(url))
	check.Got(check.Got(owner.Channel()).QueueDeclare(queue, true, false, true, false, nil))
	locked := fmt.Sprintf("405 RESOURCE_LOCKED - cannot obtain exclusive access to locked queue '%s' in vhost '/'. It could be originally declared on another connection or the exclusive property value does not match that of the original declaration.", queue)
	check.Equal(refused(func(channel *amqp.Channel) error {
		_, err := channel.Consume(queue, "", true, false, false, false, nil)
		return err
	}), locked, "another's")
	check.Must(owner.Close())
	check.Equal(refused(func(channel *amqp.Channel) error {
		_, err := channel.QueueDeclarePassive(queue, true, false, true, false, nil)
		return err
	}), fmt.Sprintf("404 NOT_FOUND - no queue '%s' in vhost '/'", queue), "afterwards")
}

func handshake() {
	connection := check.Got(amqp.DialConfig(url, amqp.Config{FrameSize: 4096, ChannelMax: 2, Heartbeat: 1e9}))
	defer connection.Close()
	check.Equal([]int{connection.Config.FrameSize, int(connection.Config.ChannelMax)}, []int{4096, 2}, "tuned")
	channel := check.Got(connection.Channel())
	queue := named(channel, nil)
	body := make([]byte, 50_000)
	check.Must(channel.Publish("", queue, false, false, amqp.Publishing{Body: body}))
	check.Equal(len(take(channel, queue, true).Body), len(body), "in small frames")
	uri := check.Got(amqp.ParseURI(url))
	uri.Password = "wrong"
	_, err := amqp.Dial(uri.String())
	check.Equal(err, "Exception (403) Reason: \"username or password not allowed\"", "a wrong password")
	uri = check.Got(amqp.ParseURI(url))
	uri.Vhost = "go-nowhere"
	_, err = amqp.Dial(uri.String())
	check.Equal(err != nil, true, "a missing vhost")
}

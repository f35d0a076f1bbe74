// Command amqp drives a broker with RabbitMQ's Go client: `amqp URL MODE`. Modes: `all`; `recovery` asks for the broker to be
// killed and started again; `blocked` is for a broker that has no room on its disk. Each check is one line of JSON.
package main

import (
	"fmt"
	"os"

	"conformance/check"

	amqp "github.com/rabbitmq/amqp091-go"
)

var url string

func main() {
	url = os.Args[1]
	switch os.Args[2] {
	case "recovery":
		addRecoveryChecks()
	case "blocked":
		addBlockedChecks()
	default:
		addTopologyChecks()
		addPublishChecks()
		addConsumeChecks()
	}
	check.Run("amqp091-go")
}

// on runs body with a channel on a connection of its own.
func on(body func(*amqp.Channel, *amqp.Connection)) {
	connection := check.Got(amqp.Dial(url))
	defer connection.Close()
	body(check.Got(connection.Channel()), connection)
}

func named(channel *amqp.Channel, arguments amqp.Table) string {
	return check.Got(channel.QueueDeclare("", false, false, true, false, arguments)).Name
}

func durable(channel *amqp.Channel, prefix string, arguments amqp.Table) string {
	return check.Got(channel.QueueDeclare(check.Unique(prefix), true, false, false, false, arguments)).Name
}

func send(channel *amqp.Channel, queue string, bodies ...string) {
	for _, body := range bodies {
		check.Must(channel.Publish("", queue, false, false, amqp.Publishing{Body: []byte(body)}))
	}
}

// take gets the next message, waiting for it.
func take(channel *amqp.Channel, queue string, autoAck bool) amqp.Delivery {
	var delivery amqp.Delivery
	check.Until("a message in "+queue, func() bool {
		each, ok, err := channel.Get(queue, autoAck)
		check.Must(err)
		delivery = each
		return ok
	})
	return delivery
}

func drain(channel *amqp.Channel, queue string) []string {
	bodies := []string{}
	for {
		delivery, ok, err := channel.Get(queue, true)
		check.Must(err)
		if !ok {
			return bodies
		}
		bodies = append(bodies, string(delivery.Body))
	}
}

// refused gives the error that act must end with.
func refused(act func(*amqp.Channel) error) string {
	text := ""
	on(func(channel *amqp.Channel, connection *amqp.Connection) {
		closed := channel.NotifyClose(make(chan *amqp.Error, 1))
		err := act(channel)
		if err == nil {
			err = check.Next(closed, "a refusal")
		}
		if refusal, ok := err.(*amqp.Error); ok {
			text = fmt.Sprintf("%d %s", refusal.Code, refusal.Reason)
		} else {
			text = err.Error()
		}
	})
	return text
}

package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"conformance/check"

	amqp "github.com/rabbitmq/amqp091-go"
)

const kills = 2

func addRecoveryChecks() {
	check.Add("connection, topology and consumers recover when the broker was killed", recovery)
}

func addBlockedChecks() {
	check.Add("a publisher is told that it is blocked", blocked)
}

func recovery() {
	connection := check.Got(amqp.DialConfig(url, amqp.Config{Recovery: &amqp.Recovery{
		ReconnectionConfig: &amqp.ReconnectionConfig{MaxRetryCount: 200, RetryInterval: 100 * time.Millisecond},
		ConnectionRecovery: &amqp.DefaultConnectionRecovery{},
		TopologyRecovery:   &amqp.DefaultTopologyRecovery{},
	}}))
	defer connection.Close()
	states := make(chan *amqp.StateChanged, 100)
	connection.NotifyStateChange(states)
	channel := check.Got(connection.Channel())
	check.Must(channel.Confirm(false))
	lasting, own := durable(channel, "durable", nil), check.Unique("transient")
	check.Got(channel.QueueDeclare(own, false, true, false, false, nil))
	check.Must(channel.QueueBind(own, "key", "amq.direct", false, nil))
	transient := check.Got(channel.Consume(own, "transient", true, false, false, false, nil))
	limit, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	publish := func(exchange, key, body string) {
		message := amqp.Publishing{DeliveryMode: 2, Body: []byte(body)}
		check.Until("a confirm", func() bool {
			waiting, err := channel.PublishWithDeferredConfirm(exchange, key, false, false, message)
			if err != nil {
				return false
			}
			isConfirmed, err := waiting.WaitContext(limit)
			return err == nil && isConfirmed
		})
	}
	for kill := 0; ; kill++ {
		for i := range 20 {
			publish("", lasting, fmt.Sprintf("%d/%d", kill, i))
		}
		publish("amq.direct", "key", fmt.Sprint(kill))
		check.Equal(string(check.Next(transient, "a transient message").Body), kill, "the transient queue")
		if kill == kills {
			break
		}
		check.Say(map[string]string{"please": "kill"})
		for check.Next(states, "recovery").To != amqp.StateOpen {
		}
	}
	count := 0
	for _, body := range drain(channel, lasting) {
		if strings.Contains(body, "/") {
			count++
		}
	}
	check.Equal(count >= 20*(kills+1), true, fmt.Sprintf("all that was confirmed is there: %d", count))
	check.Got(channel.QueueDelete(lasting, false, false, false))
}

func blocked() {
	connection := check.Got(amqp.Dial(url))
	told := connection.NotifyBlocked(make(chan amqp.Blocking, 1))
	channel := check.Got(connection.Channel())
	send(channel, named(channel, nil), "1")
	blocking := check.Next(told, "connection.blocked")
	check.Equal([]any{blocking.Active, strings.HasPrefix(blocking.Reason, "low on ")}, []any{true, true}, blocking.Reason)
	on(func(other *amqp.Channel, _ *amqp.Connection) { named(other, nil) })
	// What is blocked is not read either: nobody answers a close.
	_ = connection.CloseDeadline(time.Now().Add(200 * time.Millisecond))
}

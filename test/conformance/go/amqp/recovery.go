package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

const kills = 2

func addRecoveryChecks() {
	add("connection, topology and consumers recover when the broker was killed", recovery)
}

func addBlockedChecks() {
	add("a publisher is told that it is blocked", blocked)
}

func recovery() {
	connection := got(amqp.DialConfig(url, amqp.Config{Recovery: &amqp.Recovery{
		ReconnectionConfig: &amqp.ReconnectionConfig{MaxRetryCount: 200, RetryInterval: 100 * time.Millisecond},
		ConnectionRecovery: &amqp.DefaultConnectionRecovery{},
		TopologyRecovery:   &amqp.DefaultTopologyRecovery{},
	}}))
	defer connection.Close()
	states := make(chan *amqp.StateChanged, 100)
	connection.NotifyStateChange(states)
	channel := got(connection.Channel())
	must(channel.Confirm(false))
	lasting, own := durable(channel, "durable", nil), unique("transient")
	got(channel.QueueDeclare(own, false, true, false, false, nil))
	must(channel.QueueBind(own, "key", "amq.direct", false, nil))
	transient := got(channel.Consume(own, "transient", true, false, false, false, nil))
	limit, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	publish := func(exchange, key, body string) {
		message := amqp.Publishing{DeliveryMode: 2, Body: []byte(body)}
		until("a confirm", func() bool {
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
		equal(string(next(transient, "a transient message").Body), kill, "the transient queue")
		if kill == kills {
			break
		}
		say(map[string]string{"please": "kill"})
		for next(states, "recovery").To != amqp.StateOpen {
		}
	}
	count := 0
	for _, body := range drain(channel, lasting) {
		if strings.Contains(body, "/") {
			count++
		}
	}
	equal(count >= 20*(kills+1), true, fmt.Sprintf("all that was confirmed is there: %d", count))
	got(channel.QueueDelete(lasting, false, false, false))
}

func blocked() {
	connection := got(amqp.Dial(url))
	told := connection.NotifyBlocked(make(chan amqp.Blocking, 1))
	channel := got(connection.Channel())
	send(channel, named(channel, nil), "1")
	blocking := next(told, "connection.blocked")
	equal([]any{blocking.Active, strings.HasPrefix(blocking.Reason, "low on ")}, []any{true, true}, blocking.Reason)
	on(func(other *amqp.Channel, _ *amqp.Connection) { named(other, nil) })
	// What is blocked is not read either: nobody answers a close.
	_ = connection.CloseDeadline(time.Now().Add(200 * time.Millisecond))
}

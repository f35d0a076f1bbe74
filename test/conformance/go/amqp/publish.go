package main

import (
	"context"
	"fmt"
	"time"

	"conformance/check"

	amqp "github.com/rabbitmq/amqp091-go"
)

func addPublishChecks() {
	check.Add("every publish is confirmed", confirms)
	check.Add("a full queue that rejects is told by a nack", nacks)
	check.Add("an unroutable mandatory message returns before its confirm", returns)
	check.Add("properties and headers arrive as they were sent", properties)
	check.Add("transactions commit and roll back", transactions)
}

func confirms() {
	on(func(channel *amqp.Channel, _ *amqp.Connection) {
		queue := durable(channel, "confirms", nil)
		check.Must(channel.Confirm(false))
		waiting := []*amqp.DeferredConfirmation{}
		for i := range 3000 {
			message := amqp.Publishing{DeliveryMode: uint8(1 + i%2), Body: fmt.Append(nil, i)}
			waiting = append(waiting, check.Got(channel.PublishWithDeferredConfirm("", queue, false, false, message)))
		}
		limit, cancel := context.WithTimeout(context.Background(), check.Wait)
		defer cancel()
		for _, each := range waiting {
			check.Equal(check.Got(each.WaitContext(limit)), true, "confirmed")
		}
		for i, body := range drain(channel, queue) {
			check.Equal(body, i, "order")
		}
		check.Got(channel.QueueDelete(queue, false, false, false))
	})
}

func nacks() {
	on(func(channel *amqp.Channel, _ *amqp.Connection) {
		queue := durable(channel, "full", amqp.Table{"x-max-length": 1, "x-overflow": "reject-publish"})
		check.Must(channel.Confirm(false))
		seen := channel.NotifyPublish(make(chan amqp.Confirmation, 2))
		send(channel, queue, "1", "2")
		first, second := check.Next(seen, "a confirm"), check.Next(seen, "another")
		check.Equal([]any{first.DeliveryTag, first.Ack, second.DeliveryTag, second.Ack}, []any{1, true, 2, false}, "confirms")
		check.Got(channel.QueueDelete(queue, false, false, false))
	})
}

func returns() {
	on(func(channel *amqp.Channel, _ *amqp.Connection) {
		returned := channel.NotifyReturn(make(chan amqp.Return, 1))
		check.Must(channel.Confirm(false))
		confirmed := channel.NotifyPublish(make(chan amqp.Confirmation, 1))
		check.Must(channel.Publish("amq.topic", "go.nowhere", true, false, amqp.Publishing{Body: []byte("lost"), MessageId: "m"}))
		check.Equal(check.Next(confirmed, "the confirm").Ack, true, "confirmed")
		select {
		case back := <-returned:
			check.Equal([]any{back.ReplyCode, back.ReplyText, back.Exchange, back.RoutingKey, string(back.Body), back.MessageId},
				[]any{312, "NO_ROUTE", "amq.topic", "go.nowhere", "lost", "m"}, "returned")
		default:
			panic("it was confirmed and not returned before")
		}
	})
}

func properties() {
	on(func(channel *amqp.Channel, _ *amqp.Connection) {
		queue := named(channel, nil)
		stamp := time.Unix(1_700_000_000, 0)
		headers := amqp.Table{
			"string": "ü", "bool": true, "int8": int8(-8), "uint8": uint8(200), "int16": int16(-16), "int32": int32(-32), "int64": int64(-64),
			"float32": float32(1.5), "float64": 2.5, "decimal": amqp.Decimal{Scale: 2, Value: 12345}, "time": stamp, "void": nil,
			"list": []any{int32(1), "two"}, "table": amqp.Table{"deep": "er"}, "bytes": []byte{1, 2, 0xff},
		}
		sent := amqp.Publishing{Headers: headers, ContentType: "text/plain", ContentEncoding: "identity", DeliveryMode: 2, Priority: 7,
			CorrelationId: "c", ReplyTo: "r", Expiration: "60000", MessageId: "m", Timestamp: stamp, Type: "t", UserId: "guest", AppId: "a", Body: []byte("x")}
		check.Must(channel.Publish("", queue, false, false, sent))
		seen := take(channel, queue, true)
		for name, value := range headers {
			check.Equal(fmt.Sprintf("%T %v", seen.Headers[name], seen.Headers[name]), fmt.Sprintf("%T %v", value, value), name)
		}
		check.Equal(
			[]any{seen.ContentType, seen.ContentEncoding, seen.DeliveryMode, seen.Priority, seen.CorrelationId, seen.ReplyTo, seen.Expiration, seen.MessageId, seen.Timestamp.Unix(), seen.Type, seen.UserId, seen.AppId, len(seen.Headers)},
			[]any{"text/plain", "identity", 2, 7, "c", "r", "60000", "m", stamp.Unix(), "t", "guest", "a", len(headers)}, "properties")
	})
}

func transactions() {
	on(func(channel *amqp.Channel, connection *amqp.Connection) {
		queue := durable(channel, "tx", nil)
		watcher := check.Got(connection.Channel())
		check.Must(channel.Tx())
		send(channel, queue, "1")
		check.Must(channel.TxRollback())
		send(channel, queue, "2")
		check.Must(channel.TxCommit())
		delivery := take(channel, queue, false)
		check.Equal(string(delivery.Body), "2", "committed")
		check.Must(delivery.Ack(false))
		check.Must(channel.TxCommit())
		check.Must(channel.Close())
		check.Equal(drain(watcher, queue), []string{}, "acknowledged")
		check.Got(watcher.QueueDelete(queue, false, false, false))
	})
}

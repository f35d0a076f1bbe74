// Package conformance pins the Go clients whose own test suites are run against a broker by franz-go.ts and amqp091-go.ts.
package conformance

import (
	_ "github.com/rabbitmq/amqp091-go"
	_ "github.com/twmb/franz-go/pkg/kgo"
)

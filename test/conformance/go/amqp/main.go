// Command amqp drives a broker with RabbitMQ's Go client: `amqp URL MODE`. Modes: `all`; `recovery` asks for the broker to be
// killed and started again; `blocked` is for a broker that has no room on its disk. Each check is one line of JSON.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

const (
	wait   = 20 * time.Second
	atOnce = 6
)

type check struct {
	title string
	body  func()
}

type report struct {
	Check  string `json:"check"`
	OK     bool   `json:"ok"`
	Ms     int64  `json:"ms"`
	Detail string `json:"detail,omitempty"`
}

var (
	url    string
	checks []check
	output sync.Mutex
	names  struct {
		sync.Mutex
		last int
	}
)

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
	places := make(chan struct{}, atOnce)
	var running sync.WaitGroup
	for _, each := range checks {
		running.Add(1)
		places <- struct{}{}
		go func() {
			defer running.Done()
			runOne(each)
			<-places
		}()
	}
	running.Wait()
	say(map[string]int{"done": len(checks)})
}

func add(title string, body func()) {
	checks = append(checks, check{"amqp091-go: " + title, body})
}

func runOne(each check) {
	started := time.Now()
	line := report{Check: each.title, OK: true}
	func() {
		defer func() {
			if failure := recover(); failure != nil {
				line.OK = false
				line.Detail = fmt.Sprint(failure)
			}
		}()
		each.body()
	}()
	line.Ms = time.Since(started).Milliseconds()
	say(line)
}

func say(line any) {
	text, err := json.Marshal(line)
	must(err)
	output.Lock()
	defer output.Unlock()
	fmt.Println(string(text))
}

// What the checks are made of; each fails its check by a panic.

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func got[T any](value T, err error) T {
	must(err)
	return value
}

func equal(actual, expected any, what string) {
	if fmt.Sprint(actual) != fmt.Sprint(expected) {
		panic(fmt.Sprintf("%s: expected %v, saw %v", what, expected, actual))
	}
}

func next[T any](from <-chan T, what string) T {
	select {
	case value, ok := <-from:
		if !ok {
			panic(what + ": the channel was closed")
		}
		return value
	case <-time.After(wait):
		panic(what + ": nothing came")
	}
}

func until(what string, isDone func() bool) {
	for deadline := time.Now().Add(wait); !isDone(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			panic(what + ": not in time")
		}
	}
}

func unique(prefix string) string {
	names.Lock()
	defer names.Unlock()
	names.last++
	return fmt.Sprintf("go-%s-%d-%d", prefix, time.Now().UnixNano(), names.last)
}

// on runs body with a channel on a connection of its own.
func on(body func(*amqp.Channel, *amqp.Connection)) {
	connection := got(amqp.Dial(url))
	defer connection.Close()
	body(got(connection.Channel()), connection)
}

func named(channel *amqp.Channel, arguments amqp.Table) string {
	return got(channel.QueueDeclare("", false, false, true, false, arguments)).Name
}

func durable(channel *amqp.Channel, prefix string, arguments amqp.Table) string {
	return got(channel.QueueDeclare(unique(prefix), true, false, false, false, arguments)).Name
}

func send(channel *amqp.Channel, queue string, bodies ...string) {
	for _, body := range bodies {
		must(channel.Publish("", queue, false, false, amqp.Publishing{Body: []byte(body)}))
	}
}

// take gets the next message, waiting for it.
func take(channel *amqp.Channel, queue string, autoAck bool) amqp.Delivery {
	var delivery amqp.Delivery
	until("a message in "+queue, func() bool {
		each, ok, err := channel.Get(queue, autoAck)
		must(err)
		delivery = each
		return ok
	})
	return delivery
}

func drain(channel *amqp.Channel, queue string) []string {
	bodies := []string{}
	for {
		delivery, ok, err := channel.Get(queue, true)
		must(err)
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
			err = next(closed, "a refusal")
		}
		if refusal, ok := err.(*amqp.Error); ok {
			text = fmt.Sprintf("%d %s", refusal.Code, refusal.Reason)
		} else {
			text = err.Error()
		}
	})
	return text
}

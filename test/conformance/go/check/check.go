// Package check is what the programs that drive a broker share: a list of checks, run a few at a time, each reported as one line of
// JSON, and the count at the end. A check fails by a panic, which is what the helpers here do with what was not expected.
package check

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"
)

// Wait is how long a check waits for what must come.
const Wait = 20 * time.Second

const atOnce = 6

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
	checks []check
	output sync.Mutex
	names  struct {
		sync.Mutex
		last int
	}
)

// Add puts a check on the list.
func Add(title string, body func()) {
	checks = append(checks, check{title, body})
}

// Run runs all that were added; client is what their titles begin with.
func Run(client string) {
	places := make(chan struct{}, atOnce)
	var running sync.WaitGroup
	for _, each := range checks {
		running.Add(1)
		places <- struct{}{}
		go func() {
			defer running.Done()
			runOne(client, each)
			<-places
		}()
	}
	running.Wait()
	Say(map[string]int{"done": len(checks)})
}

func runOne(client string, each check) {
	started := time.Now()
	line := report{Check: client + ": " + each.title, OK: true}
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
	Say(line)
}

// Say writes a line for the test that started the program.
func Say(line any) {
	text := Got(json.Marshal(line))
	output.Lock()
	defer output.Unlock()
	fmt.Println(string(text))
}

// Must fails the check unless there is no error.
func Must(err error) {
	if err != nil {
		panic(err)
	}
}

// Got gives the value that came without an error.
func Got[T any](value T, err error) T {
	Must(err)
	return value
}

// Equal compares what both are when printed.
func Equal(actual, expected any, what string) {
	if fmt.Sprint(actual) != fmt.Sprint(expected) {
		panic(fmt.Sprintf("%s: expected %v, saw %v", what, expected, actual))
	}
}

// Next waits for a value.
func Next[T any](from <-chan T, what string) T {
	select {
	case value, ok := <-from:
		if !ok {
			panic(what + ": the channel was closed")
		}
		return value
	case <-time.After(Wait):
		panic(what + ": nothing came")
	}
}

// Until asks again and again.
func Until(what string, isDone func() bool) {
	for deadline := time.Now().Add(Wait); !isDone(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			panic(what + ": not in time")
		}
	}
}

// Unique makes a name that nothing else has.
func Unique(prefix string) string {
	names.Lock()
	defer names.Unlock()
	names.last++
	return fmt.Sprintf("go-%s-%d-%d", prefix, time.Now().UnixNano(), names.last)
}

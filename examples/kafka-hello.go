// go run examples/kafka-hello.go [host:port]        (go get github.com/twmb/franz-go/pkg/kgo)
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/twmb/franz-go/pkg/kgo"
)

func main() {
	broker := "127.0.0.1:9092"
	if len(os.Args) > 1 {
		broker = os.Args[1]
	}
	client, err := kgo.NewClient(
		kgo.SeedBrokers(broker),
		kgo.AllowAutoTopicCreation(),
		kgo.ConsumerGroup("readers-go"),
		kgo.ConsumeTopics("greetings"),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
	)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	ctx := context.Background()
	record := &kgo.Record{Topic: "greetings", Key: []byte("en"), Value: []byte("hello")}
	if err := client.ProduceSync(ctx, record).FirstErr(); err != nil {
		log.Fatal(err)
	}
	fetches := client.PollFetches(ctx)
	if err := fetches.Err(); err != nil {
		log.Fatal(err)
	}
	fetches.EachRecord(func(r *kgo.Record) {
		fmt.Printf("%s/%d at %d: %s = %s\n", r.Topic, r.Partition, r.Offset, r.Key, r.Value)
	})
	if err := client.CommitUncommittedOffsets(ctx); err != nil {
		log.Fatal(err)
	}
}

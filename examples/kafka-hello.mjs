// node examples/kafka-hello.mjs [host:port]        (npm install kafkajs)
import { Kafka, logLevel } from 'kafkajs';

const kafka = new Kafka({ brokers: [process.argv[2] ?? '127.0.0.1:9092'], logLevel: logLevel.ERROR });

const producer = kafka.producer();
await producer.connect();
await producer.send({ topic: 'greetings', acks: -1, messages: [{ key: 'en', value: 'hello' }] });
await producer.disconnect();

const consumer = kafka.consumer({ groupId: 'readers' });
await consumer.connect();
await consumer.subscribe({ topics: ['greetings'], fromBeginning: true });
await new Promise((received) => {
  consumer.run({
    eachMessage: async ({ topic, partition, message }) => {
      console.log(`${topic}/${partition} at ${message.offset}: ${message.key} = ${message.value}`);
      received();
    },
  });
});
await consumer.disconnect();

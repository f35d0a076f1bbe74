// node examples/amqp-hello.mjs [host:port]        (npm install amqplib)
import amqp from 'amqplib';

const connection = await amqp.connect(`amqp://guest:guest@${process.argv[2] ?? '127.0.0.1:5672'}`);
const channel = await connection.createConfirmChannel();
await channel.assertQueue('greetings-queue', { durable: true });
channel.sendToQueue('greetings-queue', Buffer.from('hello'), { persistent: true });
await channel.waitForConfirms();
console.log('sent, and on the disk');

await new Promise((received) => {
  channel.consume('greetings-queue', (message) => {
    console.log(`received ${message.content}`);
    channel.ack(message);
    received();
  });
});
await connection.close();

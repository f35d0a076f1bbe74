import static java.util.Map.of;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.RpcClient;
import com.rabbitmq.client.RpcClientParams;
import com.rabbitmq.client.RpcServer;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Consuming: acknowledgements, prefetch, order, dead letters, expiry, cancels, RPC. */
final class AmqpConsumeChecks {
  private final AmqpClients clients;

  AmqpConsumeChecks(AmqpClients clients) {
    this.clients = clients;
  }

  void addTo(Checks checks) {
    checks.add("amqp java: prefetch of a consumer, of a channel, and both", this::prefetch);
    checks.add("amqp java: what is given back returns to its place, redelivered", this::requeue);
    checks.add("amqp java: basicGet, its counts and its acknowledgements", this::get);
    checks.add("amqp java: recover and a closed channel give everything back", this::recover);
    checks.add("amqp java: dead letters tell how they died", this::deadLetters);
    checks.add("amqp java: messages and queues expire", this::expiry);
    checks.add("amqp java: a consumer learns that its queue was deleted", this::cancelNotify);
    checks.add("amqp java: priorities of messages and of consumers", this::priorities);
    checks.add("amqp java: a single active consumer is followed by the next", this::singleActive);
    checks.add("amqp java: work is shared among consumers", this::sharing);
    checks.add("amqp java: RPC by direct reply-to and by a queue", this::rpc);
    checks.add("amqp java: a quorum queue counts deliveries and gives up at its limit", this::quorum);
  }

  private void prefetch() throws Exception {
    clients.with(channel -> {
      String queue = channel.queueDeclare().getQueue();
      for (int i = 0; i < 20; i++) AmqpClients.publish(channel, queue, "" + i);
      channel.basicQos(2);
      AmqpClients.Collector first = new AmqpClients.Collector(channel);
      channel.basicConsume(queue, first);
      Checks.equal(AmqpClients.texts(first.next(2)), List.of("0", "1"), "two at first");
      first.expectNothing();
      channel.basicQos(3);
      AmqpClients.Collector second = new AmqpClients.Collector(channel);
      channel.basicConsume(queue, second);
      Checks.equal(AmqpClients.texts(second.next(3)), List.of("2", "3", "4"), "three for the second");
      second.expectNothing();
      channel.basicAck(2, true);
      Checks.equal(AmqpClients.texts(first.next(2)), List.of("5", "6"), "two more for the first");
      first.expectNothing();
      channel.basicQos(6, true);
      channel.basicAck(3, false);
      Checks.equal(second.next().text(), "7", "room in both limits");
      channel.basicQos(4, true);
      channel.basicAck(4, false);
      second.expectNothing();
      first.expectNothing();
      channel.basicAck(0, true);
      first.next();
      second.next();
    });
  }

  private void requeue() throws Exception {
    clients.with(channel -> {
      String queue = channel.queueDeclare().getQueue();
      AmqpClients.publish(channel, queue, "A", "B", "C", "D", "E");
      for (int i = 0; i < 4; i++) AmqpClients.get(channel, queue, false);
      for (long tag : List.of(2L, 1L, 4L, 3L)) channel.basicNack(tag, false, true);
      for (String expected : List.of("A", "B", "C", "D", "E")) {
        GetResponse got = AmqpClients.get(channel, queue, true);
        Checks.equal(AmqpClients.text(got.getBody()) + got.getEnvelope().isRedeliver(), expected + !expected.equals("E"), "order");
      }
      AmqpClients.publish(channel, queue, "F", "G");
      for (int i = 0; i < 2; i++) AmqpClients.get(channel, queue, false);
      channel.basicReject(10, true);
      channel.basicReject(11, false);
      Checks.equal(AmqpClients.drain(channel, queue), List.of("F"), "one was dropped");
    });
  }

  private void get() throws Exception {
    clients.with(channel -> {
      String queue = channel.queueDeclare().getQueue();
      Checks.equal(channel.basicGet(queue, true), null, "an empty queue");
      AmqpClients.publish(channel, queue, "1", "2", "3");
      Checks.equal(AmqpClients.get(channel, queue, false).getMessageCount(), 2, "left");
      Checks.equal(AmqpClients.get(channel, queue, true).getEnvelope().getDeliveryTag(), 2L, "tags are shared");
      channel.basicAck(1, false);
      Checks.equal(AmqpClients.refusal(() -> {
        channel.basicAck(1, false);
        channel.queueDeclare();
      }), "channel 406 PRECONDITION_FAILED - unknown delivery tag 1", "twice");
    });
  }

  private void recover() throws Exception {
    clients.with(channel -> {
      String queue = Checks.unique("java-recover");
      channel.queueDeclare(queue, true, false, false, null);
      AmqpClients.publish(channel, queue, "1", "2");
      AmqpClients.Collector collector = new AmqpClients.Collector(channel);
      channel.basicConsume(queue, collector);
      collector.next(2);
      channel.basicRecover(true);
      List<AmqpClients.Delivery> again = collector.next(2);
      Checks.equal(AmqpClients.texts(again) + " " + again.get(0).envelope().isRedeliver(), "[1, 2] true", "recovered");
      Connection connection = channel.getConnection();
      channel.close();
      Channel next = connection.createChannel();
      Checks.equal(AmqpClients.texts(List.of(delivery(AmqpClients.get(next, queue, false)), delivery(AmqpClients.get(next, queue, false)))), List.of("1", "2"), "after the channel");
      next.queueDelete(queue);
    });
  }

  private static AmqpClients.Delivery delivery(GetResponse got) {
    return new AmqpClients.Delivery("", got.getEnvelope(), got.getProps(), got.getBody());
  }

  @SuppressWarnings("unchecked")
  private void deadLetters() throws Exception {
    clients.with(channel -> {
      String dead = Checks.unique("java-dead");
      String exchange = Checks.unique("java-dlx");
      channel.exchangeDeclare(exchange, "topic", true);
      channel.queueDeclare(dead, true, false, false, null);
      channel.queueBind(dead, exchange, "#");
      String queue = Checks.unique("java-dying");
      channel.queueDeclare(queue, true, false, false, of("x-dead-letter-exchange", exchange, "x-max-length", 1));
      AmqpClients.publish(channel, queue, "too many", "rejected");
      GetResponse first = AmqpClients.get(channel, dead, true);
      Checks.equal(AmqpClients.text(first.getBody()), "too many", "the oldest is dropped");
      Map<String, Object> headers = first.getProps().getHeaders();
      Map<String, Object> death = ((List<Map<String, Object>>) headers.get("x-death")).get(0);
      Checks.equal(death.get("reason") + " " + death.get("queue") + " " + death.get("count") + " " + death.get("routing-keys"), "maxlen " + queue + " 1 [" + queue + "]", "x-death");
      Checks.equal(headers.get("x-first-death-reason") + " " + headers.get("x-first-death-queue"), "maxlen " + queue, "first death");
      channel.basicReject(AmqpClients.get(channel, queue, false).getEnvelope().getDeliveryTag(), false);
      GetResponse second = AmqpClients.get(channel, dead, true);
      Checks.equal(second.getEnvelope().getExchange() + " " + second.getEnvelope().getRoutingKey(), exchange + " " + queue, "where it came from");
      channel.basicPublish("", queue, new AMQP.BasicProperties.Builder().expiration("1").build(), AmqpClients.bytes("old"));
      GetResponse third = AmqpClients.get(channel, dead, true);
      Map<String, Object> expired = ((List<Map<String, Object>>) third.getProps().getHeaders().get("x-death")).get(0);
      Checks.equal(expired.get("reason") + " " + expired.get("original-expiration") + " " + third.getProps().getExpiration(), "expired 1 null", "expired");
      for (String each : List.of(queue, dead)) channel.queueDelete(each);
      channel.exchangeDelete(exchange);
    });
  }

  private void expiry() throws Exception {
    clients.with(channel -> {
      String queue = channel.queueDeclare("", false, true, true, of("x-message-ttl", 30)).getQueue();
      AmqpClients.publish(channel, queue, "1", "2");
      Checks.until("messages", () -> count(channel, queue), 0L);
      String unused = Checks.unique("java-unused");
      channel.queueDeclare(unused, false, false, false, of("x-expires", 50));
      Checks.until("the queue", () -> isThere(unused), false);
    });
  }

  private static long count(Channel channel, String queue) {
    try {
      Thread.sleep(10);
      return channel.messageCount(queue);
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
  }

  /** Looks seldom: each look counts as a use. */
  private boolean isThere(String queue) {
    try (Connection connection = clients.connect()) {
      Thread.sleep(200);
      return AmqpClients.refusal(() -> connection.createChannel().queueDeclarePassive(queue)).equals("not refused");
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
  }

  private void cancelNotify() throws Exception {
    clients.with(channel -> {
      String queue = Checks.unique("java-cancelled");
      channel.queueDeclare(queue, true, false, false, null);
      AmqpClients.Collector collector = new AmqpClients.Collector(channel);
      String tag = channel.basicConsume(queue, collector);
      channel.getConnection().createChannel().queueDelete(queue);
      Checks.equal(collector.cancels.poll(AmqpClients.WAIT_S, TimeUnit.SECONDS), tag, "cancelled");
      Checks.equal(channel.isOpen(), true, "the channel stays");
    });
  }

  private void priorities() throws Exception {
    clients.with(channel -> {
      String queue = channel.queueDeclare("", false, true, true, of("x-max-priority", 5)).getQueue();
      for (int priority : List.of(0, 3, 5, 9, 1)) {
        channel.basicPublish("", queue, new AMQP.BasicProperties.Builder().priority(priority).build(), AmqpClients.bytes("" + priority));
      }
      AmqpClients.publish(channel, queue, "none");
      Checks.equal(AmqpClients.drain(channel, queue), List.of("5", "9", "3", "1", "0", "none"), "messages");
      AmqpClients.Collector low = new AmqpClients.Collector(channel);
      AmqpClients.Collector high = new AmqpClients.Collector(channel);
      channel.basicConsume(queue, true, of("x-priority", -1), low);
      channel.basicConsume(queue, true, of("x-priority", 10), high);
      AmqpClients.publish(channel, queue, "a", "b", "c");
      Checks.equal(AmqpClients.texts(high.next(3)), List.of("a", "b", "c"), "consumers");
      low.expectNothing();
    });
  }

  private void singleActive() throws Exception {
    clients.with(channel -> {
      String queue = channel.queueDeclare("", false, true, false, of("x-single-active-consumer", true)).getQueue();
      AmqpClients.Collector first = new AmqpClients.Collector(channel);
      AmqpClients.Collector second = new AmqpClients.Collector(channel);
      String tag = channel.basicConsume(queue, true, first);
      channel.basicConsume(queue, true, second);
      AmqpClients.publish(channel, queue, "1", "2");
      first.next(2);
      channel.basicCancel(tag);
      AmqpClients.publish(channel, queue, "3");
      Checks.equal(second.next().text(), "3", "the next one");
    });
  }

  private void sharing() throws Exception {
    clients.with(channel -> {
      String queue = channel.queueDeclare().getQueue();
      Channel other = channel.getConnection().createChannel();
      AmqpClients.Collector first = new AmqpClients.Collector(channel);
      AmqpClients.Collector second = new AmqpClients.Collector(other);
      channel.basicQos(1);
      other.basicQos(1);
      channel.basicConsume(queue, first);
      other.basicConsume(queue, second);
      for (int i = 0; i < 50; i++) AmqpClients.publish(channel, queue, "" + i);
      Set<String> seen = new HashSet<>();
      for (int i = 0; i < 25; i++) {
        for (AmqpClients.Collector collector : List.of(first, second)) {
          AmqpClients.Delivery delivery = collector.next();
          seen.add(delivery.text());
          collector.getChannel().basicAck(delivery.envelope().getDeliveryTag(), false);
        }
      }
      Checks.equal(seen.size(), 50, "messages");
    });
  }

  private void rpc() throws Exception {
    clients.with(channel -> {
      String queue = Checks.unique("java-rpc");
      channel.queueDeclare(queue, false, false, true, null);
      RpcServer server = new RpcServer(channel, queue) {
        @Override
        public byte[] handleCall(byte[] request, AMQP.BasicProperties properties) {
          return AmqpClients.bytes(AmqpClients.text(request) + "!");
        }
      };
      Thread serving = new Thread(() -> {
        try {
          server.mainloop();
        } catch (Exception ended) {
          // The connection was closed.
        }
      });
      serving.setDaemon(true);
      serving.start();
      try (Connection connection = clients.connect()) {
        RpcClient direct = new RpcClient(new RpcClientParams().channel(connection.createChannel()).exchange("").routingKey(queue).timeout(20_000));
        for (int i = 0; i < 20; i++) Checks.equal(direct.stringCall("direct " + i), "direct " + i + "!", "direct reply-to");
        Channel own = connection.createChannel();
        String replies = own.queueDeclare().getQueue();
        RpcClient queued = new RpcClient(new RpcClientParams().channel(own).exchange("").routingKey(queue).replyTo(replies).timeout(20_000));
        for (int i = 0; i < 20; i++) Checks.equal(queued.stringCall("queued " + i), "queued " + i + "!", "a reply queue");
      }
      server.terminateMainloop();
    });
  }

  private void quorum() throws Exception {
    clients.with(channel -> {
      String queue = Checks.unique("java-quorum");
      String dead = Checks.unique("java-quorum-dead");
      channel.queueDeclare(dead, true, false, false, null);
      channel.queueDeclare(queue, true, false, false, of("x-queue-type", "quorum", "x-delivery-limit", 2, "x-dead-letter-exchange", "", "x-dead-letter-routing-key", dead));
      AmqpClients.publish(channel, queue, "poison");
      for (int i = 0; i < 3; i++) {
        GetResponse got = AmqpClients.get(channel, queue, false);
        Map<String, Object> headers = got.getProps().getHeaders();
        // RabbitMQ 3 says 0 where nothing is said today.
        Object count = headers == null ? 0 : headers.getOrDefault("x-delivery-count", 0);
        Checks.equal(String.valueOf(count), "" + i, "x-delivery-count");
        channel.basicNack(got.getEnvelope().getDeliveryTag(), false, true);
      }
      Map<?, ?> death = (Map<?, ?>) ((List<?>) AmqpClients.get(channel, dead, true).getProps().getHeaders().get("x-death")).get(0);
      Checks.equal(death.get("reason").toString(), "delivery_limit", "reason");
      for (String each : List.of(queue, dead)) channel.queueDelete(each);
    });
  }
}

import static java.util.Map.of;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Connections, exchanges, queues, bindings, and what is said when they can't be had. */
final class AmqpTopologyChecks {
  private final AmqpClients clients;

  AmqpTopologyChecks(AmqpClients clients) {
    this.clients = clients;
  }

  void addTo(Checks checks) {
    checks.add("amqp java: every exchange type routes as it should", this::exchangeTypes);
    checks.add("amqp java: exchange to exchange bindings and alternate exchanges", this::exchangeToExchange);
    checks.add("amqp java: queues are declared, looked at, purged and deleted", this::queues);
    checks.add("amqp java: what does not fit is refused with RabbitMQ's words", this::refusals);
    checks.add("amqp java: exclusive queues and consumers", this::exclusive);
    checks.add("amqp java: auto-delete queues and exchanges go when they should", this::autoDelete);
    checks.add("amqp java: limits of the handshake", this::handshake);
    checks.add("amqp java: wrong passwords and vhosts are told", this::logins);
  }

  private void exchangeTypes() throws Exception {
    clients.with(channel -> {
      for (String type : List.of("direct", "fanout", "topic", "headers")) {
        String exchange = Checks.unique("java-" + type);
        channel.exchangeDeclare(exchange, type, true);
        String hit = channel.queueDeclare().getQueue();
        String other = channel.queueDeclare().getQueue();
        Map<String, Object> wanted = new HashMap<>(of("x-match", "any", "color", "red", "size", 7));
        channel.queueBind(hit, exchange, type.equals("topic") ? "a.*.#" : "a.b", type.equals("headers") ? wanted : null);
        Map<String, Object> unwanted = of("x-match", "all", "color", "red", "size", 8);
        channel.queueBind(other, exchange, "z", type.equals("headers") ? unwanted : null);
        AMQP.BasicProperties red = new AMQP.BasicProperties.Builder().headers(of("color", "red", "size", 9)).build();
        channel.basicPublish(exchange, "a.b", red, AmqpClients.bytes("one"));
        Checks.equal(AmqpClients.drain(channel, hit), List.of("one"), type);
        Checks.equal(AmqpClients.drain(channel, other), type.equals("fanout") ? List.of("one") : List.of(), type);
        channel.queueUnbind(hit, exchange, type.equals("topic") ? "a.*.#" : "a.b", type.equals("headers") ? wanted : null);
        channel.basicPublish(exchange, "a.b", red, AmqpClients.bytes("two"));
        Checks.equal(AmqpClients.drain(channel, hit), List.of(), type + " after unbinding");
        channel.exchangeDelete(exchange);
      }
    });
  }

  private void exchangeToExchange() throws Exception {
    clients.with(channel -> {
      String from = Checks.unique("java-from");
      String to = Checks.unique("java-to");
      String alternate = Checks.unique("java-alternate");
      channel.exchangeDeclare(alternate, "fanout", true);
      channel.exchangeDeclare(from, "topic", true, false, of("alternate-exchange", alternate));
      channel.exchangeDeclare(to, "direct", true, false, true, null);
      String queue = channel.queueDeclare().getQueue();
      String rest = channel.queueDeclare().getQueue();
      channel.exchangeBind(to, from, "#.x");
      channel.queueBind(queue, to, "a.x");
      channel.queueBind(rest, alternate, "");
      for (String key : List.of("a.x", "b.x", "y")) channel.basicPublish(from, key, null, AmqpClients.bytes(key));
      Checks.equal(AmqpClients.drain(channel, queue), List.of("a.x"), "bound queue");
      Checks.equal(AmqpClients.drain(channel, rest).contains("y"), true, "alternate exchange");
      channel.exchangeUnbind(to, from, "#.x");
      channel.basicPublish(from, "a.x", null, AmqpClients.bytes("late"));
      Checks.equal(AmqpClients.drain(channel, queue), List.of(), "after unbinding");
      Checks.equal(
          AmqpClients.refusalLater(channel, () -> channel.basicPublish(to, "a.x", null, AmqpClients.bytes("no"))),
          "channel 403 ACCESS_REFUSED - cannot publish to internal exchange '" + to + "' in vhost '/'",
          "an internal exchange");
    });
  }

  private void queues() throws Exception {
    clients.with(channel -> {
      String queue = Checks.unique("java-queue");
      channel.queueDeclare(queue, true, false, false, of("x-max-length", 5, "x-message-ttl", 60_000L));
      Checks.equal(channel.queueDeclare(queue, true, false, false, of("x-max-length", 5L, "x-message-ttl", 60_000)).getMessageCount(), 0, "again, of other integer types");
      channel.confirmSelect();
      AmqpClients.publish(channel, queue, "1", "2", "3", "4", "5", "6", "7");
      channel.waitForConfirmsOrDie(20_000);
      AMQP.Queue.DeclareOk seen = channel.queueDeclarePassive(queue);
      Checks.equal(List.of(seen.getMessageCount(), seen.getConsumerCount()), List.of(5, 0), "counts");
      Checks.equal(channel.messageCount(queue), 5L, "messageCount");
      Checks.equal(channel.queuePurge(queue).getMessageCount(), 5, "purged");
      AmqpClients.publish(channel, queue, "8");
      channel.waitForConfirmsOrDie(20_000);
      Checks.equal(channel.queueDelete(queue).getMessageCount(), 1, "deleted with it");
      Checks.equal(channel.queueDelete(queue).getMessageCount(), 0, "deleted again");
      String named = channel.queueDeclare().getQueue();
      Checks.equal(named.startsWith("amq.gen-"), true, named);
    });
  }

  private void refusals() throws Exception {
    String queue = Checks.unique("java-refused");
    String exchange = Checks.unique("java-refused");
    clients.with(channel -> {
      channel.queueDeclare(queue, true, false, false, of("x-expires", 60_000));
      channel.exchangeDeclare(exchange, "direct", true);
    });
    refused("channel 406 PRECONDITION_FAILED - inequivalent arg 'durable' for queue '" + queue + "' in vhost '/': received 'false' but current is 'true'",
        channel -> channel.queueDeclare(queue, false, false, false, of("x-expires", 60_000)));
    refused("channel 406 PRECONDITION_FAILED - inequivalent arg 'x-expires' for queue '" + queue + "' in vhost '/': received none but current is the value '60000' of type 'signedint'",
        channel -> channel.queueDeclare(queue, true, false, false, null));
    refused("channel 406 PRECONDITION_FAILED - inequivalent arg 'type' for exchange '" + exchange + "' in vhost '/': received 'fanout' but current is 'direct'",
        channel -> channel.exchangeDeclare(exchange, "fanout", true));
    refused("channel 404 NOT_FOUND - no queue 'java-nowhere' in vhost '/'", channel -> channel.queueDeclarePassive("java-nowhere"));
    refused("channel 404 NOT_FOUND - no exchange 'java-nowhere' in vhost '/'", channel -> channel.exchangeDeclarePassive("java-nowhere"));
    refused("channel 404 NOT_FOUND - no queue 'java-nowhere' in vhost '/'", channel -> channel.basicConsume("java-nowhere", new AmqpClients.Collector(channel)));
    refused("channel 403 ACCESS_REFUSED - queue name 'amq.mine' contains reserved prefix 'amq.*'", channel -> channel.queueDeclare("amq.mine", true, false, false, null));
    refused("channel 403 ACCESS_REFUSED - operation not permitted on the default exchange", channel -> channel.queueBind(queue, "", "x"));
    refused("channel 406 PRECONDITION_FAILED - unknown delivery tag 7", channel -> {
      channel.basicAck(7, false);
      channel.queueDeclare();
    });
    clients.with(channel -> channel.queueDelete(queue));
  }

  private void refused(String expected, AmqpClients.OnChannel act) throws Exception {
    clients.with(channel -> Checks.equal(AmqpClients.refusal(() -> act.run(channel)), expected, "refusal"));
  }

  private void exclusive() throws Exception {
    String queue = Checks.unique("java-exclusive");
    Connection owner = clients.connect();
    owner.createChannel().queueDeclare(queue, false, true, false, null);
    String locked = "channel 405 RESOURCE_LOCKED - cannot obtain exclusive access to locked queue '" + queue + "' in vhost '/'. It could be originally declared on another connection or the exclusive property value does not match that of the original declaration.";
    refused(locked, channel -> channel.queueDeclare(queue, false, true, false, null));
    refused(locked, channel -> channel.basicGet(queue, true));
    owner.close();
    refused("channel 404 NOT_FOUND - no queue '" + queue + "' in vhost '/'", channel -> channel.queueDeclarePassive(queue));
    clients.with(channel -> {
      String shared = Checks.unique("java-alone");
      channel.queueDeclare(shared, true, false, false, null);
      channel.basicConsume(shared, true, "alone", false, true, null, new AmqpClients.Collector(channel));
      Channel second = channel.getConnection().createChannel();
      Checks.equal(
          AmqpClients.refusal(() -> second.basicConsume(shared, new AmqpClients.Collector(second))),
          "channel 403 ACCESS_REFUSED - queue '" + shared + "' in vhost '/' in exclusive use",
          "a second consumer");
      channel.queueDelete(shared);
    });
  }

  private void autoDelete() throws Exception {
    clients.with(channel -> {
      String queue = Checks.unique("java-auto");
      String exchange = Checks.unique("java-auto");
      channel.exchangeDeclare(exchange, "fanout", false, true, null);
      channel.queueDeclare(queue, false, false, true, null);
      channel.queueBind(queue, exchange, "");
      channel.queueDeclarePassive(queue);
      String tag = channel.basicConsume(queue, true, new AmqpClients.Collector(channel));
      channel.basicCancel(tag);
      Channel other = channel.getConnection().createChannel();
      Checks.equal(
          AmqpClients.refusal(() -> other.queueDeclarePassive(queue)),
          "channel 404 NOT_FOUND - no queue '" + queue + "' in vhost '/'", "after its last consumer");
      Channel third = channel.getConnection().createChannel();
      Checks.equal(
          AmqpClients.refusal(() -> third.exchangeDeclarePassive(exchange)),
          "channel 404 NOT_FOUND - no exchange '" + exchange + "' in vhost '/'", "after its last binding");
    });
  }

  private void handshake() throws Exception {
    ConnectionFactory factory = clients.factory();
    factory.setRequestedFrameMax(4096);
    factory.setRequestedChannelMax(3);
    factory.setRequestedHeartbeat(1);
    try (Connection connection = factory.newConnection()) {
      Checks.equal(List.of(connection.getFrameMax(), connection.getChannelMax(), connection.getHeartbeat()), List.of(4096, 3, 1), "tuned");
      Channel channel = connection.createChannel();
      channel.confirmSelect();
      String queue = channel.queueDeclare().getQueue();
      channel.basicPublish("", queue, null, new byte[100_000]);
      channel.waitForConfirmsOrDie(20_000);
      // Longer than two heartbeats, in which neither side says anything else.
      Thread.sleep(3_500);
      Checks.equal(AmqpClients.get(channel, queue, true).getBody().length, 100_000, "in small frames");
      connection.createChannel();
      connection.createChannel();
      Checks.equal(connection.createChannel() == null, true, "no fourth channel");
      Checks.equal(connection.getServerProperties().get("product").toString(), "RabbitMQ", "product");
    }
  }

  private void logins() throws Exception {
    ConnectionFactory wrong = clients.factory();
    wrong.setPassword("wrong");
    Checks.equal(Checks.failureOf(() -> wrong.newConnection().close()), "AuthenticationFailureException", "a wrong password");
    ConnectionFactory nowhere = clients.factory();
    nowhere.setVirtualHost("java-nowhere");
    Checks.equal(AmqpClients.refusal(() -> nowhere.newConnection().close()), "connection 530 NOT_ALLOWED - vhost java-nowhere not found", "a vhost");
  }
}

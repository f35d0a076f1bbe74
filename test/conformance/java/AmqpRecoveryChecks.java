import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Recoverable;
import com.rabbitmq.client.RecoveryListener;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What the client does by itself when the broker goes away or has no room. */
final class AmqpRecoveryChecks {
  private static final int KILLS = 2;
  private final AmqpClients clients;

  AmqpRecoveryChecks(AmqpClients clients) {
    this.clients = clients;
  }

  void addRecovery(Checks checks) {
    checks.add("amqp java: connection, topology and consumers recover when the broker was killed", this::recovery);
  }

  void addBlocked(Checks checks) {
    checks.add("amqp java: a publisher is told that it is blocked", this::blocked);
  }

  private void recovery() throws Exception {
    ConnectionFactory factory = clients.factory();
    factory.setAutomaticRecoveryEnabled(true);
    factory.setTopologyRecoveryEnabled(true);
    factory.setNetworkRecoveryInterval(200);
    try (Connection connection = factory.newConnection("recovering")) {
      BlockingQueue<String> recoveries = new LinkedBlockingQueue<>();
      ((Recoverable) connection).addRecoveryListener(new RecoveryListener() {
        @Override
        public void handleRecovery(Recoverable recoverable) {
          recoveries.add("recovered");
        }

        @Override
        public void handleRecoveryStarted(Recoverable recoverable) {}
      });
      Channel channel = connection.createChannel();
      String durable = Checks.unique("java-durable");
      String exchange = Checks.unique("java-transient");
      channel.queueDeclare(durable, true, false, false, null);
      channel.exchangeDeclare(exchange, "direct", false, true, null);
      String named = channel.queueDeclare().getQueue();
      channel.queueBind(named, exchange, "key");
      AmqpClients.Collector own = new AmqpClients.Collector(channel);
      channel.basicConsume(named, true, own);
      AmqpClients.Collector lasting = new AmqpClients.Collector(channel);
      channel.basicQos(10);
      channel.basicConsume(durable, false, lasting);
      Channel publisher = connection.createChannel();
      publisher.confirmSelect();
      Set<String> unseen = new HashSet<>();
      for (int kill = 0; kill <= KILLS; kill++) {
        for (int i = 0; i < 50; i++) {
          String body = kill + "/" + i;
          publisher.basicPublish("", durable, new AMQP.BasicProperties.Builder().deliveryMode(2).build(), AmqpClients.bytes(body));
          unseen.add(body);
        }
        publisher.waitForConfirmsOrDie(20_000);
        channel.basicPublish(exchange, "key", null, AmqpClients.bytes("transient " + kill));
        Checks.equal(own.next().text(), "transient " + kill, "the server-named queue");
        if (kill == KILLS) break;
        System.out.println("{\"please\":\"kill\"}");
        System.out.flush();
        Checks.equal(recoveries.poll(60, TimeUnit.SECONDS), "recovered", "recovery");
      }
      while (!unseen.isEmpty()) {
        AmqpClients.Delivery delivery = lasting.next();
        unseen.remove(delivery.text());
        channel.basicAck(delivery.envelope().getDeliveryTag(), false);
      }
      channel.queueDelete(durable);
    }
  }

  private void blocked() throws Exception {
    Connection publisher = clients.connect();
    BlockingQueue<String> told = new LinkedBlockingQueue<>();
    publisher.addBlockedListener(reason -> told.add("blocked: " + reason), () -> told.add("unblocked"));
    Channel channel = publisher.createChannel();
    AmqpClients.publish(channel, channel.queueDeclare().getQueue(), "1");
    String first = told.poll(AmqpClients.WAIT_S, TimeUnit.SECONDS);
    Checks.equal(first != null && first.startsWith("blocked: low on "), true, "told " + first);
    clients.with(other -> Checks.equal(other.queueDeclare().getMessageCount(), 0, "others go on"));
    // What is blocked is not read either: nobody answers a close.
    publisher.abort(500);
  }
}

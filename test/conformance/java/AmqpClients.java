import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.Method;
import com.rabbitmq.client.ShutdownSignalException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Connections, channels and small acts that the checks share. */
final class AmqpClients {
  static final int WAIT_S = 20;
  final String host;
  final int port;

  AmqpClients(String host, int port) {
    this.host = host;
    this.port = port;
  }

  ConnectionFactory factory() {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost(host);
    factory.setPort(port);
    factory.setAutomaticRecoveryEnabled(false);
    factory.setConnectionTimeout(10_000);
    return factory;
  }

  Connection connect() throws Exception {
    return factory().newConnection();
  }

  interface OnChannel {
    void run(Channel channel) throws Exception;
  }

  /** With a channel on a connection of its own. */
  void with(OnChannel body) throws Exception {
    try (Connection connection = connect()) {
      body.run(connection.createChannel());
    }
  }

  interface Act {
    void run() throws Exception;
  }

  /** Runs what the broker must refuse, and gives `channel 404 TEXT`, or `connection ...` for a hard error. */
  static String refusal(Act act) {
    try {
      act.run();
    } catch (Exception thrown) {
      for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
        if (cause instanceof ShutdownSignalException signal) return refusal(signal);
      }
      return thrown.toString();
    }
    return "not refused";
  }

  static String refusal(ShutdownSignalException signal) {
    Method reason = signal.getReason();
    if (reason instanceof AMQP.Channel.Close close) return "channel " + close.getReplyCode() + " " + close.getReplyText();
    if (reason instanceof AMQP.Connection.Close close) return "connection " + close.getReplyCode() + " " + close.getReplyText();
    return signal.toString();
  }

  /** What a publish is answered with comes later: waits for the end of the channel. */
  static String refusalLater(Channel channel, Act act) throws Exception {
    BlockingQueue<String> ends = new LinkedBlockingQueue<>();
    channel.addShutdownListener(signal -> ends.add(refusal(signal)));
    try {
      act.run();
    } catch (AlreadyClosedException early) {
      // The listener has it.
    }
    String end = ends.poll(WAIT_S, TimeUnit.SECONDS);
    return end == null ? "not refused" : end;
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  static void publish(Channel channel, String queue, String... bodies) throws Exception {
    for (String body : bodies) channel.basicPublish("", queue, null, bytes(body));
  }

  /** The next message, waiting for it; `basicGet` itself never waits. */
  static GetResponse get(Channel channel, String queue, boolean autoAck) throws Exception {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_S);
    while (System.nanoTime() < deadlineNs) {
      GetResponse got = channel.basicGet(queue, autoAck);
      if (got != null) return got;
      Thread.sleep(5);
    }
    throw new AssertionError("nothing came to " + queue);
  }

  static List<String> drain(Channel channel, String queue) throws Exception {
    List<String> bodies = new ArrayList<>();
    for (GetResponse got = channel.basicGet(queue, true); got != null; got = channel.basicGet(queue, true)) {
      bodies.add(text(got.getBody()));
    }
    return bodies;
  }

  record Delivery(String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
    String text() {
      return AmqpClients.text(body);
    }
  }

  /** Keeps what it is given, and how it ended. */
  static final class Collector extends DefaultConsumer {
    final BlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();
    final BlockingQueue<String> cancels = new LinkedBlockingQueue<>();

    Collector(Channel channel) {
      super(channel);
    }

    @Override
    public void handleDelivery(String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
      deliveries.add(new Delivery(tag, envelope, properties, body));
    }

    @Override
    public void handleCancel(String tag) {
      cancels.add(tag);
    }

    Delivery next() throws InterruptedException {
      Delivery delivery = deliveries.poll(WAIT_S, TimeUnit.SECONDS);
      if (delivery == null) throw new AssertionError("no delivery came");
      return delivery;
    }

    List<Delivery> next(int count) throws InterruptedException {
      List<Delivery> all = new ArrayList<>();
      while (all.size() < count) all.add(next());
      return all;
    }

    /** A round trip on the same channel comes after everything that was delivered before. */
    void expectNothing() throws Exception {
      getChannel().queueDeclare();
      if (!deliveries.isEmpty()) throw new AssertionError("an unwanted delivery: " + deliveries.peek().text());
    }
  }

  static List<String> texts(List<Delivery> deliveries) {
    return deliveries.stream().map(Delivery::text).toList();
  }
}

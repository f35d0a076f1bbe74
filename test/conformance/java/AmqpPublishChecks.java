import static java.util.Map.of;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.impl.LongStringHelper;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Publishing: confirms, returns, properties, transactions, refusals. */
final class AmqpPublishChecks {
  private final AmqpClients clients;

  AmqpPublishChecks(AmqpClients clients) {
    this.clients = clients;
  }

  void addTo(Checks checks) {
    checks.add("amqp java: every publish is confirmed once", this::confirms);
    checks.add("amqp java: a full queue that rejects is told by a nack", this::nacks);
    checks.add("amqp java: an unroutable mandatory message returns before its confirm", this::returns);
    checks.add("amqp java: all properties and header types arrive as they were sent", this::properties);
    checks.add("amqp java: bodies of none to many frames", this::bodies);
    checks.add("amqp java: transactions commit and roll back publishes and acknowledgements", this::transactions);
    checks.add("amqp java: what can't be published closes the channel", this::refusals);
    checks.add("amqp java: CC and BCC route, and only CC is seen", this::copies);
  }

  private void confirms() throws Exception {
    int count = 5000;
    clients.with(channel -> {
      String queue = Checks.unique("java-confirms");
      channel.queueDeclare(queue, true, false, false, null);
      channel.confirmSelect();
      ConcurrentSkipListSet<Long> open = new ConcurrentSkipListSet<>();
      BlockingQueue<String> wrong = new LinkedBlockingQueue<>();
      channel.addConfirmListener(
          (tag, multiple) -> {
            boolean known = multiple ? !open.headSet(tag, true).isEmpty() : open.contains(tag);
            if (!known) wrong.add("ack " + tag + (multiple ? " multiple" : ""));
            if (multiple) open.headSet(tag, true).clear();
            else open.remove(tag);
          },
          (tag, multiple) -> wrong.add("nack " + tag));
      AMQP.BasicProperties persistent = new AMQP.BasicProperties.Builder().deliveryMode(2).build();
      for (int i = 0; i < count; i++) {
        open.add(channel.getNextPublishSeqNo());
        channel.basicPublish("", queue, i % 2 == 0 ? persistent : null, AmqpClients.bytes("" + i));
      }
      channel.waitForConfirmsOrDie(30_000);
      Checks.equal(open.size(), 0, "not confirmed");
      Checks.equal(wrong.peek(), null, "wrong");
      List<String> bodies = AmqpClients.drain(channel, queue);
      for (int i = 0; i < count; i++) Checks.equal(bodies.get(i), "" + i, "order");
      channel.queueDelete(queue);
    });
  }

  private void nacks() throws Exception {
    clients.with(channel -> {
      String queue = Checks.unique("java-full");
      channel.queueDeclare(queue, true, false, false, of("x-max-length", 2, "x-overflow", "reject-publish"));
      channel.confirmSelect();
      List<Boolean> accepted = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        AmqpClients.publish(channel, queue, "" + i);
        accepted.add(channel.waitForConfirms(20_000));
      }
      Checks.equal(accepted, List.of(true, true, false, false), "accepted");
      Checks.equal(AmqpClients.drain(channel, queue), List.of("0", "1"), "kept");
      channel.queueDelete(queue);
    });
  }

  private void returns() throws Exception {
    clients.with(channel -> {
      BlockingQueue<String> events = new LinkedBlockingQueue<>();
      channel.addReturnListener(back -> events.add(
          back.getReplyCode() + " " + back.getReplyText() + " " + back.getExchange() + "/" + back.getRoutingKey() + " " + AmqpClients.text(back.getBody())));
      channel.addConfirmListener((tag, multiple) -> events.add("ack " + tag), (tag, multiple) -> events.add("nack " + tag));
      channel.confirmSelect();
      channel.basicPublish("", "java-nowhere", true, null, AmqpClients.bytes("lost"));
      channel.waitForConfirms(20_000);
      channel.basicPublish("amq.direct", "java-nowhere", false, null, AmqpClients.bytes("dropped"));
      channel.waitForConfirms(20_000);
      Checks.equal(events.poll(AmqpClients.WAIT_S, TimeUnit.SECONDS), "312 NO_ROUTE /java-nowhere lost", "first");
      Checks.equal(events.poll(AmqpClients.WAIT_S, TimeUnit.SECONDS), "ack 1", "second");
      Checks.equal(events.poll(AmqpClients.WAIT_S, TimeUnit.SECONDS), "ack 2", "third");
    });
  }

  private void properties() throws Exception {
    clients.with(channel -> {
      String queue = channel.queueDeclare().getQueue();
      Map<String, Object> headers = new HashMap<>();
      headers.put("long string", LongStringHelper.asLongString("ü".repeat(300)));
      headers.put("int", 7);
      headers.put("long", Long.MAX_VALUE);
      headers.put("short", (short) -7);
      headers.put("byte", (byte) -1);
      headers.put("float", 1.5f);
      headers.put("double", Math.PI);
      headers.put("bool", true);
      headers.put("decimal", new BigDecimal("123.45"));
      headers.put("date", new Date(1_700_000_000_000L));
      headers.put("void", null);
      headers.put("bytes", new byte[] {1, 2, 3});
      headers.put("list", List.of(1, LongStringHelper.asLongString("two"), List.of(3L)));
      headers.put("table", of("deep", of("deeper", 4)));
      AMQP.BasicProperties sent = new AMQP.BasicProperties.Builder()
          .contentType("text/plain").contentEncoding("identity").headers(headers).deliveryMode(2).priority(3).correlationId("c")
          .replyTo("r").expiration("60000").messageId("m").timestamp(new Date(1_600_000_000_000L)).type("t").userId("guest")
          .appId("a").clusterId("k").build();
      channel.basicPublish("", queue, sent, AmqpClients.bytes("x"));
      AMQP.BasicProperties seen = AmqpClients.get(channel, queue, true).getProps();
      Map<String, Object> seenHeaders = new HashMap<>(seen.getHeaders());
      Checks.equal(java.util.Arrays.toString((byte[]) seenHeaders.remove("bytes")), "[1, 2, 3]", "bytes");
      headers.remove("bytes");
      Map<?, ?> table = (Map<?, ?>) seenHeaders.remove("table");
      Checks.equal(table.toString(), headers.remove("table").toString(), "table");
      Checks.equal(seenHeaders.toString(), headers.toString(), "headers");
      for (String name : headers.keySet()) {
        Object value = headers.get(name);
        if (value != null && !(value instanceof List)) Checks.equal(seenHeaders.get(name).getClass(), value.getClass(), name);
      }
      Checks.equal(plain(seen), plain(sent), "properties");
    });
  }

  private static String plain(AMQP.BasicProperties properties) {
    return properties.builder().headers(null).build().toString();
  }

  private void bodies() throws Exception {
    clients.with(channel -> {
      String queue = channel.queueDeclare().getQueue();
      int frame = channel.getConnection().getFrameMax() - 8;
      for (int length : List.of(0, 1, frame - 1, frame, frame + 1, 3 * frame, 10_000_000)) {
        byte[] body = new byte[length];
        new java.util.Random(length).nextBytes(body);
        channel.basicPublish("", queue, null, body);
        Checks.equal(java.util.Arrays.equals(AmqpClients.get(channel, queue, true).getBody(), body), true, "a body of " + length);
      }
    });
  }

  private void transactions() throws Exception {
    clients.with(channel -> {
      String queue = Checks.unique("java-tx");
      channel.queueDeclare(queue, true, false, false, null);
      Channel watcher = channel.getConnection().createChannel();
      channel.txSelect();
      AmqpClients.publish(channel, queue, "1", "2");
      Checks.equal(watcher.messageCount(queue), 0L, "before the commit");
      channel.txCommit();
      Checks.equal(watcher.messageCount(queue), 2L, "after the commit");
      AmqpClients.publish(channel, queue, "3");
      channel.txRollback();
      Checks.equal(watcher.messageCount(queue), 2L, "after a rollback");
      GetResponse got = AmqpClients.get(channel, queue, false);
      channel.basicAck(got.getEnvelope().getDeliveryTag(), false);
      channel.txRollback();
      channel.basicAck(got.getEnvelope().getDeliveryTag(), false);
      channel.txCommit();
      channel.close();
      Checks.equal(AmqpClients.drain(watcher, queue), List.of("2"), "what is left");
      watcher.queueDelete(queue);
    });
    clients.with(channel -> {
      channel.txSelect();
      Checks.equal(AmqpClients.refusal(channel::confirmSelect), "channel 406 PRECONDITION_FAILED - cannot switch from tx to confirm mode", "confirm");
    });
    clients.with(channel -> Checks.equal(
        AmqpClients.refusal(channel::txCommit), "channel 406 PRECONDITION_FAILED - channel is not transactional", "commit"));
  }

  private void refusals() throws Exception {
    refused("channel 404 NOT_FOUND - no exchange 'java-nowhere' in vhost '/'", null, "java-nowhere", false);
    refused("connection 540 NOT_IMPLEMENTED - immediate=true", null, "", true);
    AMQP.BasicProperties.Builder builder = new AMQP.BasicProperties.Builder();
    refused("channel 406 PRECONDITION_FAILED - invalid expiration 'soon': no_integer", builder.expiration("soon").build(), "", false);
    refused("channel 406 PRECONDITION_FAILED - user_id property set to 'bob' but authenticated user was 'guest'", new AMQP.BasicProperties.Builder().userId("bob").build(), "", false);
  }

  private void refused(String expected, AMQP.BasicProperties properties, String exchange, boolean immediate) throws Exception {
    var connection = clients.connect();
    Channel channel = connection.createChannel();
    String seen = AmqpClients.refusalLater(channel, () -> channel.basicPublish(exchange, "x", false, immediate, properties, new byte[0]));
    if (connection.isOpen()) connection.close();
    Checks.equal(seen, expected, "refusal");
  }

  private void copies() throws Exception {
    clients.with(channel -> {
      List<String> queues = List.of(channel.queueDeclare().getQueue(), channel.queueDeclare().getQueue(), channel.queueDeclare().getQueue());
      Map<String, Object> headers = of("CC", List.of(queues.get(1)), "BCC", List.of(queues.get(2)));
      channel.basicPublish("", queues.get(0), new AMQP.BasicProperties.Builder().headers(headers).build(), AmqpClients.bytes("x"));
      for (String queue : queues) {
        GetResponse got = AmqpClients.get(channel, queue, true);
        Checks.equal(got.getEnvelope().getRoutingKey(), queues.get(0), "routing key");
        Checks.equal(got.getProps().getHeaders().keySet().toString(), "[CC]", "headers");
      }
    });
  }
}

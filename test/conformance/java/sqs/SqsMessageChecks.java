import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;

/** Messages: sent, received, hidden, deleted, one by one and in batches. The SDK compares every digest that it is given. */
final class SqsMessageChecks {
  private static final int THREADS = 6;
  private static final int EACH = 50;
  private final SqsEnd end;

  SqsMessageChecks(SqsEnd end) {
    this.end = end;
  }

  void addTo(Checks checks) {
    checks.add("sqs java: bodies and attributes arrive as they were sent, with their digests", this::messages);
    checks.add("sqs java: batches report each entry", this::batches);
    checks.add("sqs java: long polls are woken, end empty, and are given up", this::longPolls);
    checks.add("sqs java: visibility is changed, and what it hid comes again", this::visibility);
    checks.add("sqs java: many at once, each once", this::many);
  }

  private static MessageAttributeValue text(String type, String value) {
    return MessageAttributeValue.builder().dataType(type).stringValue(value).build();
  }

  private void messages() {
    String queue = end.newQueue("java-messages", Map.of());
    Map<String, MessageAttributeValue> given = Map.of(
        "text", text("String", "ü <&> \"\r\n"), "number", text("Number.int", "-12"), "bytes", MessageAttributeValue.builder()
            .dataType("Binary").binaryValue(SdkBytes.fromByteArray(new byte[] {0, -1, -128})).build());
    for (String body : List.of("plain", "\"quotes\" <tags> & \r\n\t é 漢 😀 \\u0041", "x".repeat(1_000_000))) {
      var sent = end.sqs.sendMessage(message -> message.queueUrl(queue).messageBody(body).messageAttributes(given));
      Checks.equal(sent.md5OfMessageAttributes() == null, false, "without a digest");
      Message message = end.receive(queue, 1).get(0);
      Checks.equal(message.body().equals(body), true, "body");
      Checks.equal(message.messageId(), sent.messageId(), "id");
      Checks.equal(message.messageAttributes(), given, "attributes");
      Checks.equal(message.md5OfMessageAttributes(), sent.md5OfMessageAttributes(), "digest");
      Checks.equal(message.attributesAsStrings().get("ApproximateReceiveCount"), "1", "count");
      end.delete(queue, List.of(message));
    }
    end.sqs.sendMessage(message -> message.queueUrl(queue).messageBody("some").messageAttributes(given));
    var some = end.sqs.receiveMessage(ask -> ask.queueUrl(queue).messageAttributeNames("te.*")).messages().get(0);
    Checks.equal(some.messageAttributes().keySet().toString(), "[text]", "some of the attributes");
    Checks.equal(end.attribute(queue, QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE), "1", "in flight");
  }

  private void batches() {
    String queue = end.newQueue("java-batches", Map.of(QueueAttributeName.MAXIMUM_MESSAGE_SIZE, "1024"));
    List<SendMessageBatchRequestEntry> entries = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      String body = i < 9 ? "" + i : "x".repeat(1025);
      entries.add(SendMessageBatchRequestEntry.builder().id("e" + i).messageBody(body).messageAttributes(Map.of("i", text("Number", "" + i))).build());
    }
    var sent = end.sqs.sendMessageBatch(batch -> batch.queueUrl(queue).entries(entries));
    Checks.equal(sent.successful().size(), 9, "sent");
    Checks.equal(sent.failed().get(0).id() + " " + sent.failed().get(0).senderFault(), "e9 true", "not sent");
    List<Message> received = new ArrayList<>();
    Checks.until("nine messages", () -> {
      received.addAll(end.receive(queue, 1));
      return received.size();
    }, 9);
    List<String> handles = new ArrayList<>(received.stream().map(Message::receiptHandle).toList());
    handles.add("rubbish");
    List<ChangeMessageVisibilityBatchRequestEntry> changes = new ArrayList<>();
    List<DeleteMessageBatchRequestEntry> deletes = new ArrayList<>();
    for (String handle : handles) {
      String id = "e" + changes.size();
      changes.add(ChangeMessageVisibilityBatchRequestEntry.builder().id(id).receiptHandle(handle).visibilityTimeout(60).build());
      deletes.add(DeleteMessageBatchRequestEntry.builder().id(id).receiptHandle(handle).build());
    }
    var changed = end.sqs.changeMessageVisibilityBatch(batch -> batch.queueUrl(queue).entries(changes));
    Checks.equal(changed.successful().size(), 9, "changed");
    Checks.equal(changed.failed().get(0).id() + " " + changed.failed().get(0).code(), "e9 ReceiptHandleIsInvalid", "not changed");
    var deleted = end.sqs.deleteMessageBatch(batch -> batch.queueUrl(queue).entries(deletes));
    Checks.equal(deleted.successful().size(), 9, "deleted");
    Checks.equal(deleted.failed().get(0).id() + " " + deleted.failed().get(0).code(), "e9 ReceiptHandleIsInvalid", "not deleted");
    var again = end.sqs.sendMessageBatch(batch -> batch.queueUrl(queue).entries(entries.subList(0, 9)));
    Checks.equal(again.hasSuccessful() + " " + again.hasFailed(), "true false", "nothing failed");
  }

  private void longPolls() throws Exception {
    String queue = end.newQueue("java-polls", Map.of());
    long begunNs = System.nanoTime();
    Checks.equal(end.sqs.receiveMessage(ask -> ask.queueUrl(queue).waitTimeSeconds(1)).hasMessages(), false, "nothing");
    Checks.equal(System.nanoTime() - begunNs > TimeUnit.MILLISECONDS.toNanos(900), true, "waited");
    giveUp(queue);
    ExecutorService pool = Executors.newSingleThreadExecutor();
    Future<List<Message>> awaited = pool.submit(() -> end.receive(queue, 20));
    Thread.sleep(300);
    end.send(queue, "awaited");
    Checks.equal(SqsEnd.bodies(awaited.get(10, TimeUnit.SECONDS)), List.of("awaited"), "woken");
    pool.shutdown();
    String late = end.newQueue("java-late", Map.of(QueueAttributeName.DELAY_SECONDS, "1"));
    end.send(late, "delayed");
    Checks.equal(SqsEnd.bodies(end.receive(late, 20)), List.of("delayed"), "woken by the end of a delay");
  }

  private void giveUp(String queue) {
    try {
      end.sqs.receiveMessage(ask -> ask.queueUrl(queue).waitTimeSeconds(20)
          .overrideConfiguration(limit -> limit.apiCallTimeout(Duration.ofMillis(200))));
    } catch (ApiCallTimeoutException expected) {
      return;
    }
    throw new AssertionError("a receive that ended before its time was up");
  }

  private void visibility() {
    String queue = end.newQueue("java-visibility", Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "1"));
    end.send(queue, "again");
    Message first = end.receive(queue, 0).get(0);
    Message second = end.receive(queue, 10).get(0);
    Checks.equal(second.receiptHandle().equals(first.receiptHandle()), false, "the same handle");
    Checks.equal(second.attributesAsStrings().get("ApproximateReceiveCount"), "2", "count");
    hide(queue, second, 30);
    Checks.equal(end.receive(queue, 2), List.of(), "while it is hidden");
    hide(queue, second, 0);
    end.delete(queue, end.receive(queue, 0));
    Checks.equal(end.attribute(queue, QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES), "0", "left");
  }

  private void hide(String queue, Message message, int seconds) {
    end.sqs.changeMessageVisibility(change -> change.queueUrl(queue).receiptHandle(message.receiptHandle()).visibilityTimeout(seconds));
  }

  private void many() throws Exception {
    String queue = end.newQueue("java-many", Map.of());
    ConcurrentLinkedQueue<String> seen = new ConcurrentLinkedQueue<>();
    ExecutorService pool = Executors.newFixedThreadPool(2 * THREADS);
    List<Future<?>> running = new ArrayList<>();
    for (int thread = 0; thread < THREADS; thread++) {
      int sender = thread;
      running.add(pool.submit(() -> {
        for (int i = 0; i < EACH; i++) end.send(queue, sender + "-" + i);
      }));
      running.add(pool.submit(() -> Checks.until("all messages", () -> {
        List<Message> messages = end.receive(queue, 1);
        end.delete(queue, messages);
        seen.addAll(SqsEnd.bodies(messages));
        return seen.size() >= THREADS * EACH;
      }, true)));
    }
    for (Future<?> each : running) each.get(40, TimeUnit.SECONDS);
    pool.shutdown();
    Checks.equal(seen.size(), THREADS * EACH, "received");
    Checks.equal(seen.stream().distinct().count(), (long) THREADS * EACH, "distinct");
  }
}

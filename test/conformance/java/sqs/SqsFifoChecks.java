import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageResponse;

/** FIFO queues: the order of groups, duplicates, attempts. */
final class SqsFifoChecks {
  private final SqsEnd end;

  SqsFifoChecks(SqsEnd end) {
    this.end = end;
  }

  void addTo(Checks checks) {
    checks.add("sqs java: a FIFO queue keeps the order of each group, and locks it", this::groups);
    checks.add("sqs java: a FIFO queue takes nothing twice", this::duplicates);
    checks.add("sqs java: a FIFO queue answers the same attempt with the same messages", this::attempts);
  }

  private SendMessageResponse send(String queue, String group, String id, String body) {
    return end.sqs.sendMessage(of -> of.queueUrl(queue).messageGroupId(group).messageDeduplicationId(id).messageBody(body));
  }

  private void groups() {
    String queue = end.newQueue("java-groups", Map.of(QueueAttributeName.FIFO_QUEUE, "true"));
    List<SendMessageBatchRequestEntry> entries = new ArrayList<>();
    for (String body : List.of("a0", "b0", "a1", "b1", "a2", "b2")) {
      entries.add(SendMessageBatchRequestEntry.builder()
          .id(body).messageBody(body).messageGroupId(body.substring(0, 1)).messageDeduplicationId(body).build());
    }
    var sent = end.sqs.sendMessageBatch(batch -> batch.queueUrl(queue).entries(entries)).successful();
    List<BigInteger> numbers = sent.stream().map(each -> new BigInteger(each.sequenceNumber())).toList();
    Checks.equal(numbers.size(), 6, "sent");
    Checks.equal(numbers.stream().sorted().distinct().toList(), numbers, "sequence numbers");
    List<Message> first = end.receive(ReceiveMessageRequest.builder().queueUrl(queue).maxNumberOfMessages(1));
    Checks.equal(SqsEnd.bodies(first), List.of("a0"), "first");
    Map<String, String> attributes = first.get(0).attributesAsStrings();
    Checks.equal(attributes.get("MessageGroupId") + " " + attributes.get("MessageDeduplicationId"), "a a0", "system attributes");
    List<Message> second = end.receive(queue, 0);
    Checks.equal(SqsEnd.bodies(second), List.of("b0", "b1", "b2"), "while a is locked");
    end.delete(queue, first);
    Checks.equal(end.drain(queue, 2), List.of("a1", "a2"), "when it is not");
    end.delete(queue, second);
    Checks.equal(end.attribute(queue, QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE), "0", "left");
  }

  private void duplicates() throws Exception {
    String queue = end.newQueue("java-duplicates",
        Map.of(QueueAttributeName.FIFO_QUEUE, "true", QueueAttributeName.CONTENT_BASED_DEDUPLICATION, "true"));
    SendMessageResponse first = send(queue, "g", null, "same");
    SendMessageResponse again = send(queue, "g", null, "same");
    Checks.equal(again.messageId(), first.messageId(), "the id of a duplicate");
    Checks.equal(again.sequenceNumber(), first.sequenceNumber(), "its sequence number");
    send(queue, "g", "other", "same");
    Checks.equal(end.drain(queue, 2), List.of("same", "same"), "received");
    send(queue, "g", null, "same");
    Checks.equal(end.receive(queue, 1), List.of(), "a duplicate of what was deleted");
    String plain = end.newQueue("java-plain", Map.of(QueueAttributeName.FIFO_QUEUE, "true"));
    Checks.equal(SqsEnd.refusal(() -> send(plain, "g", null, "m")), "SqsException 400 InvalidParameterValue", "without an id");
    Checks.equal(SqsEnd.refusal(() -> send(plain, null, "d", "m")), "SqsException 400 MissingParameter", "without a group");
  }

  private void attempts() {
    String queue = end.newQueue("java-attempts", Map.of(QueueAttributeName.FIFO_QUEUE, "true"));
    for (int i = 0; i < 3; i++) send(queue, "g", "" + i, "" + i);
    List<Message> first = attempt(queue);
    List<Message> again = attempt(queue);
    Checks.equal(SqsEnd.bodies(first), List.of("0", "1"), "first");
    Checks.equal(again.stream().map(Message::receiptHandle).toList(), first.stream().map(Message::receiptHandle).toList(), "again");
  }

  private List<Message> attempt(String queue) {
    return end.receive(ReceiveMessageRequest.builder().queueUrl(queue).maxNumberOfMessages(2).receiveRequestAttemptId("try"));
  }
}

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;

/** What is refused has the class that the SDK knows it by, and the status and code that it had in Query. */
final class SqsErrorChecks {
  private final SqsEnd end;

  SqsErrorChecks(SqsEnd end) {
    this.end = end;
  }

  void addTo(Checks checks) {
    checks.add("sqs java: errors about queues have the classes of the SDK", this::ofQueues);
    checks.add("sqs java: errors about messages have the classes of the SDK", this::ofMessages);
    checks.add("sqs java: errors about batches have the classes of the SDK", this::ofBatches);
  }

  private static void refused(String expected, Checks.Body act) throws Exception {
    Checks.equal(SqsEnd.refusal(act), expected, "refusal");
  }

  private void ofQueues() throws Exception {
    String absent = "QueueDoesNotExistException 400 AWS.SimpleQueueService.NonExistentQueue";
    String queue = end.newQueue("java-errors", Map.of());
    String name = queue.substring(queue.lastIndexOf('/') + 1);
    refused(absent, () -> end.sqs.getQueueUrl(ask -> ask.queueName(name + "-absent")));
    refused(absent, () -> end.send(queue + "-absent", "m"));
    refused(absent, () -> end.receive(queue + "-absent", 0));
    refused(absent, () -> end.sqs.deleteQueue(of -> of.queueUrl(queue + "-absent")));
    refused("QueueNameExistsException 400 QueueAlreadyExists",
        () -> end.sqs.createQueue(of -> of.queueName(name).attributes(Map.of(QueueAttributeName.DELAY_SECONDS, "9"))));
    refused("InvalidAttributeValueException 400 InvalidAttributeValue",
        () -> end.sqs.setQueueAttributes(of -> of.queueUrl(queue).attributes(Map.of(QueueAttributeName.DELAY_SECONDS, "901"))));
    refused("InvalidAttributeNameException 400 InvalidAttributeName",
        () -> end.sqs.setQueueAttributes(of -> of.queueUrl(queue).attributesWithStrings(Map.of("Nonsense", "1"))));
    refused("SqsException 400 InvalidParameterValue", () -> end.sqs.createQueue(of -> of.queueName("a b")));
    refused("ResourceNotFoundException 404 ResourceNotFoundException",
        () -> end.sqs.listMessageMoveTasks(of -> of.sourceArn(end.attribute(queue, QueueAttributeName.QUEUE_ARN) + "-absent")));
  }

  private void ofMessages() throws Exception {
    String queue = end.newQueue("java-errors", Map.of());
    refused("ReceiptHandleIsInvalidException 404 ReceiptHandleIsInvalid",
        () -> end.sqs.deleteMessage(of -> of.queueUrl(queue).receiptHandle("rubbish")));
    refused("InvalidMessageContentsException 400 InvalidMessageContents", () -> end.send(queue, "a\u0001"));
    refused("SqsException 400 InvalidParameterValue",
        () -> end.sqs.sendMessage(of -> of.queueUrl(queue).messageBody("m").delaySeconds(901)));
    refused("SqsException 400 InvalidParameterValue",
        () -> end.sqs.sendMessage(of -> of.queueUrl(queue).messageBody("m").messageDeduplicationId("d")));
    refused("SqsException 400 MissingParameter", () -> end.sqs.sendMessage(of -> of.queueUrl(queue)));
    refused("SqsException 400 InvalidParameterValue", () -> end.receive(queue, 21));
    end.send(queue, "once");
    Message message = end.receive(queue, 0).get(0);
    end.delete(queue, List.of(message));
    end.delete(queue, List.of(message));
    refused("SqsException 400 InvalidParameterValue",
        () -> end.sqs.changeMessageVisibility(of -> of.queueUrl(queue).receiptHandle(message.receiptHandle()).visibilityTimeout(9)));
  }

  private void ofBatches() throws Exception {
    String queue = end.newQueue("java-errors", Map.of());
    String prefix = " 400 AWS.SimpleQueueService.";
    refused("EmptyBatchRequestException" + prefix + "EmptyBatchRequest", () -> batch(queue, List.of()));
    refused("BatchEntryIdsNotDistinctException" + prefix + "BatchEntryIdsNotDistinct",
        () -> batch(queue, List.of(entry("a", "m"), entry("a", "m"))));
    refused("InvalidBatchEntryIdException" + prefix + "InvalidBatchEntryId", () -> batch(queue, List.of(entry("a b", "m"))));
    List<SendMessageBatchRequestEntry> eleven = new ArrayList<>();
    for (int i = 0; i < 11; i++) eleven.add(entry("e" + i, "m"));
    refused("TooManyEntriesInBatchRequestException" + prefix + "TooManyEntriesInBatchRequest", () -> batch(queue, eleven));
    String half = "x".repeat(600_000);
    refused("BatchRequestTooLongException" + prefix + "BatchRequestTooLong",
        () -> batch(queue, List.of(entry("a", half), entry("b", half))));
  }

  private void batch(String queue, List<SendMessageBatchRequestEntry> entries) {
    end.sqs.sendMessageBatch(batch -> batch.queueUrl(queue).entries(entries));
  }

  private static SendMessageBatchRequestEntry entry(String id, String body) {
    return SendMessageBatchRequestEntry.builder().id(id).messageBody(body).build();
  }
}

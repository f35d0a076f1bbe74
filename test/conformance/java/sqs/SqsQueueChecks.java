import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.sqs.model.ListQueuesResponse;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;

/** Queues: made, found, listed, changed, purged, and their dead letters. */
final class SqsQueueChecks {
  private final SqsEnd end;

  SqsQueueChecks(SqsEnd end) {
    this.end = end;
  }

  void addTo(Checks checks) {
    checks.add("sqs java: queues are created, found, listed in pages and deleted", this::queues);
    checks.add("sqs java: attributes and tags of queues are set and told", this::attributes);
    checks.add("sqs java: what is purged is gone", this::purge);
    checks.add("sqs java: dead letters are moved, and moved back by a task", this::deadLetters);
  }

  private void queues() throws Exception {
    String prefix = Checks.unique("java-list");
    List<String> urls = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      String name = prefix + "-" + i;
      urls.add(end.sqs.createQueue(queue -> queue.queueName(name)).queueUrl());
    }
    Checks.equal(urls.get(0).startsWith(end.url), true, "an address that begins as the endpoint");
    Checks.equal(end.sqs.getQueueUrl(ask -> ask.queueName(prefix + "-3")).queueUrl(), urls.get(3), "found");
    List<Integer> sizes = new ArrayList<>();
    List<String> listed = new ArrayList<>();
    for (ListQueuesResponse page : end.sqs.listQueuesPaginator(ask -> ask.queueNamePrefix(prefix).maxResults(2))) {
      sizes.add(page.queueUrls().size());
      listed.addAll(page.queueUrls());
    }
    Checks.equal(sizes, List.of(2, 2, 1), "pages");
    Checks.equal(listed.stream().sorted().toList(), urls, "listed");
    for (String url : urls) end.sqs.deleteQueue(queue -> queue.queueUrl(url));
    Checks.equal(end.sqs.listQueues(ask -> ask.queueNamePrefix(prefix)).hasQueueUrls(), false, "left");
    Checks.equal(SqsEnd.refusal(() -> end.sqs.createQueue(queue -> queue.queueName(prefix + "-0"))),
        "QueueDeletedRecentlyException 400 AWS.SimpleQueueService.QueueDeletedRecently", "created at once");
  }

  private void attributes() {
    String queue = end.newQueue("java-attributes", Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "7"));
    end.sqs.setQueueAttributes(set -> set.queueUrl(queue).attributes(
        Map.of(QueueAttributeName.DELAY_SECONDS, "3", QueueAttributeName.MESSAGE_RETENTION_PERIOD, "60")));
    var told = end.sqs.getQueueAttributes(ask -> ask.queueUrl(queue).attributeNames(QueueAttributeName.ALL));
    Checks.equal(told.attributesAsStrings().containsKey("QueueArn"), true, "an ARN");
    Checks.equal(told.attributes().containsKey(QueueAttributeName.UNKNOWN_TO_SDK_VERSION), false, "what the SDK does not know");
    Checks.equal(
        List.of(told.attributes().get(QueueAttributeName.VISIBILITY_TIMEOUT), told.attributes().get(QueueAttributeName.DELAY_SECONDS),
            told.attributes().get(QueueAttributeName.MESSAGE_RETENTION_PERIOD)),
        List.of("7", "3", "60"), "attributes");
    end.sqs.tagQueue(tag -> tag.queueUrl(queue).tags(Map.of("a", "1", "b", "ü")));
    end.sqs.untagQueue(tag -> tag.queueUrl(queue).tagKeys("a"));
    Checks.equal(end.sqs.listQueueTags(ask -> ask.queueUrl(queue)).tags(), Map.of("b", "ü"), "tags");
  }

  private void purge() throws Exception {
    String queue = end.newQueue("java-purge", Map.of());
    for (int i = 0; i < 5; i++) end.send(queue, "" + i);
    end.sqs.sendMessage(message -> message.queueUrl(queue).messageBody("delayed").delaySeconds(1));
    end.receive(ReceiveMessageRequest.builder().queueUrl(queue).maxNumberOfMessages(2).visibilityTimeout(1));
    end.sqs.purgeQueue(purge -> purge.queueUrl(queue));
    Checks.equal(end.receive(queue, 2), List.of(), "left");
    Checks.equal(SqsEnd.refusal(() -> end.sqs.purgeQueue(purge -> purge.queueUrl(queue))),
        "PurgeQueueInProgressException 403 AWS.SimpleQueueService.PurgeQueueInProgress", "again");
  }

  private void deadLetters() {
    String dead = end.newQueue("java-dead", Map.of());
    String arn = end.attribute(dead, QueueAttributeName.QUEUE_ARN);
    String policy = "{\"deadLetterTargetArn\":\"" + arn + "\",\"maxReceiveCount\":1}";
    String source = end.newQueue(
        "java-source", Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "0", QueueAttributeName.REDRIVE_POLICY, policy));
    String id = end.send(source, "poison").messageId();
    Checks.equal(SqsEnd.bodies(end.receive(source, 0)), List.of("poison"), "the first time");
    Checks.equal(end.receive(source, 0), List.of(), "the second time");
    Message message = end.receive(dead, 5).get(0);
    Checks.equal(message.messageId(), id, "id");
    Checks.equal(message.attributesAsStrings().get("DeadLetterQueueSourceArn"), end.attribute(source, QueueAttributeName.QUEUE_ARN), "source");
    end.sqs.changeMessageVisibility(change -> change.queueUrl(dead).receiptHandle(message.receiptHandle()).visibilityTimeout(0));
    Checks.equal(end.sqs.listDeadLetterSourceQueues(ask -> ask.queueUrl(dead)).queueUrls(), List.of(source), "sources");
    end.sqs.startMessageMoveTask(task -> task.sourceArn(arn));
    Checks.equal(end.drain(source, 1), List.of("poison"), "moved back");
    Checks.until("the end of the task",
        () -> end.sqs.listMessageMoveTasks(ask -> ask.sourceArn(arn)).results().get(0).status(), "COMPLETED");
  }
}

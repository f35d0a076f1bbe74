import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageResponse;
import software.amazon.awssdk.services.sqs.model.SqsException;

/** A client and the small acts that the checks share. */
final class SqsEnd {
  final String url;
  final SqsClient sqs;

  SqsEnd(String url) {
    this.url = url;
    this.sqs = clientWith(AwsRetryStrategy.doNotRetry());
  }

  /** One that tries again for some twenty seconds. */
  SqsClient patientClient() {
    BackoffStrategy backoff = BackoffStrategy.fixedDelay(Duration.ofMillis(200));
    return clientWith(AwsRetryStrategy.standardRetryStrategy().toBuilder()
        .maxAttempts(100).backoffStrategy(backoff).throttlingBackoffStrategy(backoff).circuitBreakerEnabled(false).build());
  }

  private SqsClient clientWith(RetryStrategy retries) {
    return SqsClient.builder()
        .endpointOverride(URI.create(url))
        .region(Region.US_EAST_1)
        .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
        .httpClientBuilder(UrlConnectionHttpClient.builder().socketTimeout(Duration.ofSeconds(40)))
        .overrideConfiguration(override -> override.retryStrategy(retries))
        .build();
  }

  String newQueue(String prefix, Map<QueueAttributeName, String> attributes) {
    String name = Checks.unique(prefix) + (attributes.containsKey(QueueAttributeName.FIFO_QUEUE) ? ".fifo" : "");
    return sqs.createQueue(queue -> queue.queueName(name).attributes(attributes)).queueUrl();
  }

  String attribute(String queue, QueueAttributeName name) {
    return sqs.getQueueAttributes(ask -> ask.queueUrl(queue).attributeNames(name)).attributes().get(name);
  }

  SendMessageResponse send(String queue, String body) {
    return sqs.sendMessage(message -> message.queueUrl(queue).messageBody(body));
  }

  /** Up to ten messages with all that they carry, waiting for the first as long as is said. */
  List<Message> receive(String queue, int waitSeconds) {
    return receive(ReceiveMessageRequest.builder().queueUrl(queue).maxNumberOfMessages(10).waitTimeSeconds(waitSeconds));
  }

  List<Message> receive(ReceiveMessageRequest.Builder request) {
    return sqs.receiveMessage(
        request.messageAttributeNames("All").messageSystemAttributeNames(MessageSystemAttributeName.ALL).build()).messages();
  }

  void delete(String queue, List<Message> messages) {
    for (Message message : messages) sqs.deleteMessage(of -> of.queueUrl(queue).receiptHandle(message.receiptHandle()));
  }

  /** Receives and deletes that many. */
  List<String> drain(String queue, int count) {
    List<String> all = new ArrayList<>();
    Checks.until("the messages of " + queue, () -> {
      List<Message> messages = receive(queue, 1);
      delete(queue, messages);
      all.addAll(bodies(messages));
      return all.size() >= count;
    }, true);
    Checks.equal(all.size(), count, "messages");
    return all;
  }

  static List<String> bodies(List<Message> messages) {
    return messages.stream().map(Message::body).toList();
  }

  /** Runs what must be refused, and gives the class of the SDK's error, its status and its code. */
  static String refusal(Checks.Body act) throws Exception {
    try {
      act.run();
    } catch (SqsException refused) {
      Checks.equal(refused.requestId() == null, false, "without the id of its request");
      return refused.getClass().getSimpleName() + " " + refused.statusCode() + " " + refused.awsErrorDetails().errorCode();
    }
    return "not refused";
  }
}

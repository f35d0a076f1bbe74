import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;

/** What a client finds when the broker was killed and started again. */
final class SqsRecoveryChecks {
  private final SqsEnd end;

  SqsRecoveryChecks(SqsEnd end) {
    this.end = end;
  }

  void addTo(Checks checks) {
    checks.add("sqs java: what was acknowledged is there after the broker was killed", this::recovery);
  }

  private void recovery() {
    String queue = end.newQueue("java-recovery", Map.of());
    for (int i = 0; i < 20; i++) end.send(queue, "" + i);
    List<Message> taken = end.receive(ReceiveMessageRequest.builder().queueUrl(queue).maxNumberOfMessages(5).visibilityTimeout(600));
    List<Message> gone = end.receive(ReceiveMessageRequest.builder().queueUrl(queue).maxNumberOfMessages(5));
    end.delete(queue, gone);
    System.out.println("{\"please\":\"kill\"}");
    System.out.flush();
    Checks.until("a broker that was killed", () -> {
      try {
        return end.sqs.listQueues() == null;
      } catch (SdkClientException refused) {
        return true;
      }
    }, true);
    end.patientClient().sendMessage(message -> message.queueUrl(queue).messageBody("after"));
    end.delete(queue, taken);
    List<String> left = end.drain(queue, 21 - taken.size() - gone.size());
    List<String> done = new ArrayList<>(SqsEnd.bodies(taken));
    done.addAll(SqsEnd.bodies(gone));
    for (String body : done) Checks.equal(left.contains(body), false, body + " came again");
  }
}

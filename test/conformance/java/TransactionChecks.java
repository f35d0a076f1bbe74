import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.FenceProducersResult;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** Transactions with the Java client, which uses KIP-890's second version where the broker has it. */
final class TransactionChecks {
  /** Kafka 4.2 answers the first; which one it is depends on the version of transactions. */
  private static final Set<String> LATE_COMMIT =
      Set.of("InvalidTxnStateException", "InvalidProducerEpochException", "ProducerFencedException");
  private final Clients clients;

  TransactionChecks(Clients clients) {
    this.clients = clients;
  }

  void addTo(Checks checks) {
    checks.add("java: aborted and open transactions are hidden from read_committed only", this::isolation);
    checks.add("java: a transaction over several partitions and topics is all or nothing", this::atomicity);
    checks.add("java: a zombie producer is fenced", this::fencing);
    checks.add("java: fenceProducers of the admin client fences", this::adminFencing);
    checks.add("java: a transaction past its timeout is aborted and its producer fenced", this::timeout);
    checks.add("java: offsets sent to a transaction appear when it commits, never when it aborts", this::offsets);
    checks.add("java: a copy that is killed in the middle of a transaction continues exactly once", this::copy);
    checks.add("java: transactions are listed and described", this::listed);
    checks.add("java: an empty transaction commits and aborts", this::empty);
  }

  private static ProducerRecord<String, String> record(String topic, int partition, String value) {
    return new ProducerRecord<>(topic, partition, null, value);
  }

  private void isolation() throws Exception {
    String topic = clients.newTopic("java-txn", 1);
    TopicPartition partition = new TopicPartition(topic, 0);
    try (KafkaProducer<String, String> producer = clients.transactional(Checks.unique("java-tx"))) {
      for (String outcome : List.of("commit", "abort", "commit")) {
        producer.beginTransaction();
        producer.send(record(topic, 0, outcome + "-1"));
        producer.send(record(topic, 0, outcome + "-2"));
        producer.flush(); // an abort drops what was not sent yet
        if (outcome.equals("commit")) producer.commitTransaction();
        else producer.abortTransaction();
      }
      producer.beginTransaction();
      producer.send(record(topic, 0, "open")).get(20, TimeUnit.SECONDS);
      List<String> committed = List.of("commit-1", "commit-2", "commit-1", "commit-2");
      Checks.equal(clients.values(topic, 0, 4, "read_committed"), committed, "committed");
      List<String> all = List.of("commit-1", "commit-2", "abort-1", "abort-2", "commit-1", "commit-2", "open");
      Checks.equal(clients.values(topic, 0, 7, "read_uncommitted"), all, "everything");
      for (String level : List.of("read_committed", "read_uncommitted")) {
        try (KafkaConsumer<String, String> consumer = clients.consumer("isolation.level", level)) {
          long end = consumer.endOffsets(List.of(partition)).get(partition);
          Checks.equal(end, level.equals("read_committed") ? 9L : 10L, "end offset of " + level);
        }
      }
      producer.abortTransaction();
    }
  }

  private void atomicity() throws Exception {
    String first = clients.newTopic("java-atomic", 2);
    String second = clients.newTopic("java-atomic", 1);
    try (KafkaProducer<String, String> producer = clients.transactional(Checks.unique("java-tx"))) {
      for (int i = 0; i < 6; i++) {
        producer.beginTransaction();
        for (int partition = 0; partition < 2; partition++) producer.send(record(first, partition, "t" + i));
        producer.send(record(second, 0, "t" + i));
        producer.flush();
        if (i % 2 == 0) producer.commitTransaction();
        else producer.abortTransaction();
      }
    }
    List<String> expected = List.of("t0", "t2", "t4");
    Checks.equal(clients.values(first, 0, 3, "read_committed"), expected, "first topic, partition 0");
    Checks.equal(clients.values(first, 1, 3, "read_committed"), expected, "first topic, partition 1");
    Checks.equal(clients.values(second, 0, 3, "read_committed"), expected, "second topic");
  }

  private void fencing() throws Exception {
    String topic = clients.newTopic("java-zombie", 1);
    String id = Checks.unique("java-tx");
    KafkaProducer<String, String> zombie = clients.transactional(id);
    zombie.beginTransaction();
    zombie.send(record(topic, 0, "before")).get(20, TimeUnit.SECONDS);
    try (KafkaProducer<String, String> successor = clients.transactional(id)) {
      String sending = Checks.failureOf(() -> zombie.send(record(topic, 0, "zombie")).get(20, TimeUnit.SECONDS));
      if (!Set.of("InvalidProducerEpochException", "ProducerFencedException").contains(sending)) {
        throw new AssertionError("the zombie's record saw " + sending);
      }
      successor.beginTransaction();
      successor.send(record(topic, 0, "after"));
      successor.commitTransaction();
    }
    zombie.close(java.time.Duration.ZERO);
    Checks.equal(clients.values(topic, 0, 1, "read_committed"), List.of("after"), "committed");
  }

  private void adminFencing() throws Exception {
    String topic = clients.newTopic("java-fenced", 1);
    String id = Checks.unique("java-tx");
    try (KafkaProducer<String, String> producer = clients.transactional(id)) {
      producer.beginTransaction();
      producer.send(record(topic, 0, "fenced")).get(20, TimeUnit.SECONDS);
      FenceProducersResult fenced = clients.admin.fenceProducers(List.of(id));
      fenced.all().get(20, TimeUnit.SECONDS);
      String failure = Checks.failureOf(producer::commitTransaction);
      if (!Set.of("InvalidProducerEpochException", "ProducerFencedException").contains(failure)) {
        throw new AssertionError("the fenced producer's commit saw " + failure);
      }
    }
  }

  private void timeout() throws Exception {
    String topic = clients.newTopic("java-timeout", 1);
    String id = Checks.unique("java-tx");
    try (KafkaProducer<String, String> producer = clients.transactional(id, "transaction.timeout.ms", 1000)) {
      producer.beginTransaction();
      producer.send(record(topic, 0, "too late")).get(20, TimeUnit.SECONDS);
      clients.send(topic, 0, List.of("not transactional"));
      // The last stable offset moves only when the coordinator has aborted the transaction: that is the wait.
      Checks.equal(clients.values(topic, 0, 1, "read_committed"), List.of("not transactional"), "committed");
      String failure = Checks.failureOf(producer::commitTransaction);
      if (!LATE_COMMIT.contains(failure)) {
        throw new AssertionError("the late commit saw " + failure);
      }
    }
  }

  private void offsets() throws Exception {
    String topic = clients.newTopic("java-offsets", 1);
    TopicPartition partition = new TopicPartition(topic, 0);
    String group = Checks.unique("java-offsets");
    try (KafkaProducer<String, String> producer = clients.transactional(Checks.unique("java-tx"));
        KafkaConsumer<String, String> consumer = clients.consumer("group.id", group)) {
      consumer.subscribe(List.of(topic));
      Checks.until("joined", () -> {
        consumer.poll(Clients.POLL);
        return consumer.assignment().size();
      }, 1);
      for (String outcome : List.of("commit", "abort")) {
        producer.beginTransaction();
        producer.send(record(topic, 0, outcome));
        long offset = outcome.equals("commit") ? 5 : 7;
        producer.sendOffsetsToTransaction(Map.of(partition, new OffsetAndMetadata(offset)), consumer.groupMetadata());
        if (outcome.equals("commit")) producer.commitTransaction();
        else producer.abortTransaction();
        Checks.equal(consumer.committed(Set.of(partition)).get(partition).offset(), 5L, "committed after the " + outcome);
      }
    }
  }

  private void copy() throws Exception {
    String from = clients.newTopic("java-from", 2);
    String to = clients.newTopic("java-to", 2);
    List<String> values = new ArrayList<>();
    for (int i = 0; i < 50; i++) values.add("value-" + i);
    for (int partition = 0; partition < 2; partition++) clients.send(from, partition, values);
    String[] args = {"copy", clients.bootstrap, "" + clients.sessionTimeoutMs, from, Checks.unique("java-copy"), to,
      Checks.unique("java-copy"), "100", "4"};
    Process killed = Worker.start(args);
    Worker.awaitLine(killed, "hanging");
    killed.destroyForcibly().waitFor();
    args[8] = "0";
    Process successor = Worker.start(args);
    Worker.awaitLine(successor, "finished");
    for (int partition = 0; partition < 2; partition++) {
      Checks.equal(clients.values(to, partition, 50, "read_committed"), values, "partition " + partition + " of the copy");
    }
    try (KafkaConsumer<String, String> consumer = clients.consumer("isolation.level", "read_committed")) {
      List<TopicPartition> partitions = List.of(new TopicPartition(to, 0), new TopicPartition(to, 1));
      long stable = consumer.endOffsets(partitions).values().stream().mapToLong(Long::longValue).sum();
      if (stable <= 102) throw new AssertionError("the killed transaction left no trace, so nothing was tested: " + stable);
    }
  }

  private void listed() throws Exception {
    String topic = clients.newTopic("java-listed", 1);
    String id = Checks.unique("java-tx");
    try (KafkaProducer<String, String> producer = clients.transactional(id)) {
      producer.beginTransaction();
      producer.send(record(topic, 0, "x")).get(20, TimeUnit.SECONDS);
      TransactionListing listing = clients.admin.listTransactions().all().get(20, TimeUnit.SECONDS).stream()
          .filter(entry -> entry.transactionalId().equals(id)).findFirst().orElseThrow();
      Checks.equal(listing.state(), TransactionState.ONGOING, "state in the list");
      TransactionDescription description =
          clients.admin.describeTransactions(List.of(id)).description(id).get(20, TimeUnit.SECONDS);
      Checks.equal(description.topicPartitions(), Set.of(new TopicPartition(topic, 0)), "partitions");
      producer.commitTransaction();
      Checks.until("complete", () -> stateOf(id), TransactionState.COMPLETE_COMMIT);
    }
  }

  private TransactionState stateOf(String id) {
    try {
      return clients.admin.describeTransactions(List.of(id)).description(id).get(20, TimeUnit.SECONDS).state();
    } catch (Exception failure) {
      throw new AssertionError(failure);
    }
  }

  private void empty() throws Exception {
    String topic = clients.newTopic("java-empty", 1);
    try (KafkaProducer<String, String> producer = clients.transactional(Checks.unique("java-tx"))) {
      producer.beginTransaction();
      producer.commitTransaction();
      producer.beginTransaction();
      producer.abortTransaction();
      producer.beginTransaction();
      producer.send(record(topic, 0, "real"));
      producer.commitTransaction();
    }
    Checks.equal(clients.values(topic, 0, 1, "read_committed"), List.of("real"), "committed");
  }
}

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Client programs for a check to kill: `member BOOTSTRAP SESSION_MS TOPIC GROUP`, and the exactly-once
 * `copy BOOTSTRAP SESSION_MS FROM GROUP TO TXID COUNT HANG_AT`, which hangs in the middle of its HANG_AT-th transaction,
 * with its records sent and its offsets added, or else ends when the committed offsets cover COUNT records.
 */
final class Worker {
  static Process start(String... args) throws Exception {
    List<String> command = new ArrayList<>(List.of(
        ProcessHandle.current().info().command().orElse("java"),
        "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m", "-Dlog4j2.level=OFF",
        "-cp", System.getProperty("java.class.path"), "Worker"));
    command.addAll(List.of(args));
    Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    return process;
  }

  static void awaitLine(Process process, String wanted) throws Exception {
    BufferedReader reader = new BufferedReader(new InputStreamReader(process.getInputStream()));
    List<String> seen = new ArrayList<>();
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      if (line.equals(wanted)) return;
      seen.add(line);
    }
    throw new AssertionError("the worker ended without \"" + wanted + "\": " + seen);
  }

  public static void main(String[] args) {
    Clients clients = new Clients(args[1], Integer.parseInt(args[2]));
    if (args[0].equals("member")) member(clients, args[3], args[4]);
    else copy(clients, args[3], args[4], args[5], args[6], Integer.parseInt(args[7]), Integer.parseInt(args[8]));
  }

  private static void member(Clients clients, String topic, String group) {
    KafkaConsumer<String, String> consumer = clients.consumer("group.id", group);
    consumer.subscribe(List.of(topic));
    for (int owned = -1; ; ) {
      consumer.poll(Clients.POLL);
      if (consumer.assignment().size() != owned) {
        owned = consumer.assignment().size();
        System.out.println("owns " + owned);
      }
    }
  }

  private static void copy(Clients clients, String from, String group, String to, String id, int count, int hangAt) {
    Object[] settings = {"group.id", group, "isolation.level", "read_committed", "max.poll.records", 10};
    KafkaProducer<String, String> producer = clients.transactional(id, "transaction.timeout.ms", 20_000);
    KafkaConsumer<String, String> consumer = clients.consumer(settings);
    consumer.subscribe(List.of(from));
    for (int transactions = 0; !isCovered(consumer, count); ) {
      ConsumerRecords<String, String> records = consumer.poll(Clients.POLL);
      if (records.isEmpty()) continue;
      transactions++;
      producer.beginTransaction();
      Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
      for (ConsumerRecord<String, String> record : records) {
        producer.send(new ProducerRecord<>(to, record.partition(), record.key(), record.value()));
        offsets.put(new TopicPartition(from, record.partition()), new OffsetAndMetadata(record.offset() + 1));
      }
      producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
      producer.flush();
      if (transactions == hangAt) hang();
      producer.commitTransaction();
    }
    System.out.println("finished");
    Runtime.getRuntime().halt(0);
  }

  private static boolean isCovered(KafkaConsumer<String, String> consumer, int count) {
    Set<TopicPartition> assignment = consumer.assignment();
    if (assignment.isEmpty()) return false;
    long committed = 0;
    for (OffsetAndMetadata offset : consumer.committed(assignment).values()) committed += offset == null ? 0 : offset.offset();
    return committed >= count;
  }

  private static void hang() {
    System.out.println("hanging");
    System.out.flush();
    try {
      Thread.sleep(60_000);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

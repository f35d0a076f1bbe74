import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;

/** Producing and fetching with the Java client. */
final class ProduceChecks {
  private static final long BASE = 1_700_000_000_000L;
  private final Clients clients;

  ProduceChecks(Clients clients) {
    this.clients = clients;
  }

  void addTo(Checks checks) {
    checks.add("java: every codec keeps keys, values, nulls, headers and timestamps", this::codecs);
    checks.add("java: acks 0, 1 and all, idempotent and not", this::acks);
    checks.add("java: many batches of one producer keep their order", this::order);
    checks.add("java: a record over max.message.bytes is refused, the next is taken", this::tooLarge);
    checks.add("java: offsets by timestamp, of an empty log, and past the end", this::offsetsByTime);
    checks.add("java: log append time replaces the producer's", this::appendTime);
    checks.add("java: fetch returns records larger than its limits", this::fetchLimits);
    checks.add("java: a topic is created by the first record sent to it", this::autoCreate);
    checks.add("java: an offset out of range resets, or fails without a policy", this::outOfRange);
  }

  private void codecs() throws Exception {
    String topic = clients.newTopic("java-codecs", 1);
    List<String> sent = new ArrayList<>();
    for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
      try (KafkaProducer<String, String> producer = clients.producer("compression.type", codec, "linger.ms", 20)) {
        for (int i = 0; i < 20; i++) {
          String key = i % 5 == 0 ? null : codec + "-" + i;
          String value = i % 7 == 6 ? null : ("value of " + codec + " " + i + " ").repeat(10);
          List<Header> headers = List.of(header("codec", codec), header("empty", ""), new RecordHeader("null", (byte[]) null));
          long stamp = BASE + sent.size();
          producer.send(new ProducerRecord<>(topic, 0, stamp, key, value, headers));
          sent.add(String.join("|", "" + sent.size(), "" + stamp, key, value, codec, "", "null"));
        }
      }
    }
    try (KafkaConsumer<String, String> consumer = clients.consumer()) {
      consumer.assign(List.of(new TopicPartition(topic, 0)));
      List<String> seen = Clients.read(consumer, sent.size()).stream().map(ProduceChecks::show).toList();
      for (int i = 0; i < sent.size(); i++) Checks.equal(seen.get(i), sent.get(i), "record " + i);
    }
  }

  private static Header header(String name, String value) {
    return new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8));
  }

  private static String show(ConsumerRecord<String, String> record) {
    List<String> headers = new ArrayList<>();
    for (Header header : record.headers()) {
      headers.add(header.value() == null ? "null" : new String(header.value(), StandardCharsets.UTF_8));
    }
    return String.join("|", "" + record.offset(), "" + record.timestamp(), record.key(), record.value(), String.join("|", headers));
  }

  private void acks() throws Exception {
    String topic = clients.newTopic("java-acks", 1);
    for (String acks : List.of("0", "1", "all")) {
      try (KafkaProducer<String, String> producer = clients.producer("acks", acks, "enable.idempotence", false)) {
        RecordMetadata stored = producer.send(new ProducerRecord<>(topic, 0, null, "acks " + acks)).get(20, TimeUnit.SECONDS);
        Checks.equal(stored.hasOffset(), !acks.equals("0"), "an offset is known with acks " + acks);
      }
    }
    try (KafkaProducer<String, String> producer = clients.producer("acks", "all")) {
      producer.send(new ProducerRecord<>(topic, 0, null, "idempotent")).get(20, TimeUnit.SECONDS);
    }
    List<String> expected = List.of("acks 0", "acks 1", "acks all", "idempotent");
    Checks.equal(clients.values(topic, 0, 4, "read_uncommitted").stream().sorted().toList(), expected, "values");
  }

  private void order() throws Exception {
    String topic = clients.newTopic("java-order", 1);
    List<String> values = new ArrayList<>();
    try (KafkaProducer<String, String> producer = clients.producer("batch.size", 200, "linger.ms", 0)) {
      for (int i = 0; i < 2000; i++) {
        values.add("value-" + i);
        producer.send(new ProducerRecord<>(topic, 0, null, "value-" + i));
      }
    }
    Checks.equal(clients.values(topic, 0, 2000, "read_uncommitted"), values, "values");
  }

  private void tooLarge() throws Exception {
    String topic = clients.newTopic("java-large", 1, Map.of("max.message.bytes", "2000"));
    try (KafkaProducer<String, String> producer = clients.producer()) {
      String failure = Checks.failureOf(() -> producer.send(new ProducerRecord<>(topic, "x".repeat(5000))).get());
      Checks.equal(failure, "RecordTooLargeException", "failure");
      producer.send(new ProducerRecord<>(topic, "small")).get(20, TimeUnit.SECONDS);
    }
  }

  private void offsetsByTime() throws Exception {
    String topic = clients.newTopic("java-times", 1);
    TopicPartition partition = new TopicPartition(topic, 0);
    try (KafkaConsumer<String, String> consumer = clients.consumer()) {
      Map<TopicPartition, OffsetAndTimestamp> none = new HashMap<>();
      none.put(partition, null);
      Checks.equal(consumer.offsetsForTimes(Map.of(partition, 0L)), none, "time in an empty log");
      Checks.equal(consumer.endOffsets(List.of(partition)), Map.of(partition, 0L), "end of an empty log");
      try (KafkaProducer<String, String> producer = clients.producer()) {
        for (int i = 0; i < 10; i++) producer.send(new ProducerRecord<>(topic, 0, BASE + i * 1000, null, "x"));
      }
      OffsetAndTimestamp found = consumer.offsetsForTimes(Map.of(partition, BASE + 3500)).get(partition);
      Checks.equal(List.of(found.offset(), found.timestamp()), List.of(4L, BASE + 4000), "first at or after the time");
      Checks.equal(consumer.offsetsForTimes(Map.of(partition, BASE + 1_000_000)), none, "a time after the last record");
      Checks.equal(consumer.endOffsets(List.of(partition)), Map.of(partition, 10L), "end");
    }
  }

  private void appendTime() throws Exception {
    String topic = clients.newTopic("java-append", 1, Map.of("message.timestamp.type", "LogAppendTime"));
    long before = System.currentTimeMillis();
    RecordMetadata stored;
    try (KafkaProducer<String, String> producer = clients.producer()) {
      stored = producer.send(new ProducerRecord<>(topic, 0, BASE, null, "x")).get(20, TimeUnit.SECONDS);
    }
    try (KafkaConsumer<String, String> consumer = clients.consumer()) {
      consumer.assign(List.of(new TopicPartition(topic, 0)));
      ConsumerRecord<String, String> record = Clients.read(consumer, 1).get(0);
      Checks.equal(record.timestampType(), TimestampType.LOG_APPEND_TIME, "timestamp type");
      Checks.equal(record.timestamp(), stored.timestamp(), "the timestamp that the producer was told");
      if (record.timestamp() < before - 1000) throw new AssertionError("an old timestamp: " + record.timestamp());
    }
  }

  private void fetchLimits() throws Exception {
    String topic = clients.newTopic("java-limits", 2);
    String large = "x".repeat(20_000);
    clients.send(topic, 0, List.of(large, large));
    clients.send(topic, 1, List.of(large));
    Object[] limits = {"fetch.max.bytes", 1000, "max.partition.fetch.bytes", 1000};
    try (KafkaConsumer<String, String> consumer = clients.consumer(limits)) {
      consumer.assign(List.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1)));
      for (ConsumerRecord<String, String> record : Clients.read(consumer, 3)) Checks.equal(record.value(), large, "value");
    }
  }

  private void autoCreate() throws Exception {
    String topic = Checks.unique("java-auto");
    try (KafkaProducer<String, String> producer = clients.producer()) {
      RecordMetadata stored = producer.send(new ProducerRecord<>(topic, "first")).get(20, TimeUnit.SECONDS);
      Checks.equal(stored.offset(), 0L, "offset");
      String failure = Checks.failureOf(() -> producer.send(new ProducerRecord<>("bad topic", "x")).get());
      Checks.equal(failure, "InvalidTopicException", "a bad name");
    }
  }

  private void outOfRange() throws Exception {
    String topic = clients.newTopic("java-range", 1);
    clients.send(topic, 0, List.of("a", "b"));
    TopicPartition partition = new TopicPartition(topic, 0);
    try (KafkaConsumer<String, String> consumer = clients.consumer()) {
      consumer.assign(List.of(partition));
      consumer.seek(partition, 99);
      Checks.equal(Clients.read(consumer, 2).get(0).offset(), 0L, "offset after the reset");
    }
    try (KafkaConsumer<String, String> consumer = clients.consumer("auto.offset.reset", "none")) {
      consumer.assign(List.of(partition));
      consumer.seek(partition, 99);
      String failure = Checks.failureOf(() -> Clients.read(consumer, 1));
      Checks.equal(failure, "OffsetOutOfRangeException", "failure without a policy");
    }
  }
}

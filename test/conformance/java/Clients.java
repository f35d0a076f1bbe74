import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Makes clients for one broker; one admin client is shared, as it is safe for threads. */
final class Clients implements AutoCloseable {
  static final Duration POLL = Duration.ofMillis(100);
  static final Duration LIMIT = Duration.ofSeconds(20);
  final String bootstrap;
  final int sessionTimeoutMs;
  final Admin admin;

  Clients(String bootstrap, int sessionTimeoutMs) {
    this.bootstrap = bootstrap;
    this.sessionTimeoutMs = sessionTimeoutMs;
    this.admin = Admin.create(Map.of("bootstrap.servers", bootstrap));
  }

  String newTopic(String prefix, int partitions, Map<String, String> configs) throws Exception {
    String topic = Checks.unique(prefix);
    admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(configs))).all().get(20, TimeUnit.SECONDS);
    return topic;
  }

  String newTopic(String prefix, int partitions) throws Exception {
    return newTopic(prefix, partitions, Map.of());
  }

  KafkaProducer<String, String> producer(Object... settings) {
    Map<String, Object> config = new HashMap<>(Map.of("bootstrap.servers", bootstrap, "linger.ms", 5));
    override(config, settings);
    return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
  }

  /** A producer of transactions, initialised. */
  KafkaProducer<String, String> transactional(String transactionalId, Object... settings) {
    KafkaProducer<String, String> producer = producer(settings.length == 0
        ? new Object[] {"transactional.id", transactionalId}
        : new Object[] {"transactional.id", transactionalId, settings[0], settings[1]});
    producer.initTransactions();
    return producer;
  }

  KafkaConsumer<String, String> consumer(Object... settings) {
    Map<String, Object> config = new HashMap<>(Map.of(
        "bootstrap.servers", bootstrap,
        "auto.offset.reset", "earliest",
        "enable.auto.commit", false,
        "session.timeout.ms", sessionTimeoutMs,
        "heartbeat.interval.ms", Math.max(100, sessionTimeoutMs / 5),
        "fetch.max.wait.ms", 100));
    override(config, settings);
    return new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
  }

  private static void override(Map<String, Object> config, Object... settings) {
    for (int i = 0; i < settings.length; i += 2) config.put((String) settings[i], settings[i + 1]);
  }

  void send(String topic, int partition, List<String> values) throws Exception {
    try (KafkaProducer<String, String> producer = producer()) {
      List<java.util.concurrent.Future<?>> sent = new ArrayList<>();
      for (String value : values) sent.add(producer.send(new ProducerRecord<>(topic, partition, null, value)));
      for (var future : sent) future.get(20, TimeUnit.SECONDS);
    }
  }

  static List<ConsumerRecord<String, String>> read(Consumer<String, String> consumer, int count) {
    List<ConsumerRecord<String, String>> records = new ArrayList<>();
    long deadlineNs = System.nanoTime() + LIMIT.toNanos();
    while (records.size() < count && System.nanoTime() < deadlineNs) consumer.poll(POLL).forEach(records::add);
    Checks.equal(records.size(), count, "records read");
    return records;
  }

  /** All values of a partition from its start, as seen at an isolation level. */
  List<String> values(String topic, int partition, int count, String isolation) {
    try (KafkaConsumer<String, String> consumer = consumer("isolation.level", isolation)) {
      consumer.assign(List.of(new TopicPartition(topic, partition)));
      consumer.seekToBeginning(consumer.assignment());
      return read(consumer, count).stream().map(ConsumerRecord::value).toList();
    }
  }

  @Override
  public void close() {
    admin.close();
  }
}

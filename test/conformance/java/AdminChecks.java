import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

/** Operations of the Java admin client. */
final class AdminChecks {
  private final Clients clients;

  AdminChecks(Clients clients) {
    this.clients = clients;
  }

  void addTo(Checks checks) {
    checks.add("java admin: topics, partitions, and their errors", this::topics);
    checks.add("java admin: a recreated topic has a new id and starts empty", this::recreated);
    checks.add("java admin: topic configs with sources, synonyms, and every operation", this::topicConfigs);
    checks.add("java admin: broker configs are described and altered", this::brokerConfigs);
    checks.add("java admin: groups, members, offsets, deletion", this::groups);
    checks.add("java admin: offsets by every spec", this::offsets);
    checks.add("java admin: records are deleted", this::deleteRecords);
    checks.add("java admin: cluster, log directories, producers, features", this::cluster);
  }

  private void topics() throws Exception {
    String topic = clients.newTopic("java-admin", 3, Map.of("retention.ms", "3600000"));
    TopicDescription described = describe(topic);
    Checks.equal(described.partitions().size(), 3, "partitions");
    Checks.equal(describeById(described).name(), topic, "name by id");
    Checks.equal(createFailure(new NewTopic(topic, 1, (short) 1)), "TopicExistsException", "created twice");
    Checks.equal(createFailure(new NewTopic("a/b", 1, (short) 1)), "InvalidTopicException", "bad name");
    Checks.equal(createFailure(new NewTopic("java-zero", 0, (short) 1)), "InvalidPartitionsException", "zero partitions");
    Checks.equal(createFailure(new NewTopic("java-rf", 1, (short) 9)), "InvalidReplicationFactorException", "nine replicas");
    NewTopic bad = new NewTopic("java-config", 1, (short) 1).configs(Map.of("no.such.config", "1"));
    Checks.equal(createFailure(bad), "InvalidConfigurationException", "unknown config");
    String onlyValidated = Checks.unique("java-validate");
    CreateTopicsOptions validate = new CreateTopicsOptions().validateOnly(true);
    clients.admin.createTopics(List.of(new NewTopic(onlyValidated, 1, (short) 1)), validate).all().get(20, TimeUnit.SECONDS);
    Checks.equal(Checks.failureOf(() -> describe(onlyValidated)), "UnknownTopicOrPartitionException", "only validated");
    String fewer = Checks.failureOf(() -> extend(topic, 2));
    Checks.equal(fewer, "InvalidPartitionsException", "fewer partitions");
    extend(topic, 5);
    Checks.until("five partitions", () -> describeQuietly(topic), 5);
    clients.admin.deleteTopics(List.of(topic)).all().get(20, TimeUnit.SECONDS);
    Checks.until("deleted", () -> describeQuietly(topic), -1);
  }

  private TopicDescription describe(String topic) throws Exception {
    return clients.admin.describeTopics(List.of(topic)).allTopicNames().get(20, TimeUnit.SECONDS).get(topic);
  }

  private TopicDescription describeById(TopicDescription topic) throws Exception {
    var ids = org.apache.kafka.common.TopicCollection.ofTopicIds(List.of(topic.topicId()));
    return clients.admin.describeTopics(ids).allTopicIds().get(20, TimeUnit.SECONDS).get(topic.topicId());
  }

  private int describeQuietly(String topic) {
    try {
      return describe(topic).partitions().size();
    } catch (Exception gone) {
      return -1;
    }
  }

  private String createFailure(NewTopic topic) {
    return Checks.failureOf(() -> clients.admin.createTopics(List.of(topic)).all().get(20, TimeUnit.SECONDS));
  }

  private void extend(String topic, int count) throws Exception {
    clients.admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(count))).all().get(20, TimeUnit.SECONDS);
  }

  private void recreated() throws Exception {
    String topic = clients.newTopic("java-again", 1);
    var before = describe(topic).topicId();
    clients.send(topic, 0, List.of("old"));
    clients.admin.deleteTopics(List.of(topic)).all().get(20, TimeUnit.SECONDS);
    Checks.until("deleted", () -> describeQuietly(topic), -1);
    clients.admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get(20, TimeUnit.SECONDS);
    Checks.equal(describe(topic).topicId().equals(before), false, "the id is the old one");
    clients.send(topic, 0, List.of("new"));
    Checks.equal(clients.values(topic, 0, 1, "read_uncommitted"), List.of("new"), "values");
  }

  private Config configs(ConfigResource resource) throws Exception {
    return clients.admin.describeConfigs(List.of(resource)).all().get(20, TimeUnit.SECONDS).get(resource);
  }

  private String value(ConfigResource resource, String name) {
    try {
      return configs(resource).get(name).value();
    } catch (Exception failure) {
      throw new AssertionError(failure);
    }
  }

  private void alter(ConfigResource resource, String name, String value, AlterConfigOp.OpType type) throws Exception {
    var op = new AlterConfigOp(new ConfigEntry(name, value), type);
    clients.admin.incrementalAlterConfigs(Map.of(resource, List.of(op))).all().get(20, TimeUnit.SECONDS);
  }

  private void topicConfigs() throws Exception {
    String topic = clients.newTopic("java-config", 1, Map.of("retention.ms", "3600000"));
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    ConfigEntry retention = configs(resource).get("retention.ms");
    Checks.equal(retention.source(), ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG, "source of retention.ms");
    ConfigEntry policy = configs(resource).get("cleanup.policy");
    Checks.equal(policy.value() + " " + policy.source(), "delete DEFAULT_CONFIG", "cleanup.policy");
    alter(resource, "cleanup.policy", "compact", AlterConfigOp.OpType.APPEND);
    Checks.until("appended", () -> value(resource, "cleanup.policy"), "delete,compact");
    alter(resource, "cleanup.policy", "delete", AlterConfigOp.OpType.SUBTRACT);
    Checks.until("subtracted", () -> value(resource, "cleanup.policy"), "compact");
    alter(resource, "retention.ms", "60000", AlterConfigOp.OpType.SET);
    Checks.until("set", () -> value(resource, "retention.ms"), "60000");
    alter(resource, "retention.ms", "", AlterConfigOp.OpType.DELETE);
    Checks.until("back to the default", () -> value(resource, "retention.ms"), "604800000");
    for (String[] bad : new String[][] {{"retention.ms", "soon"}, {"cleanup.policy", "burn"}, {"no.such.config", "1"}}) {
      String failure = Checks.failureOf(() -> alter(resource, bad[0], bad[1], AlterConfigOp.OpType.SET));
      Checks.equal(failure, "InvalidConfigurationException", bad[0] + "=" + bad[1]);
    }
  }

  private void brokerConfigs() throws Exception {
    int node = clients.admin.describeCluster().nodes().get(20, TimeUnit.SECONDS).iterator().next().id();
    ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, "" + node);
    Checks.equal(configs(broker).get("node.id") == null, false, "node.id is missing");
    alter(broker, "log.cleaner.threads", "2", AlterConfigOp.OpType.SET);
    Checks.until("altered", () -> value(broker, "log.cleaner.threads"), "2");
    alter(broker, "log.cleaner.threads", "", AlterConfigOp.OpType.DELETE);
    Checks.until("reset", () -> value(broker, "log.cleaner.threads"), "1");
    String failure = Checks.failureOf(() -> alter(broker, "node.id", "7", AlterConfigOp.OpType.SET));
    Checks.equal(failure, "InvalidRequestException", "a config that cannot change while running");
  }

  private void groups() throws Exception {
    String topic = clients.newTopic("java-groups", 2);
    String group = Checks.unique("java-groups");
    TopicPartition zero = new TopicPartition(topic, 0);
    TopicPartition one = new TopicPartition(topic, 1);
    try (KafkaConsumer<String, String> consumer = clients.consumer("group.id", group, "group.protocol", "classic")) {
      consumer.subscribe(List.of(topic));
      Checks.until("joined", () -> {
        consumer.poll(Clients.POLL);
        return consumer.assignment().size();
      }, 2);
      consumer.commitSync(Map.of(zero, new OffsetAndMetadata(0), one, new OffsetAndMetadata(0)));
      ConsumerGroupDescription described = describeGroup(group);
      Checks.equal(described.groupState(), GroupState.STABLE, "state");
      Checks.equal(described.members().iterator().next().assignment().topicPartitions(), Set.of(zero, one), "assignment");
      String inUse = Checks.failureOf(() -> clients.admin.deleteConsumerGroups(List.of(group)).all().get(20, TimeUnit.SECONDS));
      Checks.equal(inUse, "GroupNotEmptyException", "deleting a group in use");
    }
    Checks.equal(describeGroup(group).groupState(), GroupState.EMPTY, "state");
    boolean isListed = clients.admin.listGroups().all().get(20, TimeUnit.SECONDS).stream()
        .anyMatch(listing -> listing.groupId().equals(group));
    Checks.equal(isListed, true, "listed");
    clients.admin.alterConsumerGroupOffsets(group, Map.of(zero, new OffsetAndMetadata(4, "moved"))).all().get(20, TimeUnit.SECONDS);
    clients.admin.deleteConsumerGroupOffsets(group, Set.of(one)).all().get(20, TimeUnit.SECONDS);
    Map<TopicPartition, OffsetAndMetadata> offsets =
        clients.admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get(20, TimeUnit.SECONDS);
    Checks.equal(offsets, Map.of(zero, new OffsetAndMetadata(4, "moved")), "offsets");
    clients.admin.deleteConsumerGroups(List.of(group)).all().get(20, TimeUnit.SECONDS);
    String gone = Checks.failureOf(() -> clients.admin.deleteConsumerGroups(List.of(group)).all().get(20, TimeUnit.SECONDS));
    Checks.equal(gone, "GroupIdNotFoundException", "deleting it again");
  }

  private ConsumerGroupDescription describeGroup(String group) throws Exception {
    return clients.admin.describeConsumerGroups(List.of(group)).all().get(20, TimeUnit.SECONDS).get(group);
  }

  private void offsets() throws Exception {
    String topic = clients.newTopic("java-specs", 1);
    TopicPartition partition = new TopicPartition(topic, 0);
    long base = 1_700_000_000_000L;
    try (KafkaProducer<String, String> producer = clients.producer()) {
      for (long stamp : new long[] {10, 30, 20}) {
        producer.send(new ProducerRecord<>(topic, 0, base + stamp, null, "x")).get(20, TimeUnit.SECONDS);
      }
    }
    Map<String, OffsetSpec> specs = Map.of(
        "earliest", OffsetSpec.earliest(), "latest", OffsetSpec.latest(), "max timestamp", OffsetSpec.maxTimestamp(),
        "at 15", OffsetSpec.forTimestamp(base + 15), "at 31", OffsetSpec.forTimestamp(base + 31),
        "earliest local", OffsetSpec.earliestLocal());
    Map<String, Long> seen = new HashMap<>();
    for (var spec : specs.entrySet()) {
      ListOffsetsResultInfo info = clients.admin.listOffsets(Map.of(partition, spec.getValue()))
          .partitionResult(partition).get(20, TimeUnit.SECONDS);
      seen.put(spec.getKey(), info.offset());
    }
    Map<String, Long> expected = Map.of("earliest", 0L, "latest", 3L, "max timestamp", 1L, "at 15", 1L, "at 31", -1L, "earliest local", 0L);
    Checks.equal(seen, expected, "offsets");
  }

  private void deleteRecords() throws Exception {
    String topic = clients.newTopic("java-delete", 1);
    TopicPartition partition = new TopicPartition(topic, 0);
    clients.send(topic, 0, List.of("a", "b", "c", "d"));
    long low = clients.admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(3))).lowWatermarks()
        .get(partition).get(20, TimeUnit.SECONDS).lowWatermark();
    Checks.equal(low, 3L, "low watermark");
    Checks.equal(clients.values(topic, 0, 1, "read_uncommitted"), List.of("d"), "what is left");
    String failure = Checks.failureOf(() ->
        clients.admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(99))).all().get(20, TimeUnit.SECONDS));
    Checks.equal(failure, "OffsetOutOfRangeException", "past the end");
  }

  private void cluster() throws Exception {
    String topic = clients.newTopic("java-cluster", 1);
    TopicPartition partition = new TopicPartition(topic, 0);
    clients.send(topic, 0, List.of("a"));
    DescribeClusterResult cluster = clients.admin.describeCluster();
    int node = cluster.nodes().get(20, TimeUnit.SECONDS).iterator().next().id();
    Checks.equal(cluster.clusterId().get().isEmpty(), false, "an empty cluster id");
    Checks.equal(cluster.controller().get().id(), node, "controller");
    boolean hasReplica = clients.admin.describeLogDirs(List.of(node)).allDescriptions().get(20, TimeUnit.SECONDS).get(node)
        .values().stream().anyMatch(dir -> dir.replicaInfos().containsKey(partition));
    Checks.equal(hasReplica, true, "the partition has a log directory");
    List<ProducerState> producers =
        clients.admin.describeProducers(List.of(partition)).partitionResult(partition).get(20, TimeUnit.SECONDS).activeProducers();
    Checks.equal(producers.size(), 1, "active producers");
    Checks.equal(producers.get(0).lastSequence(), 0, "last sequence");
    short level = clients.admin.describeFeatures().featureMetadata().get(20, TimeUnit.SECONDS).finalizedFeatures()
        .get("transaction.version").maxVersionLevel();
    Checks.equal(level, (short) 2, "transaction.version");
    Checks.equal(clients.admin.listPartitionReassignments().reassignments().get(20, TimeUnit.SECONDS), Map.of(), "reassignments");
  }
}

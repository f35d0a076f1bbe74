import java.nio.file.Files;
import java.nio.file.Path;

/** Kafka's own command-line tools against a broker: `ToolSuite BOOTSTRAP SESSION_TIMEOUT_MS [ONLY]`. */
final class ToolSuite {
  private static final String TOPICS = "org.apache.kafka.tools.TopicCommand";
  private static final String CONFIGS = "kafka.admin.ConfigCommand";
  private static final String GROUPS = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand";
  private static final String PRODUCER = "org.apache.kafka.tools.ConsoleProducer";
  private static final String CONSUMER = "org.apache.kafka.tools.consumer.ConsoleConsumer";
  private final String bootstrap;
  private final Tool tool;

  private ToolSuite(String bootstrap) {
    this.bootstrap = bootstrap;
    this.tool = new Tool(bootstrap);
  }

  public static void main(String[] args) throws Exception {
    ToolSuite suite = new ToolSuite(args[0]);
    Checks checks = new Checks(args.length > 2 ? args[2] : "");
    checks.add("kafka-topics: create, list, describe, alter, delete", suite::topics);
    checks.add("kafka-topics: refusals", suite::topicRefusals);
    checks.add("kafka-configs: topics", suite::topicConfigs);
    checks.add("kafka-configs: brokers", suite::brokerConfigs);
    checks.add("kafka-console-producer and kafka-console-consumer", suite::console);
    checks.add("kafka-console-consumer: transactions of kafka-producer-perf-test", suite::transactionalPerf);
    checks.add("kafka-consumer-groups: list, describe, reset, delete", suite::groups);
    checks.add("kafka-groups: list", suite::groupList);
    checks.add("kafka-get-offsets", suite::getOffsets);
    checks.add("kafka-delete-records", suite::deleteRecords);
    checks.add("kafka-broker-api-versions", suite::apiVersions);
    checks.add("kafka-producer-perf-test and kafka-consumer-perf-test", suite::performance);
    checks.add("kafka-transactions: list, describe, describe-producers, find-hanging", suite::transactions);
    checks.add("kafka-log-dirs", suite::logDirs);
    checks.add("kafka-cluster: cluster-id, list-endpoints", suite::cluster);
    checks.add("kafka-leader-election and kafka-reassign-partitions", suite::reassign);
    checks.add("kafka-features and kafka-metadata-quorum", suite::features);
    checks.add("kafka-acls answers that security is off", suite::acls);
    checks.runAll(1);
  }

  private String newTopic(int partitions) throws Exception {
    String topic = Checks.unique("tool");
    tool.run(TOPICS, "--create --topic " + topic + " --partitions " + partitions).ok().says("Created topic " + topic + ".");
    return topic;
  }

  private void produce(String topic, String lines, String more) throws Exception {
    tool.runWith(lines, PRODUCER, "--bootstrap-server " + bootstrap + " --topic " + topic + " " + more).ok();
  }

  private void topics() throws Exception {
    String topic = Checks.unique("tool");
    tool.run(TOPICS, "--create --topic " + topic + " --partitions 2 --replication-factor 1 --config retention.ms=3600000").ok();
    tool.run(TOPICS, "--create --if-not-exists --topic " + topic).ok();
    tool.run(TOPICS, "--list").ok().says(topic + "\n");
    tool.run(TOPICS, "--describe --topic " + topic).ok()
        .matches("Topic: " + topic + "\tTopicId: [A-Za-z0-9_-]{22}\tPartitionCount: 2\tReplicationFactor: 1\tConfigs: .*retention.ms=3600000")
        .matches("Partition: 1\tLeader: (\\d+)\tReplicas: \\1\tIsr: \\1");
    tool.run(TOPICS, "--describe --unavailable-partitions").ok().neverSays(topic);
    tool.run(TOPICS, "--describe --topics-with-overrides").ok().says(topic);
    tool.run(TOPICS, "--alter --topic " + topic + " --partitions 4").ok();
    tool.run(TOPICS, "--describe --topic " + topic).ok().says("PartitionCount: 4");
    tool.run(TOPICS, "--delete --topic " + topic).ok();
    tool.run(TOPICS, "--list").ok().neverSays(topic + "\n");
  }

  private void topicRefusals() throws Exception {
    String topic = newTopic(2);
    tool.run(TOPICS, "--create --topic " + topic).failed().says("already exists");
    tool.run(TOPICS, "--alter --topic " + topic + " --partitions 1").failed();
    tool.run(TOPICS, "--delete --topic no-such-topic").failed().says("does not exist as expected");
    tool.run(TOPICS, "--create --topic bad --config no.such=1").failed().says("Unknown topic config name: no.such");
    tool.run(TOPICS, "--create --topic " + Checks.unique("rf") + " --replication-factor 9").failed();
  }

  private void topicConfigs() throws Exception {
    String entity = "--entity-type topics --entity-name " + newTopic(1);
    tool.run(CONFIGS, "--alter " + entity + " --add-config retention.ms=60000,cleanup.policy=[compact,delete]").ok()
        .says("Completed updating config");
    tool.run(CONFIGS, "--describe " + entity).ok()
        .says("retention.ms=60000 sensitive=false synonyms={DYNAMIC_TOPIC_CONFIG:retention.ms=60000", "cleanup.policy=compact,delete");
    tool.run(CONFIGS, "--describe --all " + entity).ok().says("max.message.bytes=", "segment.bytes=");
    tool.run(CONFIGS, "--alter " + entity + " --delete-config retention.ms").ok();
    tool.run(CONFIGS, "--describe " + entity).ok().neverSays("retention.ms=60000");
    tool.run(CONFIGS, "--alter " + entity + " --add-config retention.ms=soon").failed().says("retention.ms");
  }

  private void brokerConfigs() throws Exception {
    String broker = "--entity-type brokers --entity-name " + nodeId();
    tool.run(CONFIGS, "--describe --all " + broker).ok().says("num.partitions=", "auto.create.topics.enable=");
    tool.run(CONFIGS, "--alter " + broker + " --add-config log.cleaner.threads=2").ok();
    tool.run(CONFIGS, "--describe " + broker).ok().says("log.cleaner.threads=2 sensitive=false synonyms={DYNAMIC_BROKER_CONFIG:");
    tool.run(CONFIGS, "--alter " + broker + " --delete-config log.cleaner.threads").ok();
    tool.run(CONFIGS, "--describe " + broker).ok().neverSays("log.cleaner.threads=2");
    tool.run(CONFIGS, "--describe --entity-type brokers --entity-default").ok().says("Default configs for brokers");
  }

  private int nodeId() throws Exception {
    String output = tool.run("org.apache.kafka.tools.BrokerApiVersionsCommand", "").ok().output();
    var id = java.util.regex.Pattern.compile("\\(id: (\\d+)").matcher(output);
    if (!id.find()) throw new AssertionError("no node id in:\n" + output);
    return Integer.parseInt(id.group(1));
  }

  private void console() throws Exception {
    String topic = newTopic(1);
    String keyed = "--reader-property parse.key=true --reader-property key.separator=: --reader-property parse.headers=true"
        + " --reader-property headers.delimiter=! --compression-codec zstd";
    produce(topic, "h:1!a:one\nh:2!b:two\n", keyed);
    produce(topic, "three\n", "--sync --producer-property acks=all");
    String show = " --formatter-property print.key=true --formatter-property print.offset=true --formatter-property print.headers=true";
    tool.run(CONSUMER, "--from-beginning --max-messages 3 --timeout-ms 10000 --topic " + topic + show).ok()
        .says("Offset:0\th:1\ta\tone\n", "Offset:1\th:2\tb\ttwo\n", "Offset:2\tNO_HEADERS\tnull\tthree\n", "Processed a total of 3 messages");
    tool.run(CONSUMER, "--partition 0 --offset 2 --max-messages 1 --timeout-ms 10000 --topic " + topic).ok().says("three\n");
  }

  private void transactionalPerf() throws Exception {
    String topic = newTopic(1);
    tool.runWith("", "org.apache.kafka.tools.ProducerPerformance", "--topic " + topic + " --num-records 500 --record-size 100"
        + " --throughput -1 --transactional-id " + topic + " --transaction-duration-ms 50 --producer-props bootstrap.servers=" + bootstrap)
        .ok().says("500 records sent");
    tool.run(CONSUMER, "--from-beginning --isolation-level read_committed --max-messages 500 --timeout-ms 10000 --topic " + topic).ok()
        .says("Processed a total of 500 messages");
  }

  private void groups() throws Exception {
    String topic = newTopic(1);
    String group = Checks.unique("tool-group");
    produce(topic, "1\n2\n3\n4\n5\n", "");
    tool.run(CONSUMER, "--from-beginning --max-messages 5 --timeout-ms 10000 --topic " + topic + " --group " + group).ok();
    tool.run(GROUPS, "--list").ok().says(group);
    tool.run(GROUPS, "--describe --group " + group).ok().matches(group + "\\s+" + topic + "\\s+0\\s+(\\S+\\s+)?5\\s+5\\s+0");
    tool.run(GROUPS, "--describe --state --group " + group).ok().matches(group + ".*Empty\\s+0");
    tool.run(GROUPS, "--describe --members --group " + group).ok().says("has no active members");
    String reset = "--reset-offsets --group " + group + " --topic " + topic;
    tool.run(GROUPS, reset + " --to-offset 2 --dry-run").ok().matches(topic + "\\s+0\\s+2");
    tool.run(GROUPS, reset + " --shift-by -3 --execute").ok();
    tool.run(GROUPS, "--describe --offsets --group " + group).ok().matches(topic + "\\s+0\\s+(\\S+\\s+)?2\\s+5\\s+3");
    tool.run(GROUPS, reset + " --to-datetime 2020-01-01T00:00:00.000 --execute").ok().matches(topic + "\\s+0\\s+0");
    tool.run(GROUPS, "--delete-offsets --group " + group + " --topic " + topic).ok().says("Successful");
    tool.run(GROUPS, "--delete --group " + group).ok().says("was successful");
    tool.run(GROUPS, "--list").ok().neverSays(group);
    tool.run(GROUPS, "--delete --group " + group).says("GroupIdNotFoundException");
  }

  private void groupList() throws Exception {
    String topic = newTopic(1);
    String group = Checks.unique("tool-group");
    produce(topic, "1\n", "");
    tool.run(CONSUMER, "--from-beginning --max-messages 1 --timeout-ms 10000 --topic " + topic + " --group " + group).ok();
    tool.run("org.apache.kafka.tools.GroupsCommand", "--list").ok().matches(group + "\\s+Classic\\s+consumer");
  }

  private void getOffsets() throws Exception {
    String topic = newTopic(2);
    produce(topic, "1\n2\n3\n", "--reader-property parse.key=false --producer-property partitioner.ignore.keys=true");
    String output = tool.run("org.apache.kafka.tools.GetOffsetShell", "--topic " + topic).ok().says(topic + ":0:", topic + ":1:").output();
    int total = 0;
    for (String line : output.strip().split("\n")) total += Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
    Checks.equal(total, 3, "records in both partitions");
    tool.run("org.apache.kafka.tools.GetOffsetShell", "--topic-partitions " + topic + ":0 --time earliest").ok().says(topic + ":0:0\n");
    tool.run("org.apache.kafka.tools.GetOffsetShell", "--topic " + topic + " --time max-timestamp").ok().says(topic + ":");
  }

  private void deleteRecords() throws Exception {
    String topic = newTopic(1);
    produce(topic, "1\n2\n3\n", "");
    Path file = Files.createTempFile("offsets", ".json");
    Files.writeString(file, "{\"partitions\":[{\"topic\":\"" + topic + "\",\"partition\":0,\"offset\":2}],\"version\":1}");
    try {
      tool.run("org.apache.kafka.tools.DeleteRecordsCommand", "--offset-json-file " + file).ok().says("low_watermark: 2");
    } finally {
      Files.delete(file);
    }
    tool.run(CONSUMER, "--from-beginning --max-messages 1 --timeout-ms 10000 --topic " + topic).ok().says("3\n");
  }

  private void apiVersions() throws Exception {
    tool.run("org.apache.kafka.tools.BrokerApiVersionsCommand", "").ok()
        .says("Produce(0): 0 to 13", "Fetch(1): 4 to ", "ApiVersions(18): 0 to 4", "EndTxn(26): 0 to 5").neverSays("ERROR");
  }

  private void performance() throws Exception {
    String topic = newTopic(1);
    tool.runWith("", "org.apache.kafka.tools.ProducerPerformance", "--topic " + topic + " --num-records 5000 --record-size 100"
        + " --throughput -1 --producer-props bootstrap.servers=" + bootstrap + " compression.type=lz4").ok().says("5000 records sent");
    tool.run("org.apache.kafka.tools.ConsumerPerformance", "--topic " + topic + " --num-records 5000 --timeout 10000").ok().matches(", 5000, ");
  }

  private void transactions() throws Exception {
    String transactions = "org.apache.kafka.tools.TransactionsCommand";
    String topic = newTopic(1);
    tool.runWith("", "org.apache.kafka.tools.ProducerPerformance", "--topic " + topic + " --num-records 10 --record-size 10"
        + " --throughput -1 --transactional-id " + topic + " --transaction-duration-ms 1000 --producer-props bootstrap.servers=" + bootstrap).ok();
    tool.run(transactions, "list").ok().says(topic);
    tool.run(transactions, "describe --transactional-id " + topic).ok().matches(topic + "\\s.*CompleteCommit");
    tool.run(transactions, "describe-producers --topic " + topic + " --partition 0").ok().matches("(?m)^\\d+\\s+\\d+\\s+");
    tool.run(transactions, "find-hanging --topic " + topic).ok().says("Topic").neverSays(topic);
  }

  private void logDirs() throws Exception {
    String topic = newTopic(1);
    tool.run("org.apache.kafka.tools.LogDirsCommand", "--describe --topic-list " + topic).ok().says("\"partition\":\"" + topic + "-0\"");
  }

  private void cluster() throws Exception {
    tool.runWith("", "org.apache.kafka.tools.ClusterTool", "cluster-id --bootstrap-server " + bootstrap).ok().matches("Cluster ID: \\S+");
    tool.runWith("", "org.apache.kafka.tools.ClusterTool", "list-endpoints --bootstrap-server " + bootstrap).ok().says("127.0.0.1");
  }

  private void reassign() throws Exception {
    String topic = newTopic(1);
    tool.run("org.apache.kafka.tools.LeaderElectionCommand", "--election-type PREFERRED --topic " + topic + " --partition 0").ok()
        .says("Valid replica already elected for partitions");
    tool.run("org.apache.kafka.tools.reassign.ReassignPartitionsCommand", "--list").ok().says("No partition reassignments found.");
  }

  private void features() throws Exception {
    tool.run("org.apache.kafka.tools.FeatureCommand", "describe").ok().matches("Feature: transaction.version\\s.*FinalizedVersionLevel: 2");
    tool.run("org.apache.kafka.tools.MetadataQuorumCommand", "describe --status").ok().says("LeaderId:");
  }

  private void acls() throws Exception {
    tool.run("org.apache.kafka.tools.AclCommand", "--list").failed().says("SecurityDisabledException");
  }
}

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.common.TopicPartition;

/** Consumer groups of the classic protocol with the Java client. */
final class GroupChecks {
  private final Clients clients;

  GroupChecks(Clients clients) {
    this.clients = clients;
  }

  void addTo(Checks checks) {
    checks.add("java: an eager group rebalances on join and leave", () -> rebalance(RangeAssignor.class));
    checks.add("java: a cooperative group rebalances on join and leave", () -> rebalance(CooperativeStickyAssignor.class));
    checks.add("java: a cooperative member keeps what it need not give up", this::cooperativeKeeps);
    checks.add("java: a member that crashes is replaced when its session ends", this::crash);
    checks.add("java: a static member that restarts causes no rebalance", this::staticMember);
    checks.add("java: a second static member of the same id fences the first", this::staticFencing);
    checks.add("java: commits with metadata, auto-commit on close, commits per partition", this::commits);
    checks.add("java: a commit of a member that was thrown out is refused", this::staleCommit);
    checks.add("java: a pattern subscription finds a new topic", this::pattern);
  }

  private KafkaConsumer<String, String> member(String group, String topic, Object... settings) {
    List<Object> all = new ArrayList<>(List.of("group.id", group));
    all.addAll(List.of(settings));
    KafkaConsumer<String, String> consumer = clients.consumer(all.toArray());
    consumer.subscribe(List.of(topic));
    return consumer;
  }

  @SafeVarargs
  private static void untilOwning(String what, List<Integer> expected, KafkaConsumer<String, String>... members) {
    Checks.until(what, () -> {
      List<Integer> owned = new ArrayList<>();
      for (KafkaConsumer<String, String> member : members) {
        member.poll(Clients.POLL.dividedBy(4));
        owned.add(member.assignment().size());
      }
      return owned;
    }, expected);
  }

  private void rebalance(Class<?> assignor) throws Exception {
    String topic = clients.newTopic("java-group", 4);
    String group = Checks.unique("java-group");
    Object[] settings = {"partition.assignment.strategy", assignor.getName()};
    try (KafkaConsumer<String, String> first = member(group, topic, settings)) {
      untilOwning("the first owns all", List.of(4), first);
      try (KafkaConsumer<String, String> second = member(group, topic, settings)) {
        untilOwning("two share the partitions", List.of(2, 2), first, second);
        Set<TopicPartition> all = new HashSet<>(first.assignment());
        all.addAll(second.assignment());
        Checks.equal(all.size(), 4, "partitions of both together");
      }
      untilOwning("the first owns all again", List.of(4), first);
    }
  }

  private void cooperativeKeeps() throws Exception {
    String topic = clients.newTopic("java-coop", 4);
    String group = Checks.unique("java-coop");
    List<Integer> revoked = new ArrayList<>();
    Object[] settings = {"partition.assignment.strategy", CooperativeStickyAssignor.class.getName()};
    try (KafkaConsumer<String, String> first = member(group, topic, settings)) {
      first.subscribe(List.of(topic), new ConsumerRebalanceListener() {
        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
          if (!partitions.isEmpty()) revoked.add(partitions.size());
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}
      });
      untilOwning("the first owns all", List.of(4), first);
      try (KafkaConsumer<String, String> second = member(group, topic, settings)) {
        untilOwning("two share the partitions", List.of(2, 2), first, second);
        Checks.equal(revoked, List.of(2), "what the first gave up, at once");
      }
    }
  }

  private void crash() throws Exception {
    String topic = clients.newTopic("java-crash", 2);
    String group = Checks.unique("java-crash");
    Process crashing = Worker.start("member", clients.bootstrap, "" + clients.sessionTimeoutMs, topic, group);
    Worker.awaitLine(crashing, "owns 2");
    crashing.destroyForcibly().waitFor();
    try (KafkaConsumer<String, String> survivor = member(group, topic)) {
      untilOwning("the survivor takes over", List.of(2), survivor);
    }
  }

  private void staticMember() throws Exception {
    String topic = clients.newTopic("java-static", 2);
    String group = Checks.unique("java-static");
    int session = clients.sessionTimeoutMs * 4;
    try (KafkaConsumer<String, String> first = member(group, topic, "group.instance.id", "one", "session.timeout.ms", session)) {
      KafkaConsumer<String, String> second = member(group, topic, "group.instance.id", "two", "session.timeout.ms", session);
      untilOwning("each owns one", List.of(1, 1), first, second);
      Set<TopicPartition> before = second.assignment();
      int generation = first.groupMetadata().generationId();
      second.close();
      second = member(group, topic, "group.instance.id", "two", "session.timeout.ms", session);
      untilOwning("the restarted member owns one", List.of(1, 1), first, second);
      Checks.equal(second.assignment(), before, "partitions after the restart");
      Checks.equal(first.groupMetadata().generationId(), generation, "generation after the restart");
      second.close();
    }
  }

  private void staticFencing() throws Exception {
    String topic = clients.newTopic("java-fence", 1);
    String group = Checks.unique("java-fence");
    KafkaConsumer<String, String> first = member(group, topic, "group.instance.id", "one");
    untilOwning("the first owns it", List.of(1), first);
    try (KafkaConsumer<String, String> second = member(group, topic, "group.instance.id", "one")) {
      untilOwning("the second owns it", List.of(1), second);
      String failure = Checks.failureOf(() -> {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (System.nanoTime() < deadlineNs) first.poll(Clients.POLL);
      });
      Checks.equal(failure, "FencedInstanceIdException", "what the first sees");
    }
    first.close();
  }

  private void commits() throws Exception {
    String topic = clients.newTopic("java-commit", 2);
    String group = Checks.unique("java-commit");
    TopicPartition zero = new TopicPartition(topic, 0);
    TopicPartition one = new TopicPartition(topic, 1);
    clients.send(topic, 0, List.of("a", "b", "c"));
    clients.send(topic, 1, List.of("d", "e"));
    try (KafkaConsumer<String, String> consumer = member(group, topic)) {
      Clients.read(consumer, 5);
      consumer.commitSync(Map.of(zero, new OffsetAndMetadata(1, "half way")));
      Checks.equal(consumer.committed(Set.of(zero)).get(zero), new OffsetAndMetadata(1, "half way"), "commit");
      Checks.equal(consumer.committed(Set.of(one)).get(one), null, "nothing committed");
    }
    try (KafkaConsumer<String, String> consumer = member(group, topic, "enable.auto.commit", true)) {
      List<String> rest = Clients.read(consumer, 4).stream().map(ConsumerRecord::value).sorted().toList();
      Checks.equal(rest, List.of("b", "c", "d", "e"), "values after the commit");
    }
    try (KafkaConsumer<String, String> consumer = clients.consumer("group.id", group)) {
      Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(Set.of(zero, one));
      Checks.equal(List.of(committed.get(zero).offset(), committed.get(one).offset()), List.of(3L, 2L), "auto-commit on close");
    }
  }

  private void staleCommit() throws Exception {
    String topic = clients.newTopic("java-stale", 1);
    String group = Checks.unique("java-stale");
    try (KafkaConsumer<String, String> slow = member(group, topic, "max.poll.interval.ms", clients.sessionTimeoutMs)) {
      untilOwning("the slow member owns it", List.of(1), slow);
      try (KafkaConsumer<String, String> other = member(group, topic)) {
        untilOwning("the other takes over while the slow one does not poll", List.of(1), other);
        String failure = Checks.failureOf(() ->
            slow.commitSync(Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(0))));
        if (!Set.of("CommitFailedException", "RebalanceInProgressException").contains(failure)) {
          throw new AssertionError("the slow member's commit saw " + failure);
        }
      }
    }
  }

  private void pattern() throws Exception {
    String prefix = Checks.unique("java-pattern");
    try (KafkaConsumer<String, String> consumer = clients.consumer("group.id", prefix, "metadata.max.age.ms", 200)) {
      consumer.subscribe(java.util.regex.Pattern.compile(prefix + ".*"));
      String topic = clients.newTopic(prefix, 1);
      clients.send(topic, 0, List.of("found"));
      Checks.equal(Clients.read(consumer, 1).get(0).value(), "found", "value");
    }
  }
}

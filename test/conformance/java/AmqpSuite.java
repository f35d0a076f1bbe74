/**
 * RabbitMQ's Java client against a broker: `AmqpSuite HOST PORT MODE`. Modes: `all`; `recovery` asks for the broker to be killed and
 * started again, `blocked` is for a broker that has no room on its disk.
 */
final class AmqpSuite {
  private static final int AT_ONCE = 6;

  public static void main(String[] args) throws Exception {
    AmqpClients clients = new AmqpClients(args[0], Integer.parseInt(args[1]));
    Checks checks = new Checks(args.length > 3 ? args[3] : "");
    switch (args[2]) {
      case "recovery" -> new AmqpRecoveryChecks(clients).addRecovery(checks);
      case "blocked" -> new AmqpRecoveryChecks(clients).addBlocked(checks);
      default -> {
        new AmqpTopologyChecks(clients).addTo(checks);
        new AmqpPublishChecks(clients).addTo(checks);
        new AmqpConsumeChecks(clients).addTo(checks);
      }
    }
    checks.runAll(AT_ONCE);
  }
}

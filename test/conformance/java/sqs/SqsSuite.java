/** The AWS SDK for Java against a broker: `SqsSuite URL MODE`. Modes: `all`; `recovery` asks for the broker to be killed and started again. */
final class SqsSuite {
  private static final int AT_ONCE = 6;

  public static void main(String[] args) throws Exception {
    SqsEnd end = new SqsEnd(args[0]);
    Checks checks = new Checks(args.length > 2 ? args[2] : "");
    if (args[1].equals("recovery")) {
      new SqsRecoveryChecks(end).addTo(checks);
    } else {
      new SqsQueueChecks(end).addTo(checks);
      new SqsErrorChecks(end).addTo(checks);
      new SqsMessageChecks(end).addTo(checks);
      new SqsFifoChecks(end).addTo(checks);
    }
    checks.runAll(AT_ONCE);
  }
}

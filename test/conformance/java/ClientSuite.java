/** The Java client against a broker: `ClientSuite BOOTSTRAP SESSION_TIMEOUT_MS [ONLY]`. */
final class ClientSuite {
  private static final int AT_ONCE = 6;

  public static void main(String[] args) throws Exception {
    Clients clients = new Clients(args[0], Integer.parseInt(args[1]));
    Checks checks = new Checks(args.length > 2 ? args[2] : "");
    new GroupChecks(clients).addTo(checks);
    new TransactionChecks(clients).addTo(checks);
    new ProduceChecks(clients).addTo(checks);
    new AdminChecks(clients).addTo(checks);
    checks.runAll(AT_ONCE);
  }
}

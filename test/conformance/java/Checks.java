import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** A list of checks, run a few at a time; each is reported as one line of JSON, and the count at the end. */
final class Checks {
  interface Body {
    void run() throws Exception;
  }

  private record Check(String title, Body body) {}

  private static final int LIMIT_S = 60;
  private final List<Check> checks = new ArrayList<>();
  private final String wanted;

  Checks(String wanted) {
    this.wanted = wanted;
  }

  void add(String title, Body body) {
    if (title.contains(wanted)) checks.add(new Check(title, body));
  }

  /** Never returns: a hung check's threads must not keep the process. */
  void runAll(int atOnce) throws InterruptedException {
    ExecutorService pool = Executors.newFixedThreadPool(atOnce);
    List<Future<?>> running = new ArrayList<>();
    for (Check check : checks) running.add(pool.submit(() -> runOne(check)));
    for (int i = 0; i < running.size(); i++) {
      try {
        running.get(i).get(LIMIT_S, TimeUnit.SECONDS);
      } catch (TimeoutException late) {
        report(checks.get(i).title, false, LIMIT_S * 1000L, "hung; threads:\n" + stacks());
      } catch (java.util.concurrent.ExecutionException impossible) {
        throw new IllegalStateException(impossible);
      }
    }
    System.out.println("{\"done\":" + checks.size() + "}");
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }

  private void runOne(Check check) {
    long startedNs = System.nanoTime();
    String detail = null;
    try {
      check.body.run();
    } catch (Throwable thrown) {
      StringWriter text = new StringWriter();
      thrown.printStackTrace(new PrintWriter(text));
      detail = text.toString();
    }
    report(check.title, detail == null, (System.nanoTime() - startedNs) / 1_000_000, detail);
  }

  private static synchronized void report(String title, boolean ok, long ms, String detail) {
    String tail = detail == null ? "" : ",\"detail\":" + json(detail);
    System.out.println("{\"check\":" + json(title) + ",\"ok\":" + ok + ",\"ms\":" + ms + tail + "}");
    System.out.flush();
  }

  private static String json(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\') out.append('\\').append(c);
      else if (c < ' ') out.append(String.format("\\u%04x", (int) c));
      else out.append(c);
    }
    return out.append('"').toString();
  }

  private static String stacks() {
    StringBuilder out = new StringBuilder();
    Thread.getAllStackTraces().forEach((thread, frames) -> {
      if (!thread.getName().startsWith("pool-")) return;
      out.append(thread.getName()).append('\n');
      for (StackTraceElement frame : frames) out.append("  at ").append(frame).append('\n');
    });
    return out.toString();
  }

  static String unique(String prefix) {
    return prefix + "-" + UUID.randomUUID().toString().substring(0, 8);
  }

  static void equal(Object actual, Object expected, String what) {
    if (!Objects.equals(actual, expected)) {
      throw new AssertionError(what + ": expected <" + expected + ">, saw <" + actual + ">");
    }
  }

  /** Asks until the answer is the expected one; the asking itself waits, in a poll or a request of the client. */
  static <T> void until(String what, Supplier<T> look, T expected) {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    T seen = look.get();
    while (!Objects.equals(seen, expected)) {
      if (System.nanoTime() > deadlineNs) throw new AssertionError(what + ": waited for " + expected + ", last saw " + seen);
      seen = look.get();
    }
  }

  /** Runs what must fail and returns the simple name of the error at its root. */
  static String failureOf(Body body) {
    try {
      body.run();
    } catch (Throwable thrown) {
      Throwable cause = thrown;
      while (cause.getCause() != null) cause = cause.getCause();
      return cause.getClass().getSimpleName();
    }
    return "no failure";
  }
}

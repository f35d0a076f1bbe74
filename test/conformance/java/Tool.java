import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Exit;

/**
 * Runs the main class behind one of Kafka's scripts inside this process: a virtual machine for each of dozens of calls
 * would take minutes. Its exit is trapped, its output captured; so only one runs at a time.
 */
final class Tool {
  record Result(int code, String output) {
    Result ok() {
      if (code != 0) throw new AssertionError("exit code " + code + " and this output:\n" + output);
      return this;
    }

    Result failed() {
      if (code == 0) throw new AssertionError("it should have failed, but said:\n" + output);
      return this;
    }

    Result says(String... parts) {
      for (String part : parts) {
        if (!output.contains(part)) throw new AssertionError("\"" + part + "\" is not in the output:\n" + output);
      }
      return this;
    }

    Result matches(String regex) {
      if (!java.util.regex.Pattern.compile(regex).matcher(output).find()) {
        throw new AssertionError("nothing like /" + regex + "/ is in the output:\n" + output);
      }
      return this;
    }

    Result neverSays(String part) {
      if (output.contains(part)) throw new AssertionError("\"" + part + "\" should not be in the output:\n" + output);
      return this;
    }
  }

  private static final class Exited extends Error {
    Exited(int code) {
      super("exit " + code, null, false, false);
    }
  }

  private final String bootstrap;
  /** The first exit counts: some tools catch what ends them, complain, and exit again. */
  private Integer exitCode;
  /** Run after the tool: its producer, say, sends what it still holds only when it is closed. */
  private final List<Runnable> shutdownHooks = new ArrayList<>();

  Tool(String bootstrap) {
    this.bootstrap = bootstrap;
    Exit.setExitProcedure((code, message) -> exit(code));
    Exit.setHaltProcedure((code, message) -> exit(code));
    Exit.setShutdownHookAdder((name, hook) -> shutdownHooks.add(hook));
  }

  private void exit(int code) {
    if (exitCode == null) exitCode = code;
    throw new Exited(code);
  }

  /** Runs a tool with `--bootstrap-server` and then `arguments`, which are split at blanks. */
  Result run(String mainClass, String arguments) throws Exception {
    return runWith("", mainClass, "--bootstrap-server " + bootstrap + " " + arguments);
  }

  Result runWith(String input, String mainClass, String arguments) throws Exception {
    InputStream in = System.in;
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream captured = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(captured, true, StandardCharsets.UTF_8);
    exitCode = null;
    shutdownHooks.clear();
    System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
    System.setOut(stream);
    System.setErr(stream);
    try {
      Class.forName(mainClass).getMethod("main", String[].class).invoke(null, (Object) arguments.strip().split("\\s+"));
    } catch (InvocationTargetException thrown) {
      if (!(thrown.getCause() instanceof Exited)) {
        thrown.getCause().printStackTrace(stream);
        if (exitCode == null) exitCode = 1;
      }
    } finally {
      for (Runnable hook : shutdownHooks) hook.run();
      System.setIn(in);
      System.setOut(out);
      System.setErr(err);
    }
    return new Result(exitCode == null ? 0 : exitCode, captured.toString(StandardCharsets.UTF_8));
  }
}

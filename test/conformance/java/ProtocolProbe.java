import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Speaks Kafka's protocol with the codec of Kafka's own client library, one JSON command a line in and one JSON answer a
 * line out over a local socket whose port it prints, so that a test can send any request at any version and see every field of what came back. Commands on one
 * connection are answered in order; connections do not wait for each other.
 *
 * <p>`{"id", "op": "call", "connection", "address", "api", "version", "body"}` gives `{"id", "response"}`, or
 * `{"id", "closed": true}`, `{"id", "silent": true}`, `{"id", "failure": text}`. `"op": "raw"` sends `"frame"` as it is.
 * `"op": "batch"` makes records. `"op": "close"` closes a connection.
 */
final class ProtocolProbe {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final Map<String, ProbeConnection> connections = new ConcurrentHashMap<>();
  private final Map<String, ExecutorService> lanes = new ConcurrentHashMap<>();

  private final PrintStream out;

  private ProtocolProbe(PrintStream out) {
    this.out = out;
  }

  public static void main(String[] args) throws Exception {
    ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    System.out.println("port " + server.getLocalPort());
    Socket test = server.accept();
    ProtocolProbe probe = new ProtocolProbe(new PrintStream(test.getOutputStream(), true, StandardCharsets.UTF_8));
    BufferedReader in = new BufferedReader(new InputStreamReader(test.getInputStream(), StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) probe.accept(JSON.readTree(line));
    Runtime.getRuntime().halt(0);
  }

  private void accept(JsonNode command) {
    String lane = command.path("connection").asText("");
    lanes.computeIfAbsent(lane, name -> Executors.newSingleThreadExecutor()).execute(() -> {
      ObjectNode answer = JsonNodeFactory.instance.objectNode();
      try {
        answer(command, answer);
      } catch (SocketTimeoutException silent) {
        answer.put("silent", true);
        drop(lane);
      } catch (java.io.IOException closed) {
        answer.put("closed", true);
        drop(lane);
      } catch (Exception failure) {
        answer.put("failure", failure.toString());
      }
      answer.set("id", command.get("id"));
      synchronized (out) {
        out.println(answer);
      }
    });
  }

  private void answer(JsonNode command, ObjectNode answer) throws Exception {
    switch (command.get("op").asText()) {
      case "batch" -> answer.put("response", ProbeRecords.batch(command));
      case "close" -> drop(command.get("connection").asText());
      case "call" -> answer.set("response", connection(command).call(
          command.get("api").asText(), (short) command.get("version").asInt(), command.get("body"), command.path("oneWay").asBoolean()));
      case "raw" -> answer.put("response", connection(command).raw(command.get("frame").binaryValue()));
      default -> throw new IllegalArgumentException("an unknown op: " + command);
    }
  }

  private ProbeConnection connection(JsonNode command) throws Exception {
    String name = command.get("connection").asText();
    ProbeConnection known = connections.get(name);
    if (known != null) return known;
    ProbeConnection opened = new ProbeConnection(command.get("address").asText());
    connections.put(name, opened);
    return opened;
  }

  private void drop(String name) {
    ProbeConnection connection = connections.remove(name);
    if (connection != null) connection.close();
  }
}

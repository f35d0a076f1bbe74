import com.fasterxml.jackson.databind.JsonNode;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;

/** One connection to a broker: frames out, frames in, one request at a time. */
final class ProbeConnection {
  private static final int ANSWER_LIMIT_MS = 10_000;
  private final Socket socket;
  private final DataInputStream in;
  private final DataOutputStream out;
  private int correlationId = 0;

  ProbeConnection(String address) throws IOException {
    int colon = address.lastIndexOf(':');
    socket = new Socket(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
    socket.setSoTimeout(ANSWER_LIMIT_MS);
    socket.setTcpNoDelay(true);
    in = new DataInputStream(socket.getInputStream());
    out = new DataOutputStream(socket.getOutputStream());
  }

  void close() {
    try {
      socket.close();
    } catch (IOException ignored) {
      // It is gone either way.
    }
  }

  /** @return the response as Kafka's own JSON, or null for a request that gets none. */
  JsonNode call(String api, short version, JsonNode body, boolean oneWay) throws Exception {
    ApiMessageType type = Arrays.stream(ApiMessageType.values()).filter(each -> each.name.equals(api)).findFirst().orElseThrow();
    ApiMessage request = type.newRequest();
    ProbeJson.fill(request, body);
    correlationId++;
    RequestHeaderData header = new RequestHeaderData().setRequestApiKey(type.apiKey()).setRequestApiVersion(version)
        .setCorrelationId(correlationId).setClientId("probe");
    write(MessageUtil.toByteBufferAccessor(header, type.requestHeaderVersion(version)).buffer(),
        MessageUtil.toByteBufferAccessor(request, version).buffer());
    if (oneWay) return null;
    ByteBufferAccessor answer = new ByteBufferAccessor(ByteBuffer.wrap(readFrame()));
    ResponseHeaderData responseHeader = new ResponseHeaderData(answer, type.responseHeaderVersion(version));
    if (responseHeader.correlationId() != correlationId) {
      throw new IllegalStateException("correlation id " + responseHeader.correlationId() + " answers " + correlationId);
    }
    ApiMessage response = type.newResponse();
    response.read(answer, version);
    if (answer.remaining() > 0) throw new IllegalStateException(answer.remaining() + " bytes follow the response");
    return ProbeJson.show(response, version);
  }

  /** Sends bytes as they are, the length included, and gives back the next frame. */
  String raw(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
    return Base64.getEncoder().encodeToString(readFrame());
  }

  private void write(ByteBuffer header, ByteBuffer body) throws IOException {
    ByteBuffer frame = ByteBuffer.allocate(4 + header.remaining() + body.remaining());
    frame.putInt(header.remaining() + body.remaining()).put(header).put(body);
    out.write(frame.array());
    out.flush();
  }

  private byte[] readFrame() throws IOException {
    int length = in.readInt();
    if (length < 0 || length > 100_000_000) throw new EOFException("a frame of " + length + " bytes");
    byte[] frame = new byte[length];
    in.readFully(frame);
    return frame;
  }
}

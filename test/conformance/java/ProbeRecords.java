import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.CompressionType;
import org.apache.kafka.common.record.ControlRecordType;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.MemoryRecordsBuilder;
import org.apache.kafka.common.record.MutableRecordBatch;
import org.apache.kafka.common.record.Record;
import org.apache.kafka.common.record.SimpleRecord;
import org.apache.kafka.common.record.TimestampType;

/** Record batches, made and shown by Kafka's own library. */
final class ProbeRecords {
  /** A batch as base64, from `magic`, `codec`, `producerId`, `producerEpoch`, `baseSequence`, `transactional`, `records`. */
  static String batch(JsonNode spec) {
    byte magic = (byte) spec.path("magic").asInt(2);
    Compression codec = Compression.of(CompressionType.forName(spec.path("codec").asText("none"))).build();
    ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
    try (MemoryRecordsBuilder builder = MemoryRecords.builder(buffer, magic, codec, TimestampType.CREATE_TIME, 0, -1,
        spec.path("producerId").asLong(-1), (short) spec.path("producerEpoch").asInt(-1), spec.path("baseSequence").asInt(-1),
        spec.path("transactional").asBoolean(false), -1)) {
      for (JsonNode record : spec.path("records")) {
        long stamp = record.path("timestamp").asLong(1_700_000_000_000L);
        builder.append(new SimpleRecord(magic == 0 ? -1 : stamp, bytes(record.get("key")), bytes(record.get("value"))));
      }
      MemoryRecords made = builder.build();
      byte[] copy = new byte[made.sizeInBytes()];
      made.buffer().duplicate().get(copy);
      return Base64.getEncoder().encodeToString(copy);
    }
  }

  private static byte[] bytes(JsonNode text) {
    return text == null || text.isNull() ? null : text.asText().getBytes(StandardCharsets.UTF_8);
  }

  static void show(MemoryRecords records, ArrayNode out) {
    for (MutableRecordBatch batch : records.batches()) {
      ObjectNode shown = out.addObject();
      shown.put("baseOffset", batch.baseOffset()).put("lastOffset", batch.lastOffset());
      shown.put("magic", batch.magic()).put("codec", batch.compressionType().name).put("isValid", batch.isValid());
      shown.put("partitionLeaderEpoch", batch.partitionLeaderEpoch()).put("isControl", batch.isControlBatch());
      shown.put("isTransactional", batch.isTransactional()).put("producerEpoch", batch.producerEpoch());
      shown.put("baseSequence", batch.baseSequence()).put("timestampType", batch.timestampType().name);
      ArrayNode values = shown.putArray("values");
      for (Record record : batch) {
        String text = batch.isControlBatch() ? ControlRecordType.parse(record.key()).name() : text(record);
        values.add(text);
      }
    }
  }

  private static String text(Record record) {
    return record.hasValue() ? StandardCharsets.UTF_8.decode(record.value()).toString() : null;
  }
}

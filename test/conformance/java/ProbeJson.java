import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.BaseRecords;
import org.apache.kafka.common.record.MemoryRecords;

/** Between JSON and the message classes that Kafka generates. Fields that are left out keep their defaults. */
final class ProbeJson {
  static void fill(Object message, JsonNode body) throws ReflectiveOperationException, java.io.IOException {
    for (var entry : (Iterable<java.util.Map.Entry<String, JsonNode>>) body::fields) {
      Field field = message.getClass().getDeclaredField(entry.getKey());
      String setter = "set" + Character.toUpperCase(entry.getKey().charAt(0)) + entry.getKey().substring(1);
      Method set = Arrays.stream(message.getClass().getMethods())
          .filter(method -> method.getName().equals(setter)).findFirst().orElseThrow();
      set.invoke(message, value(field.getGenericType(), entry.getValue()));
    }
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static Object value(Type type, JsonNode node) throws ReflectiveOperationException, java.io.IOException {
    if (node.isNull()) return null;
    if (type == boolean.class) return node.asBoolean();
    if (type == byte.class) return (byte) node.asInt();
    if (type == short.class) return (short) node.asInt();
    if (type == int.class) return node.asInt();
    if (type == long.class) return node.asLong();
    if (type == String.class) return node.asText();
    if (type == Uuid.class) return Uuid.fromString(node.asText());
    if (type == byte[].class) return node.binaryValue();
    if (type == ByteBuffer.class) return ByteBuffer.wrap(node.binaryValue());
    if (type == BaseRecords.class) return MemoryRecords.readableRecords(ByteBuffer.wrap(node.binaryValue()));
    Class<?> raw = (Class<?>) (type instanceof ParameterizedType generic ? generic.getRawType() : type);
    if (Collection.class.isAssignableFrom(raw)) {
      boolean isList = raw == List.class;
      Type element = ((ParameterizedType) (isList ? type : raw.getGenericSuperclass())).getActualTypeArguments()[0];
      Collection collection = isList ? new ArrayList<>() : (Collection) raw.getDeclaredConstructor().newInstance();
      for (JsonNode each : node) collection.add(value(boxed(element), each));
      return collection;
    }
    Object nested = raw.getDeclaredConstructor().newInstance();
    fill(nested, node);
    return nested;
  }

  private static Type boxed(Type type) {
    if (type == Integer.class) return int.class;
    if (type == Long.class) return long.class;
    if (type == Short.class) return short.class;
    if (type == Byte.class) return byte.class;
    return type;
  }

  static JsonNode show(ApiMessage response, short version) throws ReflectiveOperationException {
    JsonNode node = (JsonNode) Class.forName(response.getClass().getName() + "JsonConverter")
        .getMethod("write", response.getClass(), short.class).invoke(null, response, version);
    if (response instanceof FetchResponseData fetch) showRecords(fetch, node);
    return node;
  }

  private static void showRecords(FetchResponseData fetch, JsonNode node) {
    for (int topic = 0; topic < fetch.responses().size(); topic++) {
      var partitions = fetch.responses().get(topic).partitions();
      for (int partition = 0; partition < partitions.size(); partition++) {
        ObjectNode shown = (ObjectNode) node.get("responses").get(topic).get("partitions").get(partition);
        ArrayNode records = shown.putArray("records");
        if (partitions.get(partition).records() instanceof MemoryRecords batches) ProbeRecords.show(batches, records);
      }
    }
  }
}

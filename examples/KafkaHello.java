// java -cp 'path/to/kafka-clients/and/its/dependencies/*' examples/KafkaHello.java [host:port]
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

public class KafkaHello {
    public static void main(String[] args) throws Exception {
        String broker = args.length > 0 ? args[0] : "127.0.0.1:9092";

        Map<String, Object> sending = Map.of("bootstrap.servers", broker, "acks", "all");
        try (var producer = new KafkaProducer<>(sending, new StringSerializer(), new StringSerializer())) {
            var sent = producer.send(new ProducerRecord<>("greetings", "en", "hello")).get();
            System.out.println("sent to " + sent);
        }

        Map<String, Object> reading = Map.of(
            "bootstrap.servers", broker, "group.id", "readers-java", "auto.offset.reset", "earliest");
        try (var consumer = new KafkaConsumer<>(reading, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of("greetings"));
            ConsumerRecords<String, String> records = ConsumerRecords.empty();
            while (records.isEmpty()) records = consumer.poll(Duration.ofSeconds(1));
            records.forEach(record -> System.out.println(
                record.topic() + "/" + record.partition() + " at " + record.offset() + ": " + record.key() + " = " + record.value()));
            consumer.commitSync();
        }
    }
}

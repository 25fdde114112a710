import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.gliwka.hyperscan.wrapper.Database;
import com.gliwka.hyperscan.wrapper.Expression;
import com.gliwka.hyperscan.wrapper.ExpressionFlag;
import com.gliwka.hyperscan.wrapper.Match;
import com.gliwka.hyperscan.wrapper.Scanner;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Frames to Kafka as one writes it in Java. Usage: Peer BROKERS TOPIC FRAMES RULES (FRAMES: a file or -) */
public final class Peer {
    static final String POSTS = "app.bsky.feed.post";

    @JsonIgnoreProperties(ignoreUnknown = true)
    public static final class Event {
        public String did;
        public Commit commit;
    }

    @JsonIgnoreProperties(ignoreUnknown = true)
    public static final class Commit {
        public String operation;
        public String collection;
        public String rkey;
        public Post record;
    }

    @JsonIgnoreProperties(ignoreUnknown = true)
    public static final class Post {
        public String createdAt;
        public List<String> langs;
        public Reply reply;
        public String text;
    }

    @JsonIgnoreProperties(ignoreUnknown = true)
    public static final class Reply {
        public Subject parent;
        public Subject root;
    }

    @JsonIgnoreProperties(ignoreUnknown = true)
    public static final class Subject {
        public String uri;
    }

    static final class Rules {
        final List<String> names = new ArrayList<>();
        final Database database;
        final Scanner scanner = new Scanner();
        private final List<Integer> found = new ArrayList<>();
        private final StringBuilder folded = new StringBuilder();

        Rules(String path) throws Exception {
            List<Expression> expressions = new ArrayList<>();
            for (String line : Files.readAllLines(Path.of(path))) {
                String[] row = line.split("\t");
                expressions.add(new Expression(" " + row[1] + " ", ExpressionFlag.SINGLEMATCH, names.size()));
                names.add(row[0]);
            }
            database = Database.compile(expressions);
            scanner.allocScratch(database);
        }

        boolean isBrand(int rule) {
            return names.get(rule).indexOf('.') < 0;
        }

        /** Lower case, words between single blanks. */
        private String fold(String text) {
            folded.setLength(0);
            folded.append(' ');
            boolean between = true;
            for (int i = 0; i < text.length(); ) {
                int c = text.codePointAt(i);
                i += Character.charCount(c);
                if (c < 128 ? c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
                            : Character.isLetterOrDigit(c)) {
                    folded.appendCodePoint(Character.toLowerCase(c));
                    between = false;
                } else if (!between) {
                    folded.append(' ');
                    between = true;
                }
            }
            if (!between) folded.append(' ');
            return folded.toString();
        }

        /** Numbers of the rules that match, in order; valid until the next call. */
        List<Integer> hits(String text) {
            found.clear();
            for (Match match : scanner.scan(database, fold(text))) found.add(match.getMatchedExpression().getId());
            Collections.sort(found);
            return found;
        }
    }

    /** What a record is written from, and where it goes. */
    static final class Sender {
        static final byte[] SPEC = ascii("1.0");
        static final byte[] SOURCE = ascii("/hark/bench");
        static final byte[] TYPE = ascii("hark.mention.created");
        static final byte[] CONTENT = ascii("application/json");
        static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

        final KafkaProducer<byte[], byte[]> producer;
        final String topic;
        final Rules rules;
        final AtomicLong delivered = new AtomicLong();
        final JsonFactory json = new JsonFactory();
        final ByteArrayOutputStream out = new ByteArrayOutputStream(4096);

        Sender(String brokers, String topic, Rules rules) {
            Properties options = new Properties();
            options.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
            options.put(ProducerConfig.ACKS_CONFIG, "all");
            options.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
            options.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
            options.put(ProducerConfig.LINGER_MS_CONFIG, 5);
            options.put(ProducerConfig.BATCH_SIZE_CONFIG, 512 * 1024);
            options.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 64L * 1024 * 1024);
            producer = new KafkaProducer<>(options, new ByteArraySerializer(), new ByteArraySerializer());
            this.topic = topic;
            this.rules = rules;
        }

        static byte[] ascii(String text) {
            return text.getBytes(StandardCharsets.US_ASCII);
        }

        void send(Event event) throws IOException {
            Post post = event.commit.record;
            String id = "bluesky:at://" + event.did + "/" + POSTS + "/" + event.commit.rkey;
            String thread = post.reply == null ? id : "bluesky:" + post.reply.root.uri;
            String now = TIME.format(Instant.now());
            out.reset();
            try (JsonGenerator record = json.createGenerator(out)) {
                record.writeStartObject();
                record.writeNumberField("schema", 1);
                record.writeStringField("id", id);
                record.writeStringField("platform", "bluesky");
                record.writeStringField("kind", post.reply == null ? "post" : "comment");
                record.writeStringField("action", "created");
                record.writeStringField("created_at", post.createdAt);
                record.writeStringField("received_at", now);
                record.writeStringField("url", "https://bsky.app/profile/" + event.did + "/post/" + event.commit.rkey);
                if (post.langs != null && !post.langs.isEmpty()) record.writeStringField("lang", post.langs.get(0));
                record.writeObjectFieldStart("author");
                record.writeStringField("id", event.did);
                record.writeBooleanField("is_brand", false);
                record.writeEndObject();
                record.writeStringField("thread", thread);
                if (post.reply != null) record.writeStringField("parent", "bluesky:" + post.reply.parent.uri);
                writeVerdict(record, post.text);
                record.writeStringField("ruleset", "bench");
                record.writeEndObject();
            }
            ProducerRecord<byte[], byte[]> message = new ProducerRecord<>(topic, ascii(thread), out.toByteArray());
            Headers headers = message.headers();
            headers.add("ce_specversion", SPEC).add("ce_id", ascii(id)).add("ce_source", SOURCE).add("ce_type", TYPE);
            headers.add("ce_time", ascii(now)).add("content-type", CONTENT);
            producer.send(message, (metadata, error) -> {
                if (error == null) delivered.incrementAndGet();
            });
        }

        private void writeVerdict(JsonGenerator record, String text) throws IOException {
            List<Integer> hits = rules.hits(text);
            int phrases = 0;
            for (int hit : hits) phrases += rules.isBrand(hit) ? 0 : 1;
            if (phrases < hits.size()) {
                record.writeArrayFieldStart("brands");
                for (int hit : hits) if (rules.isBrand(hit)) record.writeString(rules.names.get(hit));
                record.writeEndArray();
            }
            record.writeStringField("text", text);
            record.writeObjectFieldStart("labels");
            if (phrases > 0) {
                record.writeNumberField("bench", Math.round(1e4 / (1 + Math.exp(1 - 0.5 * phrases))) / 1e4);
            }
            record.writeEndObject();
            if (phrases == 0) return;
            record.writeArrayFieldStart("evidence");
            for (int hit : hits) {
                if (rules.isBrand(hit)) continue;
                record.writeStartObject();
                record.writeStringField("rule", rules.names.get(hit));
                record.writeStringField("label", "bench");
                record.writeNumberField("weight", 0.5);
                record.writeEndObject();
            }
            record.writeEndArray();
        }
    }

    public static void main(String[] arguments) throws Exception {
        Sender sender = new Sender(arguments[0], arguments[1], new Rules(arguments[3]));
        ObjectReader events = new ObjectMapper().readerFor(Event.class);
        long sent = 0;
        InputStream file = arguments[2].equals("-") ? System.in : new FileInputStream(arguments[2]);
        try (MappingIterator<Event> frames = events.readValues(file)) {
            while (frames.hasNextValue()) {
                Event event = frames.nextValue();
                Commit commit = event.commit;
                if (commit == null || !commit.operation.equals("create") || !commit.collection.equals(POSTS)) continue;
                sender.send(event);
                ++sent;
            }
        }
        sender.producer.close();
        System.err.println(sender.delivered + " of " + sent);
        System.exit(sender.delivered.get() == sent ? 0 : 1);
    }
}

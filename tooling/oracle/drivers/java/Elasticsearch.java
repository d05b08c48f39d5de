import java.time.Instant;
import java.time.ZoneId;
import org.elasticsearch.xpack.core.scheduler.Cron;

public class Elasticsearch implements Driver.Adapter {
    public Driver.Next parse(String expr, ZoneId zone) {
        Cron line = new Cron(expr, zone);
        return at -> {
            long next = line.getNextValidTimeAfter(at.toInstant().toEpochMilli());
            return next == -1 ? null : Instant.ofEpochMilli(next).atZone(zone);
        };
    }
}

import java.time.Instant;
import java.time.ZoneId;
import org.jobrunr.scheduling.cron.CronExpression;

public class Jobrunr implements Driver.Adapter {
    public Driver.Next parse(String expr, ZoneId zone) {
        CronExpression line = CronExpression.create(expr);
        return at -> {
            Instant next = line.next(at.toInstant(), at.toInstant(), zone);
            return next == null ? null : next.atZone(zone);
        };
    }
}

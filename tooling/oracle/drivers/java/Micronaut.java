import io.micronaut.scheduling.cron.CronExpression;
import java.time.ZoneId;

public class Micronaut implements Driver.Adapter {
    public Driver.Next parse(String expr, ZoneId zone) {
        return CronExpression.create(expr)::nextTimeAfter;
    }
}

import java.time.ZoneId;
import java.util.Date;
import java.util.TimeZone;
import org.quartz.CronExpression;

public class Quartz implements Driver.Adapter {
    public Driver.Next parse(String expr, ZoneId zone) throws Exception {
        CronExpression line = new CronExpression(expr);
        line.setTimeZone(TimeZone.getTimeZone(zone));
        return at -> {
            Date next = line.getNextValidTimeAfter(Date.from(at.toInstant()));
            return next == null ? null : next.toInstant().atZone(zone);
        };
    }
}

import java.time.ZoneId;
import org.springframework.scheduling.support.CronExpression;

public class Spring implements Driver.Adapter {
    public Driver.Next parse(String expr, ZoneId zone) {
        return CronExpression.parse(expr)::next;
    }
}

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.ZoneId;

public class CronUtilsQuartz implements Driver.Adapter {
    private final CronParser parser = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.QUARTZ));

    public Driver.Next parse(String expr, ZoneId zone) {
        ExecutionTime times = ExecutionTime.forCron(parser.parse(expr));
        return at -> times.nextExecution(at).orElse(null);
    }
}

import jakarta.ejb.ScheduleExpression;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.GregorianCalendar;
import java.util.List;
import java.util.Map;
import org.jboss.as.ejb3.timerservice.schedule.CalendarBasedTimeout;

/** The fields of a cron line as attributes of a timer; words such as L, L-3 and FRI#2 are days of the month there. */
public class Wildfly implements Driver.Adapter {
    private static final String[] ORDINALS = {"", "1st", "2nd", "3rd", "4th", "5th"};
    private static final List<String> DAYS = List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN");

    public Driver.Next parse(String expr, ZoneId zone) {
        String[] words = expr.trim().toUpperCase().split("\\s+");
        if (words.length < 5 || words.length > 7) throw new IllegalArgumentException("five to seven fields");
        int first = words.length == 5 ? 0 : 1;
        List<String> monthdays = new ArrayList<>();
        List<String> weekdays = new ArrayList<>();
        for (String entry : words[first + 4].split(",")) (isWord(entry) ? monthdays : weekdays).add(asMonthday(entry));
        if (monthdays.isEmpty() || !words[first + 2].equals("*"))
            for (String entry : words[first + 2].split(",")) monthdays.add(asMonthday(entry));
        ScheduleExpression timer = new ScheduleExpression().minute(words[first]).hour(words[first + 1])
            .dayOfMonth(String.join(",", monthdays)).month(words[first + 3])
            .dayOfWeek(weekdays.isEmpty() ? "*" : String.join(",", weekdays)).timezone(zone.getId());
        if (first == 1) timer.second(words[0]);
        if (words.length == 7) timer.year(words[6]);
        CalendarBasedTimeout times = new CalendarBasedTimeout(timer);
        return at -> {
            Calendar next = times.getNextTimeout(GregorianCalendar.from(at));
            return next == null ? null : next.toInstant().atZone(zone);
        };
    }

    private static boolean isWord(String entry) {
        return entry.contains("#") || (entry.endsWith("L") && entry.length() > 1);
    }

    private static String asMonthday(String entry) {
        if (entry.equals("L")) return "Last";
        if (entry.startsWith("L-")) return entry.substring(1);
        if (entry.contains("#")) return ORDINALS[Integer.parseInt(entry.split("#")[1])] + " " + day(entry.split("#")[0]);
        return isWord(entry) ? "Last " + day(entry.substring(0, entry.length() - 1)) : entry;
    }

    private static String day(String name) {
        return DAYS.contains(name) ? name : DAYS.get(Integer.parseInt(name));
    }
}

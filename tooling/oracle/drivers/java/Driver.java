import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Answers JSON lines {"expr","tz","after","count"} with {"next":[…]} or {"error"}. The adapter asks one package. */
public class Driver {
    /** Tells the time after another one; null means none. */
    public interface Next {
        ZonedDateTime after(ZonedDateTime time) throws Exception;
    }

    public interface Adapter {
        Next parse(String expr, ZoneId zone) throws Exception;
    }

    public static void main(String[] arguments) throws Exception {
        Adapter adapter = (Adapter) Class.forName(arguments[0]).getDeclaredConstructor().newInstance();
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        for (String line = lines.readLine(); line != null; line = lines.readLine())
            System.out.println(answer(adapter, line));
    }

    private static String answer(Adapter adapter, String line) {
        try {
            ZoneId zone = ZoneId.of(field(line, "tz"));
            Next next = adapter.parse(field(line, "expr"), zone);
            ZonedDateTime after = Instant.parse(field(line, "after")).atZone(zone);
            return "{\"next\":[" + String.join(",", times(next, after, Integer.parseInt(field(line, "count")))) + "]}";
        } catch (Throwable error) {
            return "{\"error\":" + quoted(error.getClass().getSimpleName() + ": " + error.getMessage()) + "}";
        }
    }

    private static List<String> times(Next next, ZonedDateTime after, int count) throws Exception {
        List<String> times = new ArrayList<>();
        for (ZonedDateTime at = after; times.size() < count; ) {
            ZonedDateTime time = next.after(at);
            if (time == null) break;
            times.add(quoted(time.toInstant().toString()));
            if (!time.toInstant().isAfter(at.toInstant())) break;
            at = time;
        }
        return times;
    }

    /** The lines come from our own JSON.stringify, so a string or a number behind a name is all that has to be read. */
    private static String field(String line, String name) {
        Matcher match = Pattern.compile("\"" + name + "\":(?:\"((?:[^\"\\\\]|\\\\.)*)\"|(\\d+))").matcher(line);
        if (!match.find()) throw new IllegalArgumentException("no " + name);
        return match.group(2) != null ? match.group(2) : unescaped(match.group(1));
    }

    private static String unescaped(String text) {
        return text.replace("\\t", "\t").replace("\\n", "\n").replaceAll("\\\\(.)", "$1");
    }

    private static String quoted(String text) {
        return "\"" + text.replaceAll("[\\\\\"]", "\\\\$0").replaceAll("\\s+", " ") + "\"";
    }
}

#!/bin/sh
# Elasticsearch 8.19.0 (watches, snapshot policies, rollups) takes the lines of Quartz, from whose code its reader was
# made, and runs them at other times. Where a watch has a time zone, a daily 02:30 runs at 03:30 when the clocks go forward
# (Quartz leaves it out) and in the first pass when they go back (Quartz: the second); an hourly watch leaves out the whole
# second pass, two hours without a run (Quartz leaves out the first). `31W` never runs, though every second month has a
# 31st; `LW`, the last weekday of the month, is Sunday, 29 December 2024 in New York; once the day of a `15W` is over, the
# next time that it computes is the one of this month, which is past.
# Guessed: the same times as Quartz 2.5.2. Found: the above.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > pom.xml <<'EOF'
<project><modelVersion>4.0.0</modelVersion><groupId>try</groupId><artifactId>try</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.elasticsearch.plugin</groupId><artifactId>x-pack-core</artifactId><version>8.19.0</version></dependency>
<dependency><groupId>org.elasticsearch</groupId><artifactId>elasticsearch</artifactId><version>8.19.0</version></dependency>
<dependency><groupId>org.quartz-scheduler</groupId><artifactId>quartz</artifactId><version>2.5.2</version></dependency>
</dependencies></project>
EOF
mvn --batch-mode --quiet -Dstyle.color=never dependency:copy-dependencies -DoutputDirectory=jars
cat > Try.java <<'EOF'
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.TimeZone;
import org.elasticsearch.xpack.core.scheduler.Cron;
import org.quartz.CronExpression;

public class Try {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static boolean isSo = true;

    private static void compare(String line, String from, String elastic, String quartz) throws Exception {
        Cron cron = new Cron(line, BERLIN);
        CronExpression other = new CronExpression(line);
        other.setTimeZone(TimeZone.getTimeZone(BERLIN));
        List<String> ours = new ArrayList<>();
        List<String> theirs = new ArrayList<>();
        long at = Instant.parse(from).toEpochMilli();
        Date date = new Date(at);
        for (int time = 0; time < 2; time++) {
            at = cron.getNextValidTimeAfter(at);
            date = other.getNextValidTimeAfter(date);
            ours.add(local(at));
            theirs.add(local(date.getTime()));
        }
        System.out.println(line + ": Elasticsearch 8.19.0 " + ours + ", Quartz 2.5.2 " + theirs);
        isSo &= ours.toString().equals("[" + elastic + "]") && theirs.toString().equals("[" + quartz + "]");
    }

    private static String local(long at) {
        return Instant.ofEpochMilli(at).atZone(BERLIN).toOffsetDateTime().toString();
    }

    public static void main(String[] arguments) throws Exception {
        compare("0 30 2 * * ?", "2026-03-28T12:00:00Z", "2026-03-29T03:30+02:00, 2026-03-30T02:30+02:00",
            "2026-03-30T02:30+02:00, 2026-03-31T02:30+02:00");
        compare("0 0 * * * ?", "2026-10-24T23:30:00Z", "2026-10-25T02:00+02:00, 2026-10-25T03:00+01:00",
            "2026-10-25T02:00+01:00, 2026-10-25T03:00+01:00");
        Instant now = Instant.parse("2026-03-28T22:00:00Z");
        long never = new Cron("0 0 0 31W * ?", BERLIN).getNextValidTimeAfter(now.toEpochMilli());
        String past = local(new Cron("0 0 0 15W * ?", BERLIN).getNextValidTimeAfter(now.toEpochMilli()));
        Cron weekday = new Cron("0 45 2 LW * ?", ZoneId.of("America/New_York"));
        Instant december = Instant.ofEpochMilli(weekday.getNextValidTimeAfter(Instant.parse("2024-12-01T12:00:00Z").toEpochMilli()));
        System.out.println("LW in New York: " + december + ", a " + december.atZone(ZoneId.of("America/New_York")).getDayOfWeek());
        isSo &= december.equals(Instant.parse("2024-12-29T07:45:00Z"));
        System.out.println("on " + now + ": 31W " + never + ", 15W " + past);
        System.exit(isSo && never == -1 && past.equals("2026-03-16T00:00+01:00") ? 0 : 1);
    }
}
EOF
javac -cp 'jars/*' Try.java
java -cp 'jars/*:.' Try 2>/dev/null
# Seen: 0 30 2 * * ?: Elasticsearch 8.19.0 [2026-03-29T03:30+02:00, 2026-03-30T02:30+02:00], Quartz 2.5.2 [2026-03-30T02:30+02:00, 2026-03-31T02:30+02:00]
# Seen: 0 0 * * * ?: Elasticsearch 8.19.0 [2026-10-25T02:00+02:00, 2026-10-25T03:00+01:00], Quartz 2.5.2 [2026-10-25T02:00+01:00, 2026-10-25T03:00+01:00]
# Seen: LW in New York: 2024-12-29T07:45:00Z, a SUNDAY
# Seen: on 2026-03-28T22:00:00Z: 31W -1, 15W 2026-03-16T00:00+01:00

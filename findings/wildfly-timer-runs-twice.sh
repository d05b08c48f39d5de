#!/bin/sh
# WildFly 39.0.1 (its EJB timers, `@Schedule`; JBoss EAP has the same code) runs a nightly timer twice when the clocks go
# forward, if its hour is left out then: an hour early, before the change, and once more behind it. Of several
# minutes in that hour only the first runs, twice; the others are left out. Where the gap is at midnight a timer runs once.
# Guessed: hour 2, minute 30 of Europe/Berlin runs once or not at all on 29 March 2026. Found: at 01:30+01:00 and 03:30+02:00.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > pom.xml <<'EOF'
<project><modelVersion>4.0.0</modelVersion><groupId>try</groupId><artifactId>try</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.wildfly</groupId><artifactId>wildfly-ejb3</artifactId><version>39.0.1.Final</version>
<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions></dependency>
<dependency><groupId>jakarta.ejb</groupId><artifactId>jakarta.ejb-api</artifactId><version>4.0.1</version></dependency>
<dependency><groupId>org.jboss.logging</groupId><artifactId>jboss-logging</artifactId><version>3.6.1.Final</version></dependency>
</dependencies></project>
EOF
mvn --batch-mode --quiet -Dstyle.color=never dependency:copy-dependencies -DoutputDirectory=jars
cat > Try.java <<'EOF'
import jakarta.ejb.ScheduleExpression;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.GregorianCalendar;
import java.util.List;
import java.util.TimeZone;
import org.jboss.as.ejb3.timerservice.schedule.CalendarBasedTimeout;

public class Try {
    private static List<String> times(String hour, String minute, String zone, String from, int count) {
        var timer = new CalendarBasedTimeout(new ScheduleExpression().hour(hour).minute(minute).timezone(zone));
        List<String> times = new ArrayList<>();
        for (Instant at = Instant.parse(from); times.size() < count; ) {
            Calendar last = new GregorianCalendar(TimeZone.getTimeZone(zone));
            last.setTimeInMillis(at.toEpochMilli());
            at = timer.getNextTimeout(last).toInstant();
            times.add(at.atZone(ZoneId.of(zone)).toOffsetDateTime().toString());
        }
        return times;
    }

    public static void main(String[] arguments) {
        List<String> daily = times("2", "30", "Europe/Berlin", "2026-03-28T12:00:00Z", 3);
        List<String> twice = times("2", "15,45", "Europe/Berlin", "2026-03-28T12:00:00Z", 3);
        List<String> midnight = times("0", "30", "Asia/Beirut", "2026-03-28T12:00:00Z", 2);
        System.out.println("WildFly 39.0.1, 02:30 in Berlin: " + daily);
        System.out.println("02:15 and 02:45 in Berlin: " + twice);
        System.out.println("00:30 in Beirut: " + midnight);
        boolean isSo = daily.equals(List.of("2026-03-29T01:30+01:00", "2026-03-29T03:30+02:00", "2026-03-30T02:30+02:00"))
            && twice.equals(List.of("2026-03-29T01:15+01:00", "2026-03-29T03:15+02:00", "2026-03-30T02:15+02:00"))
            && midnight.equals(List.of("2026-03-29T01:30+03:00", "2026-03-30T00:30+03:00"));
        System.exit(isSo ? 0 : 1);
    }
}
EOF
javac -cp 'jars/*' Try.java
java -cp 'jars/*:.' Try 2>/dev/null
# Seen: WildFly 39.0.1, 02:30 in Berlin: [2026-03-29T01:30+01:00, 2026-03-29T03:30+02:00, 2026-03-30T02:30+02:00]
# Seen: 02:15 and 02:45 in Berlin: [2026-03-29T01:15+01:00, 2026-03-29T03:15+02:00, 2026-03-30T02:15+02:00]

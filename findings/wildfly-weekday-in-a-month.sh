#!/bin/sh
# WildFly 39.0.1 (EJB timers, `@Schedule`): a timer for the Mondays of March runs once more on the 1st of the next March,
# whatever weekday that is: from the last Monday on it looks for the next month that fits, and no longer at the weekday. And
# `5th Fri` runs every month, in one with four Fridays on its last day.
# Guessed: after Monday, 29 March 2027 comes Monday, 6 March 2028, and there is a fifth Friday four or five times a year.
# Found: Wednesday, 1 March 2028, and then the Mondays; twelve runs a year.
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
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.GregorianCalendar;
import java.util.List;
import java.util.TimeZone;
import org.jboss.as.ejb3.timerservice.schedule.CalendarBasedTimeout;

public class Try {
    private static List<String> days(ScheduleExpression expression, String from, int count) {
        var timer = new CalendarBasedTimeout(expression.timezone("UTC"));
        List<String> days = new ArrayList<>();
        for (Instant at = Instant.parse(from); days.size() < count; ) {
            Calendar last = new GregorianCalendar(TimeZone.getTimeZone("UTC"));
            last.setTimeInMillis(at.toEpochMilli());
            at = timer.getNextTimeout(last).toInstant();
            LocalDate day = at.atZone(ZoneOffset.UTC).toLocalDate();
            days.add(day.getDayOfWeek().toString().substring(0, 3) + " " + day);
        }
        return days;
    }

    public static void main(String[] arguments) {
        var mondays = days(new ScheduleExpression().month("3").dayOfWeek("Mon"), "2027-03-28T12:00:00Z", 3);
        var fifths = days(new ScheduleExpression().dayOfMonth("5th Fri"), "2026-01-01T12:00:00Z", 3);
        System.out.println("WildFly 39.0.1, Mondays of March: " + mondays);
        System.out.println("5th Fri: " + fifths);
        boolean isSo = mondays.equals(List.of("MON 2027-03-29", "WED 2028-03-01", "MON 2028-03-06"))
            && fifths.equals(List.of("FRI 2026-01-30", "SAT 2026-02-28", "TUE 2026-03-31"));
        System.exit(isSo ? 0 : 1);
    }
}
EOF
javac -cp 'jars/*' Try.java
java -cp 'jars/*:.' Try 2>/dev/null
# Seen: WildFly 39.0.1, Mondays of March: [MON 2027-03-29, WED 2028-03-01, MON 2028-03-06]
# Seen: 5th Fri: [FRI 2026-01-30, SAT 2026-02-28, TUE 2026-03-31]

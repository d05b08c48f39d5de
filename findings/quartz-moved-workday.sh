#!/bin/sh
# Quartz 2.5.2 runs a job of several times a day only once on the working day nearest to the 1st, in months whose 1st is a
# Saturday or Sunday: once the day has moved to the 3rd or 2nd, the search for the next time of that day goes on in the next
# month. In months that begin with a working day, all its times run.
# Guessed: `0 0 3,15 1W * ?` runs at 03:00 and 15:00 on Monday, 3 November 2025. Found: at 03:00; 15:00 is left out.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > pom.xml <<'EOF'
<project><modelVersion>4.0.0</modelVersion><groupId>try</groupId><artifactId>try</artifactId><version>1</version>
<dependencies><dependency><groupId>org.quartz-scheduler</groupId><artifactId>quartz</artifactId><version>2.5.2</version>
</dependency></dependencies></project>
EOF
mvn --batch-mode --quiet -Dstyle.color=never dependency:copy-dependencies -DoutputDirectory=jars
cat > Try.java <<'EOF'
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.TimeZone;
import org.quartz.CronExpression;

public class Try {
    public static void main(String[] arguments) throws Exception {
        CronExpression line = new CronExpression("0 0 3,15 1W * ?");
        line.setTimeZone(TimeZone.getTimeZone("UTC"));
        List<String> times = new ArrayList<>();
        for (Date at = Date.from(Instant.parse("2025-10-15T00:00:00Z")); times.size() < 3; ) {
            at = line.getNextValidTimeAfter(at);
            times.add(at.toInstant().toString());
        }
        System.out.println("Quartz 2.5.2, " + line.getCronExpression() + ": " + times);
        List<String> lost = List.of("2025-11-03T03:00:00Z", "2025-12-01T03:00:00Z", "2025-12-01T15:00:00Z");
        System.exit(times.equals(lost) ? 0 : 1);
    }
}
EOF
javac -cp 'jars/*' Try.java
java -cp 'jars/*:.' Try 2>/dev/null
# Seen: Quartz 2.5.2, 0 0 3,15 1W * ?: [2025-11-03T03:00:00Z, 2025-12-01T03:00:00Z, 2025-12-01T15:00:00Z]

"""Answers JSON lines {"expr","tz","after","count"} with {"next":[...],"until"} or {"error"}, by running ./program, a cron
daemon whose clock is simulated, over a crontab of that line for as many days as given on the command line."""

import json
import os
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta, timezone

WATCHED = timedelta(days=int(sys.argv[1]))
# A daemon that starts in the repeated hour does not know that it is one.
RUNNING_SINCE = timedelta(days=1)
PROGRAM = os.path.abspath("program")
# Two drivers at a time do not share their crontab.
os.chdir(tempfile.mkdtemp(dir="."))
os.mkdir("crontabs")


def written(instant):
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def answer(expr, tz, after, count):
    wanted_after = datetime.fromisoformat(after.replace("Z", "+00:00"))
    until = wanted_after + WATCHED
    times = [wanted_after - RUNNING_SINCE, wanted_after, until]
    with open("crontab", "w") as crontab:
        crontab.write(f"{expr} JOBX\n")
    ran = subprocess.run(
        [PROGRAM, "crontab", *(str(int(time.timestamp())) for time in times), str(count)],
        env={**os.environ, "TZ": tz},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    lines = ran.stdout.split("\n")[:-1]
    if lines and lines[0].startswith("refused: "):
        return {"error": lines[0]}
    if ran.returncode != 0:
        return {"error": f"the program ended with {ran.returncode}"}
    return {
        "next": [written(datetime.fromtimestamp(int(line), timezone.utc)) for line in lines],
        "until": written(until),
    }


for line in sys.stdin:
    print(json.dumps(answer(**json.loads(line))), flush=True)

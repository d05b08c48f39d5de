"""Answers JSON lines {"expr","tz","after","count"} with {"next":[...]} or {"error"}: see driver.mjs of the Node drivers."""

import importlib
import json
import sys
import warnings
from datetime import datetime, timezone

warnings.simplefilter("ignore")
answers, sys.stdout = sys.stdout, sys.stderr  # what a package prints is no answer
times = importlib.import_module(sys.argv[1]).times


def written(instant):
    return instant.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def answer(expr, tz, after, count):
    """Where the package fails before it has found `count` times, the answer is what it finds before, `until` the last."""
    start, fault = datetime.fromisoformat(after.replace("Z", "+00:00")), ""
    for wanted in range(count, 0, -1):
        try:
            given = times(expr, tz, start, wanted)
            found, watched_until = given if isinstance(given, tuple) else (given, None)
            next_times = [written(time) for time in found]
            until = watched_until and written(watched_until) or (fault and next_times and next_times[-1])
            return {"next": next_times, **({"until": until} if until else {})}
        except Exception as error:
            fault = fault or f"{type(error).__name__}: {error}"
    return {"error": fault}


for line in sys.stdin:
    print(json.dumps(answer(**json.loads(line))), file=answers, flush=True)

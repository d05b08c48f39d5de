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
    start = datetime.fromisoformat(after.replace("Z", "+00:00"))
    try:
        return {"next": [written(time) for time in times(expr, tz, start, count)]}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


for line in sys.stdin:
    print(json.dumps(answer(**json.loads(line))), file=answers, flush=True)

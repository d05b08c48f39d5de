#!/bin/sh
# croniter 7.0.0 joins a day of month and a weekday by OR, as its documentation says, but not if the weekday is an nth one:
# beside `FRI#2` the 13th is passed over, and beside the 15th or the 28th, on which no second Friday can lie, no time is
# found at all. Airflow takes its cron lines from here.
# Guessed: `0 0 13 * FRI#2` is the 13th and every second Friday, as `0 0 13 * FRI` is the 13th and every Friday. Found: only
# the second Fridays; with 15 in the place of 13 the first next date raises CroniterBadDateError.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check croniter==7.0.0
cat > try.py <<'EOF'
from datetime import datetime, timezone
from importlib.metadata import version

from croniter import croniter


def days(expression):
    dates = croniter(expression, datetime(2026, 1, 1, tzinfo=timezone.utc))
    try:
        return [dates.get_next(datetime).strftime("%m-%d") for _ in range(3)]
    except Exception as error:
        return type(error).__name__


found = {line: days(line) for line in ["0 0 13 * FRI", "0 0 13 * FRI#2", "0 0 15 * FRI#2"]}
print(f"croniter {version('croniter')}:", found)
is_so = found["0 0 13 * FRI#2"] == ["01-09", "02-13", "03-13"] and found["0 0 15 * FRI#2"] == "CroniterBadDateError"
raise SystemExit(0 if is_so else 1)
EOF
venv/bin/python try.py
# Seen: croniter 7.0.0: {'0 0 13 * FRI': ['01-02', '01-09', '01-13'], '0 0 13 * FRI#2': ['01-09', '02-13', '03-13'], '0 0 15 * FRI#2': 'CroniterBadDateError'}

#!/bin/sh
# dagster 1.13.29 runs an hourly schedule of Lord Howe Island, whose clocks change by half an hour, at the wrong minute for
# all of its winter: it takes the minutes of the hour from the offset of summer, +11:00, while the island is at +10:30.
# Guessed: `15 * * * *` in Australia/Lord_Howe is at a quarter past each hour there. Found: in January it is; in July it is
# at a quarter to. Zones with a half hour all year, such as Asia/Kolkata, are right.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check dagster==1.13.29
cat > try.py <<'EOF'
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from dagster import __version__
from dagster._utils.schedules import schedule_execution_time_iterator


def first(zone, month):
    start = datetime(2026, month, 14, tzinfo=timezone.utc).timestamp()
    return next(schedule_execution_time_iterator(start, "15 * * * *", zone)).astimezone(ZoneInfo(zone)).minute


minutes = {(zone, month): first(zone, month) for zone in ["Australia/Lord_Howe", "Asia/Kolkata"] for month in [1, 7]}
print(f"dagster {__version__}, 15 * * * *: minutes of the hour by zone and month {minutes}")
wrong = {("Australia/Lord_Howe", 1): 15, ("Australia/Lord_Howe", 7): 45}
raise SystemExit(0 if wrong.items() <= minutes.items() and minutes["Asia/Kolkata", 7] == 15 else 1)
EOF
venv/bin/python try.py

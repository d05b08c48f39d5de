#!/bin/sh
# croniter 6.0.0 passes over 1 March, and 2 March, of lines that name a day which February does not have: from the last
# days of February it goes on by the distance to that day, from the 31st to 3 March. So `0 0 1,31 * *` and `0 0 */10 * *`
# run on the first of every month but March. croniter 7.0.0 is right.
# Guessed: `0 0 1,31 * *` runs on 1 March. Found: after 1 February comes 31 March.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
cat > try.py <<'EOF'
from datetime import datetime, timezone
from importlib.metadata import version

from croniter import croniter


def days(expression):
    dates = croniter(expression, datetime(2026, 2, 10, tzinfo=timezone.utc))
    return [dates.get_next(datetime).strftime("%m-%d") for _ in range(3)]


found = {line: days(line) for line in ["0 0 1,31 * *", "0 0 */10 * *", "0 0 1,15,30 * *"]}
print(f"croniter {version('croniter')}:", found)
wanted = {"0 0 1,31 * *": "03-31", "0 0 */10 * *": "03-11", "0 0 1,15,30 * *": "03-15"}
is_so = all(next(day for day in found[line] if day > "03") == first for line, first in wanted.items())
raise SystemExit(0 if is_so == version("croniter").startswith("6") else 1)
EOF
for release in 6.0.0 7.0.0; do
  venv/bin/pip install --quiet --disable-pip-version-check "croniter==$release"
  venv/bin/python try.py
done
# Seen: croniter 6.0.0: {'0 0 1,31 * *': ['03-31', '04-01', '05-01'], '0 0 */10 * *': ['02-11', '02-21', '03-11'], '0 0 1,15,30 * *': ['02-15', '03-15', '03-30']}
# Seen: croniter 7.0.0: {'0 0 1,31 * *': ['03-01', '03-31', '04-01'], '0 0 */10 * *': ['02-11', '02-21', '03-01'], '0 0 1,15,30 * *': ['02-15', '03-01', '03-15']}

#!/bin/sh
# cron-parser 5.10.3, which BullMQ and many others use, names a time that has passed as the next one of an hourly line, in the
# hour before the clocks of Lord Howe Island go back by half an hour; asked for the one after, it raises an error ("loop limit
# exceeded"). Guessed: next() is later than the date from which it searches. Found: from 14:03 UTC on 5 April 2025 it is 14:00
# UTC, three minutes before. Where the clocks go back by a whole hour (Berlin), the next times are later, as they should be.
# A scheduler that waits until the next time would not wait at all. Overdue expects such a job at the next full hour of the
# island's clocks (15:30 UTC).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts cron-parser@5.10.3
cat > try.cjs <<'EOF'
const { CronExpressionParser } = require("cron-parser");
const { version } = require("cron-parser/package.json");

function nextTwo(from, tz) {
  const times = CronExpressionParser.parse("0 * * * *", { currentDate: new Date(from), tz });
  return [0, 1].map(() => {
    try {
      return times.next().toISOString();
    } catch (error) {
      return error.message;
    }
  });
}
const island = nextTwo("2025-04-05T14:03:00Z", "Australia/Lord_Howe");
const berlin = nextTwo("2025-10-26T00:03:00Z", "Europe/Berlin");
console.log(`cron-parser ${version}, 0 * * * *: Lord Howe ${island.join(", ")}; Berlin ${berlin.join(", ")}`);
const isAsSeen =
  island[0] === "2025-04-05T14:00:00.000Z" && /loop limit/.test(island[1]) && berlin[0] === "2025-10-26T01:00:00.000Z";
process.exit(isAsSeen ? 0 : 1);
EOF
node try.cjs

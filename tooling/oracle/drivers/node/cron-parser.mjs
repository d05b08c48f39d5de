/** One iterator for all times, as its own documentation shows: a fresh parse answers otherwise at some midnight gaps. */
export function makeTimes(load) {
  const { CronExpressionParser } = load("cron-parser");
  return ({ expr, tz, after, count }) => {
    const iterator = CronExpressionParser.parse(expr, { tz, currentDate: new Date(after) });
    return { instants: Array.from({ length: count }, () => iterator.next().getTime()) };
  };
}

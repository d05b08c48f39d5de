/** Uses one iterator for all times, as the package's documentation shows. Parsing anew gives other times at some midnight gaps. */
export function makeTimes(load) {
  const { CronExpressionParser } = load("cron-parser");
  return ({ expr, tz, after, count }) => {
    const iterator = CronExpressionParser.parse(expr, { tz, currentDate: new Date(after) });
    return { instants: Array.from({ length: count }, () => iterator.next().getTime()) };
  };
}

import { repeat } from "./repeat.mjs";

export function makeTimes(load) {
  const { CronTime } = load("cron");
  return ({ expr, tz, ...range }) => {
    const time = new CronTime(expr, tz);
    return repeat(range, (at) => time.getNextDateFrom(new Date(at), tz).toMillis());
  };
}

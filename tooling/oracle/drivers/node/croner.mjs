import { repeat } from "./repeat.mjs";

export function makeTimes(load) {
  const { Cron } = load("croner");
  return ({ expr, tz, ...range }) => {
    const job = new Cron(expr, { timezone: tz, paused: true });
    return repeat(range, (at) => job.nextRun(new Date(at)));
  };
}

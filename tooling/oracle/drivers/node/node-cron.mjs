import { repeat } from "./repeat.mjs";

export function makeTimes(load, setNow) {
  const { createTask, validate } = load("node-cron");
  return ({ expr, tz, ...range }) => {
    if (!validate(expr)) throw new Error("node-cron: validate false");
    const task = createTask(expr, () => {}, { timezone: tz });
    return repeat(range, (at) => {
      setNow(at);
      return task.getNextRuns(1)[0];
    });
  };
}

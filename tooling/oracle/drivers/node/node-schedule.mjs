import { repeat } from "./repeat.mjs";

export function makeTimes(load, setNow) {
  const { scheduleJob } = load("node-schedule");
  return ({ expr, tz, ...range }) =>
    repeat(range, (at) => {
      setNow(at);
      const job = scheduleJob({ rule: expr, tz }, () => {});
      if (job === null) throw new Error("node-schedule: scheduleJob gave null");
      const next = job.nextInvocation();
      job.cancel();
      return next?.getTime();
    });
}

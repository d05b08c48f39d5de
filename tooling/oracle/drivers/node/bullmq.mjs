import { join } from "node:path";
import { repeat } from "./repeat.mjs";

export function makeTimes(load) {
  const { defaultRepeatStrategy } = load(
    join(process.cwd(), "node_modules/bullmq/dist/cjs/classes/job-scheduler.js"),
  );
  return ({ expr, tz, ...range }) =>
    repeat(range, (at) => defaultRepeatStrategy(at, { pattern: expr, tz }, "job"));
}

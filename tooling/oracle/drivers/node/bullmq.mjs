import { join } from "node:path";
import { repeat } from "./repeat.mjs";

export function makeTimes(load) {
  const { defaultRepeatStrategy } = load(
    join(process.cwd(), "node_modules/bullmq/dist/cjs/classes/job-scheduler.js"),
  );
  const { CronExpressionParser } = load("cron-parser");
  // The strategy does not say why it finds no time; the parser throws the reason.
  const complain = (at, expr, tz) => void CronExpressionParser.parse(expr, { tz, currentDate: at }).next();
  return ({ expr, tz, ...range }) =>
    repeat(
      range,
      (at) => defaultRepeatStrategy(at, { pattern: expr, tz }, "job") ?? complain(new Date(at), expr, tz),
    );
}

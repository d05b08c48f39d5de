/**
 * Answers JSON lines `{"expr","tz","after","count"}` with `{"next":[…]}` or `{"error"}`, from the package in the folder that it
 * runs in. The adapter named on the command line asks that package.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";

const RealDate = Date;
let now = RealDate.now();

/** Some packages give only the next time from now, so that their adapters have to set the current time. */
globalThis.Date = class extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(now);
    else super(...parts);
  }
  static now() {
    return now;
  }
};

const load = createRequire(join(process.cwd(), "package.json"));
const { makeTimes } = await import(new URL(`${process.argv[2]}.mjs`, import.meta.url).href);
const times = await makeTimes(load, (instant) => (now = instant));
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
}
process.exit();

/** If the package fails before it has found `count` times, the answer has the times found before, `until` the last of them. */
async function answer({ expr, tz, after, count }) {
  let fault = null;
  for (let wanted = count; wanted > 0; wanted--) {
    try {
      const { instants, watchedUntil } = await times({
        expr,
        tz,
        after: RealDate.parse(after),
        count: wanted,
      });
      const next = instants.map((instant) => new RealDate(instant).toISOString());
      if (watchedUntil !== undefined) return { next, until: new RealDate(watchedUntil).toISOString() };
      return fault === null || next.length === 0 ? { next } : { next, until: next.at(-1) };
    } catch (error) {
      fault ??= String(error?.message ?? error);
    }
  }
  return { error: fault };
}

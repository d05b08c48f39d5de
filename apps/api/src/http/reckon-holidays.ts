import { takeHolidays } from "@overdue/schedules";
import type { Context } from "hono";

import { Overloaded, TooHeavy } from "../workers/worker-pool.ts";
import type { AppEnv } from "./context.ts";
import { ApiError } from "./problem.ts";

/**
 * Lets another thread reckon the holidays that schedules in a body ask for, so that reading, explaining and storing these
 * schedules costs this thread next to nothing. A body without holidays costs nothing.
 * @throws 400 where that takes too long, 503 while too many wait for it
 */
export async function reckonHolidays(c: Context<AppEnv>, json: string): Promise<void> {
  if (!json.includes('"holidays"')) return;
  const schedules = schedulesIn(JSON.parse(json));
  if (schedules.length === 0) return;
  const { workers, now } = c.var.deps;
  const owner = c.req.param("projectId") ?? c.var.deps.clientAddress(c) ?? "";
  try {
    takeHolidays(await workers.run("reckonHolidays", { schedules, now: now() }, owner));
  } catch (cause) {
    if (cause instanceof TooHeavy) throw new ApiError("invalid_input", TOO_HEAVY, { cause });
    if (cause instanceof Overloaded) throw new ApiError("unavailable", OVERLOADED, { cause });
    throw cause;
  }
}

const TOO_HEAVY =
  "Finding the days that the exceptions leave takes too long: name fewer holiday calendars, or use a schedule that runs more often.";
const OVERLOADED = "Other schedules with holidays are being looked at: send this again in a few seconds.";

/** Every object in a body that rests on holidays, whatever it is called there; each once. */
function schedulesIn(root: unknown): unknown[] {
  const found = new Map<string, unknown>();
  const open = [root];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== "object" || value === null) continue;
    if (restsOnHolidays(value)) found.set(JSON.stringify(value), value);
    open.push(...Object.values(value).filter((inner) => inner !== undefined));
  }
  return [...found.values()];
}

function restsOnHolidays(value: object): boolean {
  const { except } = value as { except?: unknown };
  const { holidays } = (typeof except === "object" && except !== null ? except : {}) as {
    holidays?: unknown;
  };
  return Array.isArray(holidays) && holidays.length > 0;
}

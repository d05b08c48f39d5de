import { findTarget, isCheckName, readConfig } from "../config.ts";
import { type Machine, tell } from "../machine.ts";
import { readOptions } from "../parse.ts";
import { deliver } from "../report/deliver.ts";
import { placeFacts } from "../report/facts.ts";
import { bootId, type Facts, momentNow, type RunRecord } from "../report/record.ts";
import { keep, noteProblem } from "../report/spool.ts";
import { randomId } from "../run/proc.ts";
import { CommandError, UsageError } from "../errors.ts";

const OPTIONS = {
  check: { type: "string" },
  create: { type: "boolean" },
  rid: { type: "string" },
  body: { type: "string" },
} as const;
const ACTION = /^(?:start|success|fail|log|\d{1,3})$/;

/**
 * `overdue ping`: sends one ping. One that Overdue cannot be reached for is kept and sent later, which is no failure: a
 * script that ends at the first one must not end for want of a monitor.
 */
export async function ping(machine: Machine, args: readonly string[]): Promise<void> {
  const { values, words } = readOptions(args, OPTIONS);
  const [action = "success", ...more] = words;
  if (!ACTION.test(action) || Number(action) > 255 || more.length > 0)
    throw new UsageError(
      `A ping is start, success, fail, log or an exit status from 0 to 255, not "${words.join(" ")}".`,
    );
  const check = (values["check"] as string | undefined) ?? machine.env["OVERDUE_CHECK"];
  if (check === undefined || !isCheckName(check))
    throw new UsageError("--check is missing or no check: give the slug, the UUID or the ping URL of one.");
  const body = values["body"] as string | undefined;
  const text = body === "-" ? await readInput() : Buffer.from(body ?? "");
  const runId = (values["rid"] as string | undefined) ?? machine.env["OVERDUE_RUN_ID"] ?? null;
  const create = values["create"] === true;
  await sendOrKeep(machine, { check, create, action, runId, text, facts: placeFacts(machine) });
}

export type OnePing = {
  check: string;
  create: boolean;
  action: string;
  runId: string | null;
  text: Buffer;
  facts: Facts;
  durationMs?: number;
};

/** Sends a ping, or keeps it where Overdue is away. Throws a `CommandError` where it is refused for good. */
export async function sendOrKeep(
  machine: Machine,
  { check, create, action, runId, text, facts, durationMs }: OnePing,
): Promise<void> {
  const target = findTarget(check, { create, config: readConfig(machine) });
  if (typeof target === "string") throw new CommandError(`Nothing was sent: ${target}.`);
  const delivery = await deliver(machine, target, {
    ping: {
      action: action === "success" ? "" : action,
      runId,
      body: text,
      facts: { ...facts, ...(durationMs !== undefined && { durationMs }) },
    },
  });
  if (delivery.kind === "delivered") return tell(machine, `${target.name}: ${action} was sent`);
  if (delivery.kind === "refused") throw new CommandError(`${target.name} was not pinged: ${delivery.why}.`);
  const status = action === "success" ? 0 : action === "fail" ? null : Number(action);
  // A start that comes late would begin a run that has ended; its end will say how long it took.
  if (action === "start")
    return void process.stderr.write(`overdue: the start was not sent: ${delivery.why}\n`);
  const ended = {
    ...momentNow(),
    kind: action === "log" ? ("log" as const) : ("end" as const),
    status: action === "log" ? null : status,
    tail: text.toString("base64"),
    facts,
    durationMs: durationMs ?? null,
  };
  const record: RunRecord = { target, runId: runId ?? randomId(), bootId: bootId(), started: null, ended };
  const unkept = keep(machine, record);
  if (unkept !== null)
    throw new CommandError(
      `${target.name} was not pinged: ${delivery.why}; and it could not be kept: ${unkept}.`,
    );
  noteProblem(machine, `${target.name} was not reported: ${delivery.why}`);
  process.stderr.write(
    `overdue: ${target.name} could not be pinged now (${delivery.why}); it is kept and sent later.\n`,
  );
}

async function readInput(): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

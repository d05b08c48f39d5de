import { setTimeout as wait } from "node:timers/promises";

/** What people and scripts do meanwhile, and what went wrong with it. */
export type People = { requests: () => number; stop: () => Promise<string[]> };

const PAUSE_MS = 60;
const SHOWN_CHARS = 200;
/** What is only read. */
const READ = [
  "/checks",
  "/incidents",
  "/deliveries",

  "/channels",
  "/checks?q=healthy",
  "/maintenance",
];

/** What a request sends besides. */
export type Sent = { json?: object; headers?: Record<string, string> };
export type Ask = (method: string, path: string, sent?: Sent) => Promise<Response>;

/**
 * Reads lists, renames, pauses and resumes a check and makes and deletes others, one request after the other, until it is
 * stopped. Any answer of 500 and above and any request without an answer is a fault.
 */
export function startPeople(ask: Ask, project: string): People {
  const failures: string[] = [];
  let [requests, isOver] = [0, false];
  const call: Call = async (method, path, sent) => {
    requests += 1;
    try {
      const response = await ask(method, path, sent);
      const text = await response.text();
      if (response.ok) return { text, tag: response.headers.get("etag") };
      failures.push(`${method} ${path}: ${response.status} ${text.slice(0, SHOWN_CHARS)}`);
    } catch (error) {
      failures.push(`${method} ${path}: ${String(error)}`);
    }
    return null;
  };
  const live = async () => {
    for (let turn = 0; !isOver; turn += 1) {
      await call("GET", `${project}${READ[turn % READ.length] ?? ""}`);
      if (turn % 5 === 0) await edit(call, project, turn);
      await wait(PAUSE_MS);
    }
  };
  const living = [live(), live()];
  return {
    requests: () => requests,
    stop: async () => {
      isOver = true;
      await Promise.all(living);
      return failures;
    },
  };
}

/** @returns what was answered; null where the request failed, which is noted */
type Call = (
  method: string,
  path: string,
  sent?: Sent,
) => Promise<{ text: string; tag: string | null } | null>;

/** The life of one check: made, renamed, paused, resumed, deleted. */
async function edit(call: Call, project: string, turn: number): Promise<void> {
  const schedule = { kind: "cron", expression: "0 4 * * *", timezone: "Europe/Berlin" };
  const made = await call("POST", `${project}/checks`, {
    json: { name: `made in turn ${turn}`, schedule, graceSeconds: 60 },
  });
  if (made === null) return;
  const { id } = JSON.parse(made.text) as { id: string };
  const path = `${project}/checks/${id}`;
  const tag = made.tag ?? (await call("GET", path))?.tag ?? "*";
  await call("PATCH", path, {
    json: { name: `renamed in turn ${turn}`, graceSeconds: 120 },
    headers: { "if-match": tag },
  });
  await call("POST", `${path}/pause`);
  await call("POST", `${path}/resume`);
  await call("DELETE", path);
}

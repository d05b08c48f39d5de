import { randomUUID } from "node:crypto";
import { Agent, request } from "node:http";

type Options = {
  /** Pings per second. */
  rate: number;
  /** Paths of the checks' ping URLs. */
  paths: readonly string[];
  /** What somebody reads by the API once a second: a path, and the headers of who asks. */
  read: () => { path: string; headers: Record<string, string> };
};

type Totals = { acknowledged: number; failed: number };
type Load = { sinceLast: () => Totals & { p99: number }; stop: () => Promise<Totals> };

const TICK_MS = 20;
const OPEN_MAX = 400;
const ANSWER_MS_MAX = 10_000;
const STREAM_MS = 5_000;
/** Only what is well must be answered with 2xx; the rest of the pings is for checks that there are not. */
const STRANGE = 0.03;

/** Sends pings at a steady rate, from senders that each have another address and name, and reads pages as people do. */
export function startLoad(origin: string, { rate, paths, read }: Options): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: 100 });
  const all: Totals = { acknowledged: 0, failed: 0 };
  let part = { acknowledged: 0, failed: 0 };
  let took: number[] = [];
  let [open, due, number] = [0, 0, 0];
  const send = async () => {
    const { path, headers, body, isStrange, rid } = aPing(paths, (number += 1));
    const begun = performance.now();
    open += 1;
    const status = await ask(origin + path, { agent, headers, body });
    open -= 1;
    took.push(performance.now() - begun);
    const isWell = isStrange ? status >= 200 && status < 500 : status >= 200 && status < 300;
    for (const totals of [all, part]) totals[isWell ? "acknowledged" : "failed"] += 1;
    // A run that has begun ends, too.
    if (rid !== null) await ask(`${origin}${path.replace("/start", "")}`, { agent, headers, body: null });
  };
  const timer = setInterval(() => {
    for (due += (rate * TICK_MS) / 1_000; due >= 1; due -= 1) if (open < OPEN_MAX) void send();
  }, TICK_MS);
  const reader = setInterval(() => {
    const { path, headers } = read();
    void ask(origin + path, { agent, headers, body: null, endAfterMs: STREAM_MS });
  }, 1_000);
  return {
    sinceLast: () => {
      const sorted = took.toSorted((one, other) => one - other);
      const last = { ...part, p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0 };
      [part, took] = [{ acknowledged: 0, failed: 0 }, []];
      return last;
    },
    stop: async () => {
      clearInterval(timer);
      clearInterval(reader);
      while (open > 0) await new Promise((resolve) => setTimeout(resolve, 50));
      agent.destroy();
      return all;
    },
  };
}

function aPing(paths: readonly string[], number: number) {
  const isStrange = Math.random() < STRANGE;
  const known = paths[number % paths.length] ?? "";
  const end = number % 997 === 0 ? "/fail" : number % 7 === 0 ? "/start" : "";
  const rid = !isStrange && end === "/start" ? randomUUID() : null;
  const path = isStrange ? strangePath() : `${known}${end}${rid === null ? "" : `?rid=${rid}`}`;
  const headers = {
    "user-agent": `job ${number % 5_000}`,
    "x-forwarded-for": `10.${number & 255}.${(number >> 8) & 255}.${(number >> 16) & 255}`,
  };
  return {
    path,
    headers,
    body: number % 5 === 0 ? "line of output\n".repeat(number % 40) : null,
    isStrange,
    rid,
  };
}

function strangePath(): string {
  const paths = [
    `/ping/${randomUUID()}`,
    `/ping/${randomUUID().slice(0, 22)}/job-${randomUUID()}`,
    `/api/${Math.floor(Math.random() * 1e9)}/cron/job/${randomUUID()}/?status=ok`,
    `/v1/projects/${randomUUID()}`,
    `/status/${randomUUID()}`,
  ];
  return paths[Math.floor(Math.random() * paths.length)] ?? "/";
}

type Asked = { agent: Agent; headers: Record<string, string>; body: string | null; endAfterMs?: number };

/** @returns the status; 0 where no answer came */
function ask(url: string, { agent, headers, body, endAfterMs }: Asked): Promise<number> {
  return new Promise((resolve) => {
    const asked = request(url, { agent, headers, method: body === null ? "GET" : "POST" }, (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode ?? 0));
      // A stream of events does not end by itself.
      if (endAfterMs !== undefined) setTimeout(() => asked.destroy(), endAfterMs).unref();
    });
    const timer = setTimeout(() => asked.destroy(), ANSWER_MS_MAX);
    asked.once("error", () => resolve(0));
    asked.once("close", () => {
      clearTimeout(timer);
      resolve(0);
    });
    asked.end(body ?? undefined);
  });
}

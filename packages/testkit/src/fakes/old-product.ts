import { createHash } from "node:crypto";

import { type FakeRequest, type Fault, startHttpFake } from "./http-fake.ts";

type Status = "up" | "down" | "paused";

/** Another monitor of jobs, from which a project moves here. Its checks have the keys that it was started with. */
export type FakeOldProduct = {
  url: string;
  /** The key of its API, and one that only reads. */
  apiKey: string;
  readOnlyKey: string;
  /** The pings that it took, as method and path with query, oldest first. */
  pings: () => string[];
  requests: () => readonly FakeRequest[];
  /** What it thinks of a check from now on, whatever its pings say. */
  say: (key: string, status: Status) => void;
  /** Its next reactions to pings, or to requests of its API. */
  nextPings: (...faults: Fault[]) => void;
  nextAnswers: (...faults: Fault[]) => void;
  close: () => Promise<void>;
};

type Answered = { status: number; body: string; headers?: Record<string, string> };
type Known = { key: string; status: Status };
type Product = {
  isApi: (path: string) => boolean;
  /** The key in a ping's URL, and whether the ping is a success or failure. */
  readPing: (request: FakeRequest) => { key: string; status: Status | null };
  /** Whether a ping makes the check that it names. */
  makesChecks: boolean;
  taken: Answered;
  unknown: Answered;
  list: (request: FakeRequest, checks: readonly Known[]) => Answered;
};

const API_KEY = "k3y-that-writes-0123456789";
const READ_ONLY_KEY = "k3y-that-reads-0123456789";
const PAGE_SIZE = 50;

const json = (value: unknown, status = 200): Answered => ({
  status,
  body: JSON.stringify(value),
  headers: { "content-type": "application/json" },
});

/** As Healthchecks v3 answers: a read-only key sees the hash of a UUID only. Source: shared healthchecks.md. */
const healthchecks: Product = {
  isApi: (path) => path.startsWith("/api/"),
  readPing: ({ path }) => {
    const [key = "", action = "0"] = path.split("?")[0]?.split("/").slice(1) ?? [];
    return { key, status: action === "0" ? "up" : action === "fail" || Number(action) > 0 ? "down" : null };
  },
  makesChecks: false,
  taken: { status: 200, body: "OK" },
  unknown: { status: 404, body: "not found" },
  list: ({ headers, path }, checks) => {
    const key = headers["x-api-key"];
    if (path !== "/api/v3/checks/") return { status: 404, body: "<h1>Not Found</h1>" };
    if (key !== API_KEY && key !== READ_ONLY_KEY) return json({ error: "wrong api key" }, 401);
    const id = (uuid: string) =>
      key === API_KEY
        ? { uuid, ping_url: `https://hc-ping.com/${uuid}` }
        : { unique_key: createHash("sha1").update(uuid.replaceAll("-", "").slice(0, 16)).digest("hex") };
    return json({
      checks: checks.map((check) => ({
        ...id(check.key),
        name: "",
        slug: "",
        grace: 60,
        status: check.status,
      })),
    });
  },
};

/** As Cronitor answers: an unknown monitor is made, all is said in the query. Source: Cronitor's telemetry API reference. */
const cronitor: Product = {
  isApi: (path) => path.startsWith("/api/"),
  readPing: ({ path }) => {
    const url = new URL(path, "http://cronitor.test");
    const state = url.searchParams.get("state") ?? "";
    const status = state === "fail" ? "down" : state === "run" || state === "logs" ? null : "up";
    return { key: decodeURIComponent(url.pathname.split("/")[3] ?? ""), status };
  },
  makesChecks: true,
  taken: { status: 200, body: "" },
  unknown: { status: 404, body: "" },
  list: ({ headers, path }, checks) => {
    if (headers["authorization"] !== `Basic ${btoa(`${API_KEY}:`)}`)
      return json({ error: "Unauthorized" }, 403);
    const page = Number(new URL(path, "http://cronitor.test").searchParams.get("page") ?? 1);
    return json({
      page_size: PAGE_SIZE,
      total_monitor_count: checks.length,
      monitors: checks.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE).map(({ key, status }) => ({
        key,
        name: key,
        passing: status !== "down",
        paused: status === "paused",
        initialized: true,
        grace_seconds: 60,
      })),
    });
  },
};

const PRODUCTS = { healthchecks, cronitor };

/** Starts the fake of a product on a loopback port. `keys`: of the checks that it has. */
export async function startFakeOldProduct(
  name: keyof typeof PRODUCTS,
  keys: readonly string[],
): Promise<FakeOldProduct> {
  const product = PRODUCTS[name];
  const checks = new Map<string, Status>(keys.map((key) => [key, "up"]));
  const said = new Set<string>();
  const requests: FakeRequest[] = [];
  const [pingFaults, answerFaults]: [Fault[], Fault[]] = [[], []];
  const server = await startHttpFake((request, answer) => {
    const isApi = product.isApi(request.path);
    const fault = (isApi ? answerFaults : pingFaults).shift();
    if (fault !== undefined) return answer(fault);
    if (isApi)
      return answer(
        product.list(
          request,
          [...checks].map(([key, status]) => ({ key, status })),
        ),
      );
    const { key, status } = product.readPing(request);
    if (!checks.has(key) && !product.makesChecks) return answer(product.unknown);
    requests.push(request);
    if (!checks.has(key)) checks.set(key, "up");
    if (status !== null && !said.has(key)) checks.set(key, status);
    return answer(product.taken);
  });
  return {
    url: server.url,
    apiKey: API_KEY,
    readOnlyKey: READ_ONLY_KEY,
    pings: () => requests.map(({ method, path }) => `${method} ${path}`),
    requests: () => requests,
    say: (key, status) => {
      said.add(key);
      checks.set(key, status);
    },
    nextPings: (...faults) => void pingFaults.push(...faults),
    nextAnswers: (...faults) => void answerFaults.push(...faults),
    close: server.close,
  };
}

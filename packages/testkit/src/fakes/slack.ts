import { startHttpFake, type Fault, type FakeRequest } from "./http-fake.ts";
import { newLedger, type Ledger } from "./ledger.ts";
import { fakeSlackApi, type FakeSlackApi } from "./slack-api.ts";
import { slackFault } from "./slack-blocks.ts";

export type SlackMessage = { path: string; payload: Record<string, unknown>; receivedAt: number };

/** Slack's incoming webhooks, with Slack's error codes. The ledger contains only accepted messages. */
export type FakeSlack = Ledger<SlackMessage> & {
  /** For `SLACK_API_URL`. */
  apiUrl: string;
  api: FakeSlackApi;
  /** A working webhook URL. */
  hookUrl: string;
  /** Every request, accepted or not. */
  requests: Ledger<FakeRequest>;
  next(...faults: Fault[]): void;
  /** From now on every webhook answers 404 no_service, as Slack does once an app is removed. */
  removeHooks(): void;
  close(): Promise<void>;
};

/** A 429 as Slack sends it. */
export function slackLimit(seconds: number): Fault {
  return { status: 429, body: "rate_limited", headers: { "retry-after": String(seconds) } };
}

const HOOK = "/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX";

export async function startFakeSlack(): Promise<FakeSlack> {
  const ledger = newLedger<SlackMessage>();
  const requests = newLedger<FakeRequest>();
  const script: Fault[] = [];
  let removed = false;
  let web: ReturnType<typeof fakeSlackApi> | null = null;
  const server = await startHttpFake((request, answer) => {
    requests.add(request);
    const scripted = script.shift();
    const byApi = scripted === undefined ? (web?.answer(request) ?? null) : null;
    if (byApi !== null) return answer(byApi);
    const fault = scripted ?? refusal(request, removed);
    if (fault !== null) {
      answer(fault);
      return;
    }
    ledger.add({ path: request.path, payload: JSON.parse(request.body), receivedAt: request.receivedAt });
    answer({ status: 200, body: "ok" });
  });
  web = fakeSlackApi(server.url);
  return {
    ...ledger,
    api: web.api,
    apiUrl: `${server.url}/api/`,
    hookUrl: server.url + HOOK,
    requests,
    next: (...faults) => script.push(...faults),
    removeHooks: () => {
      removed = true;
    },
    close: server.close,
  };
}

function refusal(request: FakeRequest, removed: boolean): Fault | null {
  if (removed || !/^\/services\/T\w+\/B\w+\/\w+$/.test(request.path))
    return { status: 404, body: "no_service" };
  if (request.method !== "POST") return { status: 400, body: "invalid_payload" };
  const fault = slackFault(request.body);
  return fault === null ? null : { status: 400, body: fault };
}

import type { HttpAnswer, HttpRequest } from "@overdue/channels";
import { isAllowed, parseNetworks, WEB_PORTS } from "@overdue/config";
import { Agent, type Dispatcher, request as undiciRequest } from "undici";

import { type EgressFailure, failureOf } from "./failure.ts";
import {
  addressesOf,
  guardedConnector,
  type GuardRules,
  Refused,
  type Resolve,
  resolveByDns,
} from "./guard.ts";

/** Sends one request and reads the answer. Never throws: what went wrong is the result. */
export type Egress = {
  send(request: HttpRequest): Promise<HttpAnswer | EgressFailure>;
  close(): Promise<void>;
};

export type EgressOptions = {
  /** ALLOW_PRIVATE_NETWORKS. */
  allowedNetworks: readonly string[];
  /** Connecting, sending and reading together; 10,000 by default. */
  timeoutMs?: number;
  resolve?: Resolve;
  /** Ports that public hosts may be reached at: 80, 443, 8080 and 8443 by default. */
  ports?: ReadonlySet<number>;
  /** Certificates of authorities, as PEM, instead of the usual ones. */
  ca?: string | undefined;
};

const ANSWER_BYTES = 64 * 1024;
const TIMEOUT_MS = 10_000;
const AGENT = { connections: 256, pipelining: 1, keepAliveTimeout: 4_000, allowH2: false };

/**
 * The one way out for HTTP. What a tenant typed goes through the guard; what the operator set does not. Redirects are
 * never followed, at most 64 KB of an answer are read, and nothing outlives its time.
 */
export function openEgress(options: EgressOptions): Egress {
  const { timeoutMs = TIMEOUT_MS, resolve = resolveByDns, ports = WEB_PORTS } = options;
  const rules: GuardRules = {
    allowed: parseNetworks(options.allowedNetworks),
    resolve,
    ports,
    ...(options.ca !== undefined && { ca: options.ca }),
  };
  const guarded = new Agent({ ...AGENT, connect: guardedConnector(rules) });
  const trusted = new Agent({ ...AGENT, connect: { timeout: 5_000 } });
  const post = async (request: HttpRequest) => {
    if (!request.trusted) await assertHost(request, rules);
    const dispatcher = request.trusted ? trusted : guarded;
    return readAnswer(await call(request, dispatcher, AbortSignal.timeout(timeoutMs)));
  };
  return {
    send: (request) => post(request).catch((cause: unknown) => failureOf(cause, timeoutMs)),
    close: async () => {
      await Promise.all([guarded.destroy(), trusted.destroy()]);
    },
  };
}

/** A provider's URL must be at that provider, or in a network that the operator allowed. */
async function assertHost({ url, onlyHosts }: HttpRequest, rules: GuardRules): Promise<void> {
  if (onlyHosts === null) return;
  const host = new URL(url).hostname;
  if (onlyHosts.some((only) => host === only || host.endsWith(`.${only}`))) return;
  const addresses = await addressesOf(host, rules.resolve);
  if (addresses.length > 0 && addresses.every(({ address }) => isAllowed(address, rules.allowed))) return;
  throw new Refused(`The address is not at ${onlyHosts.join(" or ")}.`);
}

function call(
  request: HttpRequest,
  dispatcher: Dispatcher,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  const { method, headers, body, url } = request;
  return undiciRequest(url, {
    method,
    headers: { "user-agent": "Overdue", ...headers },
    body: method === "GET" ? null : body,
    dispatcher,
    signal,
  });
}

async function readAnswer(response: Dispatcher.ResponseData): Promise<HttpAnswer> {
  return {
    status: response.statusCode,
    headers: Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
    ),
    body: await readSome(response.body),
    receivedAt: Date.now(),
  };
}

/** The status has been given: what follows may be cut, slow or broken without changing the answer. */
async function readSome(body: Dispatcher.ResponseData["body"]): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body) {
      const part = Buffer.from(chunk);
      chunks.push(part);
      bytes += part.length;
      if (bytes >= ANSWER_BYTES) break;
    }
  } catch {
    // the rest is not worth more than what came
  }
  return Buffer.concat(chunks).subarray(0, ANSWER_BYTES).toString("utf8");
}

import { lookup } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import type { HttpAnswer, HttpRequest } from "@overdue/channels";
import {
  isAllowed,
  isPublic,
  type Networks,
  otherPort,
  parseNetworks,
  PRIVATE_ADDRESS,
  WEB_PORTS,
} from "@overdue/config";
import { Agent, buildConnector, type Dispatcher, request as undiciRequest } from "undici";

/** Sends one request and reads the response. Never throws: a failure is a result. */
export type Egress = {
  /** If `bytes` is set, it is sent instead of `body`. */
  send(request: HttpRequest & { bytes?: Uint8Array }): Promise<HttpAnswer | EgressFailure>;
  close(): Promise<void>;
};

export type EgressOptions = {
  /** ALLOW_PRIVATE_NETWORKS. */
  allowedNetworks: readonly string[];
  /** For connecting, sending and reading together; 10,000 by default. */
  timeoutMs?: number;
  /** How much of an answer is read; 64 KB by default. */
  answerBytesMax?: number;
  resolve?: Resolve;
  /** The ports that may be used on public hosts: 80, 443, 8080 and 8443 by default. */
  ports?: ReadonlySet<number>;
  /** Certificates of authorities, as PEM, to trust instead of the usual ones. */
  ca?: string | undefined;
};

const ANSWER_BYTES_MAX = 64 * 1024;
const TIMEOUT_MS = 10_000;
const AGENT = { connections: 256, pipelining: 1, keepAliveTimeout: 4_000, allowH2: false };

/**
 * Sends all outgoing HTTP requests. Addresses that tenants typed are guarded, those that the operator set are not.
 * Redirects are never followed, only the first part of a response is read, and every request has a timeout.
 */
export function openEgress(options: EgressOptions): Egress {
  const { timeoutMs = TIMEOUT_MS, resolve = resolveByDns, ports = WEB_PORTS } = options;
  const { answerBytesMax = ANSWER_BYTES_MAX } = options;
  const rules: GuardRules = {
    allowed: parseNetworks(options.allowedNetworks),
    resolve,
    ports,
    ...(options.ca !== undefined && { ca: options.ca }),
  };
  const guarded = new Agent({ ...AGENT, connect: guardedConnector(rules) });
  const trusted = new Agent({ ...AGENT, connect: { timeout: 5_000 } });
  const post = async (request: Parameters<Egress["send"]>[0]) => {
    if (!request.trusted) await assertHost(request, rules);
    const dispatcher = request.trusted ? trusted : guarded;
    return readAnswer(await call(request, dispatcher, AbortSignal.timeout(timeoutMs)), answerBytesMax);
  };
  return {
    send: (request) => post(request).catch((cause: unknown) => failureOf(cause, timeoutMs)),
    close: async () => {
      await Promise.all([guarded.destroy(), trusted.destroy()]);
    },
  };
}

/** @throws Refused if the URL is neither at one of its provider's hosts nor in a network that the operator allowed. */
async function assertHost({ url, onlyHosts }: HttpRequest, rules: GuardRules): Promise<void> {
  if (onlyHosts === null) return;
  const host = new URL(url).hostname;
  if (onlyHosts.some((only) => host === only || host.endsWith(`.${only}`))) return;
  const addresses = await addressesOf(host, rules.resolve);
  if (addresses.length > 0 && addresses.every(({ address }) => isAllowed(address, rules.allowed))) return;
  throw new Refused(`The address is not at ${onlyHosts.join(" or ")}.`);
}

function call(
  request: Parameters<Egress["send"]>[0],
  dispatcher: Dispatcher,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  const { method, headers, body, bytes, url } = request;
  return undiciRequest(url, {
    method,
    headers: { "user-agent": "Overdue", ...headers },
    body: method === "GET" ? null : (bytes ?? body),
    dispatcher,
    signal,
  });
}

async function readAnswer(response: Dispatcher.ResponseData, bytesMax: number): Promise<HttpAnswer> {
  return {
    status: response.statusCode,
    headers: Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
    ),
    body: await readSome(response.body, bytesMax),
    receivedAt: Date.now(),
  };
}

/** Reads up to so many bytes. Since the status is known already, a body that is cut, slow or broken does not fail the request. */
async function readSome(body: Dispatcher.ResponseData["body"], bytesMax: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body) {
      const part = Buffer.from(chunk);
      chunks.push(part);
      bytes += part.length;
      if (bytes >= bytesMax) break;
    }
  } catch {
    // what was read so far is enough
  }
  return Buffer.concat(chunks).subarray(0, bytesMax).toString("utf8");
}

/** Looks up all addresses of a host. */
type Resolve = (host: string) => Promise<readonly { address: string; family: number }[]>;
/** `ports`: those that may be used on the public internet. */
type GuardRules = {
  allowed: Networks;
  resolve: Resolve;
  ports: ReadonlySet<number>;
  /** Certificates of authorities, as PEM, to trust instead of the usual ones. */
  ca?: string;
};

/** Tenants may not use this host or port. The message may be shown. */
class Refused extends Error {
  override name = "Refused";
}

const CONNECT_MS = 5_000;

const resolveByDns: Resolve = (host) => lookup(host, { all: true });

/**
 * Connects only to addresses that tenants may reach. It checks every address that the DNS lookup returned, and, once
 * connected, the address of the peer, since the name may resolve differently in between.
 */
function guardedConnector(rules: GuardRules): buildConnector.connector {
  return (options, callback) => {
    const port = Number(options.port || (options.protocol === "https:" ? 443 : 80));
    const authority = rules.ca === undefined ? {} : { ca: rules.ca };
    const fail = (cause: unknown) => callback(asError(cause), null);
    permittedAddresses(options.hostname, port, rules).then((addresses) => {
      buildConnector({ lookup: pinnedTo(addresses), timeout: CONNECT_MS, allowH2: false, ...authority })(
        options,
        (...[error, socket]) => {
          if (error !== null || socket === null) return fail(error);
          const address = socket.remoteAddress ?? "";
          if (isPermitted(address, port, rules)) return callback(null, socket);
          socket.destroy();
          return fail(refusal([address], rules));
        },
      );
    }, fail);
  };
}

/** All addresses of a host. @throws Refused if one of them may not be reached at this port. */
async function permittedAddresses(host: string, port: number, rules: GuardRules) {
  const addresses = await addressesOf(host, rules.resolve);
  if (addresses.length === 0) throw new Refused("The host's name has no address.");
  if (!addresses.every(({ address }) => isPermitted(address, port, rules)))
    throw refusal(
      addresses.map(({ address }) => address),
      rules,
    );
  return addresses;
}

/** The addresses of a host. IP literals are handled here, since they never go through a lookup. */
async function addressesOf(host: string, resolve: Resolve) {
  const bare = host.replace(/^\[|\]$/g, "");
  const family = isIP(bare);
  return family === 0 ? resolve(bare) : [{ address: bare, family }];
}

function isPermitted(address: string, port: number, { allowed, ports }: GuardRules): boolean {
  return isAllowed(address, allowed) || (isPublic(address) && ports.has(port));
}

function refusal(addresses: readonly string[], { allowed, ports }: GuardRules): Refused {
  const isPrivate = addresses.some((address) => !isPublic(address) && !isAllowed(address, allowed));
  return new Refused(isPrivate ? PRIVATE_ADDRESS : otherPort(ports));
}

function pinnedTo(addresses: readonly { address: string; family: number }[]): LookupFunction {
  return (_host, options, callback) => {
    const [first] = addresses;
    if (options.all === true || first === undefined) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Refused("The connection failed.");
}

/**
 * No response came. `failed`: a general reason, without addresses. `uncertain`: the request may have arrived all the same.
 * `refused`: our own rules forbid the address.
 */
export type EgressFailure = { failed: string; uncertain: boolean; refused?: true };

const NAME_CODES = new Set(["ENOTFOUND", "EAI_AGAIN", "ENODATA"]);
const CONNECTION_CODES = new Set(["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL"]);

/** A sentence about a failed request that says enough to act on, but too little to explore a network. */
function failureOf(cause: unknown, timeoutMs: number): EgressFailure {
  if (cause instanceof Refused) return { failed: cause.message, uncertain: false, refused: true };
  const code = codeOf(cause);
  if (NAME_CODES.has(code)) return { failed: "The host's name could not be resolved.", uncertain: false };
  if (CONNECTION_CODES.has(code)) return { failed: "The connection failed.", uncertain: false };
  if (code === "UND_ERR_CONNECT_TIMEOUT") return { failed: "The connection timed out.", uncertain: false };
  const reason = tlsReason(code);
  if (reason !== null) return { failed: reason, uncertain: false };
  if (isTimeout(cause)) return { failed: `No answer within ${timeoutMs / 1_000} s.`, uncertain: true };
  return { failed: "The connection broke before an answer came.", uncertain: true };
}

/** The code of an error. If several addresses were tried, there is one error for each: the first one counts. */
function codeOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.errors.length > 0) return codeOf(cause.errors[0]);
  if (!(cause instanceof Error) || !("code" in cause)) return "";
  return typeof cause.code === "string" ? cause.code : "";
}

function isTimeout(cause: unknown): boolean {
  return cause instanceof Error && (cause.name === "TimeoutError" || cause.name === "AbortError");
}

const OWN_AUTHORITY = "the operator can name an authority of your own with NODE_EXTRA_CA_CERTS";
const SOLUTION = `Give it a certificate of a known authority; ${OWN_AUTHORITY}.`;

/** Node's and OpenSSL's error codes, and what they mean to the operator of the server. */
const REASONS: readonly (readonly [code: RegExp, reason: string])[] = [
  [/^(DEPTH_ZERO_)?SELF_SIGNED_CERT/, `The server's certificate is self-signed. ${SOLUTION}`],
  [/^CERT_HAS_EXPIRED$/, "The server's certificate has expired."],
  [/^CERT_NOT_YET_VALID$/, "The server's certificate is not valid yet; one of the two clocks may be wrong."],
  [
    /^(ERR_TLS_CERT_ALTNAME|CERT_.*ALTNAME|HOSTNAME_MISMATCH)/,
    "The server's certificate is for another host name than the address has.",
  ],
  [/^CERT_REVOKED$/, "The server's certificate was revoked."],
  [
    /^(UNABLE_TO_|CERT_UNTRUSTED|CERT_CHAIN|INVALID_CA)/,
    `The server's certificate is signed by an authority that is not known here, or the server leaves out the certificates between. ${SOLUTION}`,
  ],
  [
    /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)$/,
    "The server does not speak TLS at this port.",
  ],
  [
    /^ERR_SSL_(UNSUPPORTED_PROTOCOL|TLSV1_ALERT_PROTOCOL_VERSION|NO_PROTOCOLS_AVAILABLE)$/,
    "The server speaks no version of TLS that is still safe (1.2 or newer).",
  ],
  [/^(ERR_TLS|ERR_SSL|CERT_|EPROTO)/, "The TLS handshake failed."],
];

/** Why a TLS connection failed, as a sentence, by the code of its error; null: TLS was not the reason. */
export function tlsReason(code: string): string | null {
  return REASONS.find(([pattern]) => pattern.test(code))?.[1] ?? null;
}

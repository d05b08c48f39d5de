import { createHash, randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";

import { httpKeywords, type PingKind, type PingReading, readPing } from "@overdue/core";
import {
  type ReceivedPing,
  type Recorded,
  REFUSAL_REASONS,
  type RefusalReason,
  type Target,
} from "@overdue/db";
import type { Instant } from "@overdue/schedules";
import type { Context } from "hono";

import * as answers from "./answers.ts";
import type { Clock } from "./clock.ts";
import { type Ingest, Unavailable } from "./ingest.ts";
import { foreignOutcomeInBody } from "./other-dialects.ts";
import {
  isSlug,
  type Owner,
  ownerOfTarget,
  partBehindKey,
  type PingUrl,
  type Problem,
  readPingUrl,
} from "./ping-url.ts";
import { type ReadBody, readBody } from "./read-body.ts";
import type { Refusals } from "./refusals.ts";

type ReceiveOptions = {
  ingest: Pick<Ingest, "record">;
  clock: Clock;
  refusals: Pick<Refusals, "note" | "hasTooMany">;
  bodyBytesMax: number;
  /** How long a body may take, in milliseconds. */
  bodyTimeMs: number;
  /** Whether there is such a check; asked only for pings that are refused. */
  lookFor: (target: Target) => Promise<"one" | "none" | "several">;
  /** How the check reads its pings. Called only for a body that is not kept whole or that may be another dialect. */
  findReadings: (target: Target) => Promise<readonly PingReading[]>;
  clientAddress: (c: Context) => string | null;
  /** The address to show with the ping; nothing is decided by it. */
  pingAddress: (c: Context) => string | null;
};

/** Who sent it, read before its body: a connection that has broken off tells nothing any more. */
type Sender = {
  method: string;
  userAgent: string;
  scheme: "http" | "https";
  host: string | null;
  remoteAddress: string | null;
};

const USER_AGENT_CHARS = 200;
const METHOD_CHARS = 10;

/** Answers one ping; `path` is what follows `/ping/`. The texts are those that Healthchecks' clients know. */
export function pingReceiver(options: ReceiveOptions) {
  return async (c: Context, path: string): Promise<Response> => {
    if (isPreflight(c)) return answers.preflight();
    const sender = readSender(c, options);
    const { searchParams, pathname, search } = new URL(c.req.url);
    const url = readPingUrl(path, searchParams);
    const refuse = createRefuser(sender, partBehindKey(`${pathname}${search}`), options);
    try {
      switch (url.kind) {
        case "no such page":
          return refuse(url.owner, unknownPathReason(url.owner), answers.notFound());
        case "bad slug":
          return refuse(url.owner, "invalid-slug", answers.problem("invalid url format"));
        case "malformed":
          return await refuseMalformed(url, { refuse, options });
        case "ping":
          return await storePing(c, { url, sender, refuse, options });
      }
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      return answers.unavailable();
    }
  };
}

/** Says what is wrong with a URL below /ping that leads to no check: its slug, or else the path after it. */
function unknownPathReason(owner: Owner | null): RefusalReason {
  return owner?.kind === "key" && !isSlug(owner.slug) ? "invalid-slug" : "unknown-path";
}

function isPreflight(c: Context): boolean {
  return c.req.method === "OPTIONS" && c.req.header("Access-Control-Request-Method") !== undefined;
}

function readSender(c: Context, options: ReceiveOptions): Sender {
  return {
    method: c.req.method.slice(0, METHOD_CHARS),
    userAgent: (c.req.header("User-Agent") ?? "").slice(0, USER_AGENT_CHARS),
    scheme: c.req.header("X-Forwarded-Proto") === "https" ? "https" : "http",
    host: options.clientAddress(c),
    remoteAddress: options.pingAddress(c),
  };
}

type Refuse = (owner: Owner | null, reason: RefusalReason, answer: Response) => Response;

/** Records a refusal; an address with too many refusals is answered with 429 and nothing else. */
function createRefuser(
  { host, ...sender }: Sender,
  asked: string,
  { refusals, clock }: ReceiveOptions,
): Refuse {
  return (owner, reason, answer) => {
    const at = clock.now();
    const { method, userAgent, remoteAddress } = sender;
    refusals.note({ owner, reason, asked, method, userAgent, remoteAddress, host, at });
    return !answer.ok && refusals.hasTooMany(host, at) ? answers.slowDown() : answer;
  };
}

async function refuseMalformed(
  { target, problem }: Extract<PingUrl, { kind: "malformed" }>,
  { refuse, options }: { refuse: Refuse; options: ReceiveOptions },
): Promise<Response> {
  const owner = ownerOfTarget(target);
  switch (await orUnavailable(options.lookFor(target))) {
    case "one":
      return refuse(owner, REASONS[problem.kind], answers.problem(sentenceFor(problem)));
    case "several":
      return refuse(owner, "ambiguous-slug", answers.ambiguous());
    case "none":
      return refuse(owner, unknownReason(target), answers.notFound());
  }
}

const REASONS = {
  "invalid url format": "invalid-exit-status",
  "invalid uuid format": "invalid-run-id",
  "other dialect": "other-dialect",
} as const;

function sentenceFor(problem: Problem): string {
  return problem.kind === "other dialect" ? answers.otherDialect(problem) : problem.kind;
}

function unknownReason(target: Target): RefusalReason {
  return ownerOfTarget(target).kind === "uuid" ? "unknown-path" : "unknown-slug";
}

async function storePing(
  c: Context,
  {
    url,
    sender,
    refuse,
    options,
  }: {
    url: Extract<PingUrl, { kind: "ping" }>;
    sender: Sender;
    refuse: Refuse;
    options: ReceiveOptions;
  },
): Promise<Response> {
  const { target } = url;
  const body = await readBody(bodyStream(c), {
    limit: options.bodyBytesMax,
    timeMs: options.bodyTimeMs,
    keywords: async () => (await orUnavailable(options.findReadings(target))).flatMap(httpKeywords),
  });
  const words = url.action === "success" && url.exitStatus === null ? foreignOutcomeInBody(body) : null;
  if (words !== null) {
    const readings = await orUnavailable(options.findReadings(target));
    // A check that looks for keywords in bodies decides by its own rules.
    if (!readings.some(({ filterHttpBody }) => filterHttpBody)) {
      const problem = { kind: "other dialect", words, place: "body" } as const;
      return await refuseMalformed({ kind: "malformed", target, problem }, { refuse, options });
    }
  }
  const at = options.clock.now();
  const recorded = await options.ingest.record(toArrival(url, { sender, body, at }));
  return answerRecorded(recorded, { target: url.target, refuse, bodyBytesMax: options.bodyBytesMax });
}

/** A look at the database that fails is no fault of the ping: it may come again. */
async function orUnavailable<T>(look: Promise<T>): Promise<T> {
  try {
    return await look;
  } catch (error) {
    throw new Unavailable("The check could not be looked up.", { cause: error });
  }
}

/** Node's own stream where there is one: it costs a third of a web stream. */
function bodyStream(c: Context) {
  const { incoming } = (c.env ?? {}) as { incoming?: IncomingMessage };
  if (incoming === undefined) return c.req.raw.body;
  const { "content-length": length, "transfer-encoding": encoding } = incoming.headers;
  return (length === undefined || length === "0") && encoding === undefined ? null : incoming;
}

function toArrival(
  { target, action, exitStatus, rid, dueAt }: Extract<PingUrl, { kind: "ping" }>,
  { sender, body, at }: { sender: Sender; body: ReadBody; at: Instant },
): ReceivedPing {
  const { method, host, scheme, userAgent, remoteAddress } = sender;
  // A previewer looks at a link: it never posts.
  const preview = (method === "GET" || method === "HEAD") && isLinkPreview(userAgent);
  const kind: PingKind = preview ? "ignored" : action;
  return {
    target,
    host,
    ...(dueAt !== undefined && { dueAt }),
    digest:
      body.kept === null ? null : createHash("sha256").update(body.kept).digest("base64url").slice(0, 22),
    read: (reading) => readPing(reading, { kind, method, exitStatus, mentions: body.mentions }),
    record: {
      id: randomUUID(),
      receivedAt: at,
      rid,
      exitStatus,
      scheme,
      method,
      remoteAddress,
      userAgent,
      body: body.kept,
      bodyBytes: body.bytes,
      bodyCutAt: body.cutAt,
      note: preview ? "link-preview" : NOTES[body.end],
    },
  };
}

const NOTES = { whole: null, "broken-off": "body-broken-off", "too-slow": "body-too-slow" } as const;

function answerRecorded(
  recorded: Recorded,
  { target, refuse, bodyBytesMax }: { target: Target; refuse: Refuse; bodyBytesMax: number },
): Response {
  switch (recorded.kind) {
    case "unknown":
      return refuse(ownerOfTarget(target), unknownReason(target), answers.notFound());
    case "ambiguous":
      return refuse(ownerOfTarget(target), "ambiguous-slug", answers.ambiguous());
    case "recorded": {
      const stored = answers.stored(recorded, bodyBytesMax);
      const reason = REFUSAL_REASONS.find((each) => each === recorded.ignoredBecause);
      return reason === undefined ? stored : refuse(ownerOfTarget(target), reason, stored);
    }
  }
}

/**
 * Programs that fetch links which people paste into chats; a look at a link is not a run of the job. Each is matched
 * as it names itself, from the start or with its own address, so that a bot somebody wrote with a chat's library, such
 * as `DiscordBot (https://discord.js.org, 14.14.1)` or `MyTelegramBot/1.0`, counts like any other job.
 */
const LINK_PREVIEWS = [
  /^Slackbot(?:-LinkExpanding)? \d[\d.]* \(\+https:\/\/api\.slack\.com\/robots\)/,
  /^Slack-ImgProxy \(\+https:\/\/api\.slack\.com\/robots\)/,
  /^TelegramBot \(like TwitterBot\)$/,
  /^(?:Twitterbot|WhatsApp|LinkedInBot|Mattermost-Bot|Facebot|Iframely|Embedly|Viber)\/\d/,
  /^Facebot$/,
  /^(?:facebookexternalhit|meta-externalagent|meta-externalfetcher)\/\d/,
  // iMessage looks like a browser that is all of these.
  /^Mozilla\/5\.0 .* facebookexternalhit\/[\d.]+ Facebot Twitterbot\/[\d.]+$/,
  /^Googlebot(?:-\w+)?\/\d/,
  /^Mozilla\/5\.0 .*\bcompatible; (?:Discordbot|Googlebot|bingbot|redditbot|MicrosoftPreview|Embedly|ZulipURLPreview)\/[\d.]+; \+?http/,
  /^Mozilla\/5\.0 \(compatible; vkShare; \+http/,
  /^Mozilla\/5\.0 .*\(via ggpht\.com GoogleImageProxy\)$/,
  /^Mozilla\/5\.0 .* SkypeUriPreview Preview\/[\d.]+/,
  /^Mozilla\/5\.0 .* BingPreview\/[\d.]+b?$/,
  /^Mozilla\/5\.0 .*\(Applebot\/[\d.]+; \+http/,
  /^http\.rb\/[\d.]+ \(Mastodon\/\d/,
  /^Mastodon\/\d[^ ]* \(http\.rb\//,
  /^Synapse \(bot; \+https:\/\/github\.com\//,
];

export function isLinkPreview(userAgent: string): boolean {
  return LINK_PREVIEWS.some((pattern) => pattern.test(userAgent));
}

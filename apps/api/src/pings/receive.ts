import { createHash, randomUUID } from "node:crypto";

import { httpKeywords, type PingKind, type PingReading, readPing } from "@overdue/core";
import {
  type ReceivedPing,
  type Recorded,
  REFUSAL_REASONS,
  type RefusalReason,
  type Target,
} from "@overdue/db";
import type { Instant } from "@overdue/schedules";
import type { Logger } from "pino";

import type { Hops } from "../http/client-address.ts";
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
import type { PingRequest } from "./ping-request.ts";
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
  addresses: PingAddresses;
  log: Logger;
};

/** `client`: the client's address. `shown`: the one to show with the ping; nothing is decided by it. */
export type PingAddresses = (hops: Hops) => { client: string | null; shown: string | null };

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
  return async (request: PingRequest, path: string): Promise<answers.PingAnswer> => {
    if (isPreflight(request)) return answers.preflight();
    const sender = readSender(request, options);
    const url = readPingUrl(path, request.query);
    const refuse = createRefuser(sender, request.target, options);
    try {
      switch (url.kind) {
        case "no such page":
          return refuse(url.owner, unknownPathReason(url.owner), answers.notFound());
        case "bad slug":
          return refuse(url.owner, "invalid-slug", answers.problem("invalid url format"));
        case "malformed":
          return await refuseMalformed(url, { refuse, options });
        case "ping":
          return await storePing(request.body, { url, sender, refuse, options });
      }
    } catch (error) {
      if (!(error instanceof Unavailable)) options.log.error({ err: error }, "A ping could not be answered.");
      return answers.unavailable();
    }
  };
}

/** Says what is wrong with a URL below /ping that leads to no check: its slug, or else the path after it. */
function unknownPathReason(owner: Owner | null): RefusalReason {
  return owner?.kind === "key" && !isSlug(owner.slug) ? "invalid-slug" : "unknown-path";
}

function isPreflight({ method, header }: PingRequest): boolean {
  return method === "OPTIONS" && header("access-control-request-method") !== undefined;
}

function readSender({ method, header, socketAddress }: PingRequest, { addresses }: ReceiveOptions): Sender {
  const { client, shown } = addresses({ socketAddress, forwardedFor: header("x-forwarded-for") });
  return {
    method: method.slice(0, METHOD_CHARS),
    userAgent: (header("user-agent") ?? "").slice(0, USER_AGENT_CHARS),
    scheme: header("x-forwarded-proto") === "https" ? "https" : "http",
    host: client,
    remoteAddress: shown,
  };
}

type Refuse = (owner: Owner | null, reason: RefusalReason, answer: answers.PingAnswer) => answers.PingAnswer;

/** Records a refusal; an address with too many refusals is answered with 429 and nothing else. */
function createRefuser(
  { host, ...sender }: Sender,
  target: string,
  { refusals, clock }: ReceiveOptions,
): Refuse {
  return (owner, reason, answer) => {
    const at = clock.now();
    const { method, userAgent, remoteAddress } = sender;
    const asked = partBehindKey(target);
    refusals.note({ owner, reason, asked, method, userAgent, remoteAddress, host, at });
    return answer.status >= 400 && refusals.hasTooMany(host, at) ? answers.slowDown() : answer;
  };
}

async function refuseMalformed(
  { target, problem }: Extract<PingUrl, { kind: "malformed" }>,
  { refuse, options }: { refuse: Refuse; options: ReceiveOptions },
): Promise<answers.PingAnswer> {
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
  stream: PingRequest["body"],
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
): Promise<answers.PingAnswer> {
  const { target } = url;
  const body = await readBody(stream, {
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
      id: idAt(at),
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

const ID_BEGIN = 15;

/** A UUID of version 7 (RFC 9562): those of one time lie side by side in an index. */
function idAt(at: Instant): string {
  const time = Math.floor(at).toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(ID_BEGIN)}`;
}

const NOTES = { whole: null, "broken-off": "body-broken-off", "too-slow": "body-too-slow" } as const;

function answerRecorded(
  recorded: Recorded,
  { target, refuse, bodyBytesMax }: { target: Target; refuse: Refuse; bodyBytesMax: number },
): answers.PingAnswer {
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

const PROGRAMS_MAX = 1_000;
/** Few programs send nearly all pings. */
const looked = new Map<string, boolean>();

export function isLinkPreview(userAgent: string): boolean {
  const known = looked.get(userAgent);
  if (known !== undefined) return known;
  const is = LINK_PREVIEWS.some((pattern) => pattern.test(userAgent));
  if (looked.size >= PROGRAMS_MAX) looked.clear();
  looked.set(userAgent, is);
  return is;
}

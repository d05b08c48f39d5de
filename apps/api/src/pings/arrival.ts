import { createHash, randomUUID } from "node:crypto";

import {
  mergeMetrics,
  metricsInBody,
  type PingKind,
  readPing,
  type ReportedMetrics,
  type RunFacts,
} from "@overdue/core";
import type { ReceivedPing } from "@overdue/db";
import { DAY_MS, type Instant } from "@overdue/schedules";

import type { Hops } from "../http/client-address.ts";
import type { PingUrl } from "./ping-url.ts";
import type { PingRequest } from "./ping-request.ts";
import type { ReadBody } from "./read-body.ts";

/** `client`: the client's address. `shown`: the address to show with the ping; it decides nothing. */
export type PingAddresses = (hops: Hops) => { client: string | null; shown: string | null };

/** Who sent the ping. Read before its body, since a connection that has broken off has no address any more. */
export type Sender = {
  method: string;
  userAgent: string;
  scheme: "http" | "https";
  host: string | null;
  remoteAddress: string | null;
};

const USER_AGENT_CHARS_MAX = 200;
const METHOD_CHARS_MAX = 10;

export function isPreflight({ method, header }: PingRequest): boolean {
  return method === "OPTIONS" && header("access-control-request-method") !== undefined;
}

export function readSender(
  { method, header, socketAddress }: PingRequest,
  { addresses }: { addresses: PingAddresses },
): Sender {
  const { client, shown } = addresses({ socketAddress, forwardedFor: header("x-forwarded-for") });
  return {
    method: method.slice(0, METHOD_CHARS_MAX),
    userAgent: (header("user-agent") ?? "").slice(0, USER_AGENT_CHARS_MAX),
    scheme: header("x-forwarded-proto") === "https" ? "https" : "http",
    host: client,
    remoteAddress: shown,
  };
}

/** What a ping says, wherever it stood in the request. */
export type SaidPing = Omit<Extract<PingUrl, { kind: "ping" }>, "kind"> &
  Pick<ReceivedPing, "durationMs" | "once"> & { facts?: RunFacts };

/** A ping that is older than this changes nothing any more. */
const LATE_MS_MAX = 7 * DAY_MS;

/** The ping as it is stored; `at` is when it was received. */
export function toArrival(
  said: SaidPing,
  { sender, body, at }: { sender: Sender; body: ReadBody; at: Instant },
): ReceivedPing {
  const { target, action, exitStatus, rid, dueAt, durationMs, ageMs, facts } = said;
  const { method, host, scheme, userAgent, remoteAddress } = sender;
  const once = said.once ?? onceLate(said);
  const isTooOld = ageMs !== undefined && ageMs > LATE_MS_MAX;
  const lateMs = isTooOld ? undefined : ageMs;
  const isPreview = isOfPreview(sender);
  const kind: PingKind = isPreview || isTooOld ? "ignored" : action;
  const metrics = mergeMetrics(metricsOf(body), said.metrics ?? null);
  return {
    target,
    host,
    said: { kind, method, exitStatus },
    ...(body.found.size > 0 && { found: [...body.found] }),
    ...(dueAt !== undefined && { dueAt }),
    ...(durationMs !== undefined && { durationMs }),
    ...(once !== null && { once }),
    digest: digestOf(body, said.metrics),
    read: (reading) => readPing(reading, { kind, method, exitStatus, mentions: body.mentions }),
    record: {
      id: idAt(at),
      receivedAt: at - (lateMs ?? 0),
      rid,
      exitStatus,
      scheme,
      method,
      remoteAddress,
      userAgent,
      body: body.kept,
      bodyBytes: body.bytes,
      bodyCutAt: body.cutAt,
      ...(metrics !== null && { metrics }),
      note: isPreview ? "link-preview" : isTooOld ? "too-old" : NOTES[body.end],
      ...(facts !== undefined && { facts }),
      ...(lateMs !== undefined && { lateMs }),
    },
  };
}

const OPENING_BRACE = 0x7b;
/** An object in JSON begins within so many bytes: after a few blanks at most. */
const BLANKS_MAX = 16;

/** The numbers that a body in JSON reports. Nearly all bodies are something else, which their beginning shows. */
function metricsOf({ kept, cutAt }: ReadBody): ReportedMetrics | null {
  if (kept === null || !kept.subarray(0, BLANKS_MAX).includes(OPENING_BRACE)) return null;
  return metricsInBody(kept.toString("utf8"), cutAt !== null);
}

/** Tells a ping from another with the same kind and id: by its body, and by the numbers that it reports besides. */
function digestOf({ kept }: ReadBody, metrics: ReportedMetrics | undefined): string | null {
  if (kept === null && metrics === undefined) return null;
  const hash = createHash("sha256").update(kept ?? "");
  if (metrics !== undefined) hash.update(JSON.stringify(metrics));
  return hash.digest("base64url").slice(0, 22);
}

/** A late ping is sent again when its answer was lost, perhaps days later: it is known by its run and by what it says. */
function onceLate({ target, action, exitStatus, rid, ageMs }: SaidPing): Buffer | null {
  if (ageMs === undefined || rid === null) return null;
  return createHash("sha256")
    .update(JSON.stringify(["late", target, rid, action, exitStatus]))
    .digest();
}

/** Where the random part of a UUID begins, after the digit of its version. */
const RANDOM_FROM = 15;

/** A UUID of version 7 (RFC 9562), so that pings of about the same time lie side by side in an index. */
function idAt(at: Instant): string {
  const time = Math.floor(at).toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(RANDOM_FROM)}`;
}

const NOTES = { whole: null, "broken-off": "body-broken-off", "too-slow": "body-too-slow" } as const;

/**
 * Programs that fetch links which people paste into chats: a preview of a link is not a run of the job. Each pattern matches
 * the program's full name, from the start or with its web address. So a bot that somebody wrote with a chat's library, such
 * as `DiscordBot (https://discord.js.org, 14.14.1)` or `MyTelegramBot/1.0`, counts like any other job.
 */
const LINK_PREVIEWS = [
  /^Slackbot(?:-LinkExpanding)? \d[\d.]* \(\+https:\/\/api\.slack\.com\/robots\)/,
  /^Slack-ImgProxy \(\+https:\/\/api\.slack\.com\/robots\)/,
  /^TelegramBot \(like TwitterBot\)$/,
  /^(?:Twitterbot|WhatsApp|LinkedInBot|Mattermost-Bot|Facebot|Iframely|Embedly|Viber)\/\d/,
  /^Facebot$/,
  /^(?:facebookexternalhit|meta-externalagent|meta-externalfetcher)\/\d/,
  // iMessage names itself as a browser and all of these.
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

const USER_AGENTS_KNOWN_MAX = 1_000;
/** By user agent; few of them send nearly all pings. */
const knownPreviews = new Map<string, boolean>();

/** Whether a ping comes from a program that shows a link. None of them posts. */
export function isOfPreview({ method, userAgent }: Pick<Sender, "method" | "userAgent">): boolean {
  return (method === "GET" || method === "HEAD") && isLinkPreview(userAgent);
}

export function isLinkPreview(userAgent: string): boolean {
  const known = knownPreviews.get(userAgent);
  if (known !== undefined) return known;
  const isPreview = LINK_PREVIEWS.some((pattern) => pattern.test(userAgent));
  if (knownPreviews.size >= USER_AGENTS_KNOWN_MAX) knownPreviews.clear();
  knownPreviews.set(userAgent, isPreview);
  return isPreview;
}

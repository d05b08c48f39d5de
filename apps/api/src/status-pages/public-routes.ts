import type { MiddlewareHandler } from "hono";
import { z } from "zod";

import type { AppContext, AppEnv } from "../http/context.ts";
import { guard } from "../http/guard.ts";
import { Problem } from "../http/problem.ts";
import { countRequest } from "../http/rate-limits.ts";
import { acceptsGzip, compress } from "../http/responses.ts";
import { createRouter, json } from "../http/route.ts";
import { atomFeed, pageBadge, rssFeed, StatusSummary, statusSummary } from "./feeds.ts";
import type { ServedPage } from "./page-cache.ts";
import { statusPolicy } from "./page-frame.ts";
import { passwordNotice, statusPageHtml, widgetHtml } from "./page-html.ts";
import { pageUrl } from "./page-view.ts";
import { confirm, end, sendPassword, subscribeAddress } from "./visitor-forms.ts";
import { hasTicket, type PageAt, showNotice } from "./visitor.ts";

type Handler = (c: AppContext, at: PageAt) => Promise<Response>;

/** What is read of a page, by the last step of its address. */
const READS: Record<string, Handler> = {
  "": (c, at) => answerPage(c, at, HTML),
  "feed.atom": (c, at) => answerPage(c, at, feed("application/atom+xml", atomFeed)),
  "feed.rss": (c, at) => answerPage(c, at, feed("application/rss+xml", rssFeed)),
  "summary.json": (c, at) => answerPage(c, at, SUMMARY),
  embed: (c, at) => answerPage(c, at, EMBED),
  "badge.svg": (c, at) => answerPage(c, at, BADGE),
};
const FORMS: Record<string, Handler> = { password: sendPassword, subscribe: subscribeAddress };

const READING = { auth: "public", isRateLimitExempt: true } as const;
const SENDING = { auth: "self-checked" } as const;

/** Status pages among the addresses of this instance. Signed links of mails come first, since they look like a page's. */
export const publicPageRoutes = createRouter();
publicPageRoutes
  .get("/status/confirm", guard(SENDING), confirm)
  .post("/status/confirm", guard(SENDING), confirm)
  .get("/status/unsubscribe", guard(SENDING), end)
  .post("/status/unsubscribe", guard(SENDING), end)
  .get("/status/:slug", guard(READING), (c) => handle(c, READS[""], pageAtSlug(c)))
  .get("/status/:slug/summary.json", guard(READING), (c) => handle(c, READS["summary.json"], pageAtSlug(c)))
  .get("/status/:slug/:file", guard(READING), (c) =>
    handle(c, own(READS, c.req.param("file")), pageAtSlug(c)),
  )
  .post("/status/:slug/:form", guard(SENDING), (c) =>
    handle(c, own(FORMS, c.req.param("form")), pageAtSlug(c)),
  );

publicPageRoutes.openAPIRegistry.registerPath({
  method: "get",
  path: "/status/{slug}/summary.json",
  summary: "Read a status page",
  description:
    "What its visitors see, for programs; any page may fetch it. A page that asks for a password answers 401. The page has more addresses: `feed.atom`, `feed.rss`, `embed` and `badge.svg`.",
  tags: ["Status pages"],
  security: [],
  request: { params: z.object({ slug: z.string() }) },
  responses: {
    200: json(StatusSummary, "The page."),
    304: { description: "It is as it was." },
    401: { description: "It asks for a password." },
    404: { description: "There is no such page." },
    default: {
      description: "Any other problem.",
      content: { "application/problem+json": { schema: Problem } },
    },
  },
});

function pageAtSlug(c: AppContext): PageAt {
  const slug = (c.req.param("slug") ?? "").toLowerCase();
  return { slug, base: `/status/${slug}` };
}

function own(handlers: Record<string, Handler>, name: string | undefined): Handler | undefined {
  return name !== undefined && name !== "" && Object.hasOwn(handlers, name) ? handlers[name] : undefined;
}

async function handle(c: AppContext, handler: Handler | undefined, at: PageAt): Promise<Response> {
  return handler === undefined ? await nothingHere(c) : await handler(c, at);
}

/** Counted, so that nobody can have the database asked for any number of addresses. */
async function nothingHere(c: AppContext): Promise<Response> {
  const actor = { kind: "nobody" } as const;
  const isTooMany = await countRequest(c, { deps: c.var.deps, actor });
  if (isTooMany)
    return showNotice(c, 429, { title: "Too many requests", sentences: ["Try again in a minute."] });
  return showNotice(c, 404, {
    title: "There is nothing here",
    sentences: ["No status page has this address. If you followed a link, the page was moved or deleted."],
  });
}

/** One form of a page. `make` is called once for each reading of the page, for all visitors. */
type Form = {
  type: string;
  /** The same for as long as the bytes are. */
  etag: (served: ServedPage) => string;
  modifiedAt: (served: ServedPage) => number;
  make: (served: ServedPage, of: { url: string; base: string; hasMail: boolean }) => string | Promise<string>;
  headers?: Record<string, string>;
};

const FOR_ALL = { "cross-origin-resource-policy": "cross-origin", "access-control-allow-origin": "*" };
const bySight = {
  etag: ({ digest }: ServedPage) => `W/"${digest}"`,
  modifiedAt: ({ changedAt }: ServedPage) => changedAt,
};
const HTML: Form = {
  type: "text/html; charset=utf-8",
  // It says as of when it is.
  etag: ({ digest, loadedAt }) => `W/"${digest}-${loadedAt}"`,
  modifiedAt: ({ loadedAt }) => loadedAt,
  make: (served, { base, hasMail }) => statusPageHtml(served, { base, hasMail }),
  headers: { "content-security-policy": statusPolicy("'none'") },
};
const EMBED: Form = {
  ...HTML,
  make: (served, { url }) => widgetHtml(served, url),
  headers: { "content-security-policy": statusPolicy("*"), ...FOR_ALL },
};
const SUMMARY: Form = {
  ...bySight,
  type: "application/json",
  make: (served, { url }) => JSON.stringify(statusSummary(served, url)),
  headers: FOR_ALL,
};
const BADGE: Form = { ...bySight, type: "image/svg+xml", make: pageBadge, headers: FOR_ALL };

function feed(type: string, make: (served: ServedPage, url: string) => Promise<string>): Form {
  return { ...bySight, type: `${type}; charset=utf-8`, make: (served, { url }) => make(served, url) };
}

/** Ten seconds in browsers and proxies; for as long as this server is away they may show what they have. */
const CACHED = "public, max-age=10, stale-if-error=600";

async function answerPage(c: AppContext, at: PageAt, form: Form): Promise<Response> {
  const served = await c.var.deps.statusPages.find(at.slug);
  if (served === null) return await nothingHere(c);
  const isOpen = served.loaded.visibility === "public";
  if (!isOpen && !hasTicket(c, served)) return lockedAnswer(c, { served, at, form });
  const answer = await madeAnswer(c, { served, at, form });
  const modifiedAt = new Date(form.modifiedAt(served));
  const headers = {
    ...form.headers,
    "content-type": form.type,
    etag: form.etag(served),
    "last-modified": modifiedAt.toUTCString(),
    "cache-control": isOpen ? CACHED : "private, no-cache",
    vary: isOpen ? "accept-encoding" : "accept-encoding, cookie",
  };
  if (isKnown(c, headers.etag, modifiedAt)) return c.body(null, 304, headers);
  if (!acceptsGzip(c.req.header("accept-encoding"))) return c.body(answer.plain, 200, headers);
  return c.body(answer.packed, 200, { ...headers, "content-encoding": "gzip" });
}

type Asked = { served: ServedPage; at: PageAt; form: Form };

async function madeAnswer(c: AppContext, { served, at, form }: Asked) {
  const { settings } = c.var.deps;
  const key = `${at.base} ${form.type} ${form === EMBED}`;
  const known = served.answers.get(key);
  if (known !== undefined) return await known;
  const { host } = served.loaded;
  const url = pageUrl({ slug: at.slug, host }, settings.publicUrl);
  const made = pack(form.make(served, { url, base: at.base, hasMail: settings.mail }));
  served.answers.set(key, made);
  return await made;
}

async function pack(made: string | Promise<string>) {
  const plain = new TextEncoder().encode(await made);
  return { plain, packed: await compress(plain) };
}

/** RFC 9110, 13.2.2: the date counts only where no tag was sent. Dates in headers have whole seconds. */
function isKnown(c: AppContext, etag: string, modifiedAt: Date): boolean {
  const tags = c.req.header("if-none-match");
  if (tags !== undefined) return tags.split(/\s*,\s*/).includes(etag) || tags.trim() === "*";
  const since = Date.parse(c.req.header("if-modified-since") ?? "");
  return Math.floor(modifiedAt.getTime() / 1_000) * 1_000 <= since;
}

function lockedAnswer(c: AppContext, { served, at, form }: Asked): Response | Promise<Response> {
  if (form !== HTML) return c.text("This status page asks for a password: open it in a browser.", 401);
  const { name, theme } = served.loaded;
  return showNotice(c, 401, { ...passwordNotice(at.base, name, false), theme });
}

/** Whether a name can be the host of a page at all: what is of one word, or an address, is the machine's own. */
const NAMED_HOST = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?!\d+$|localhost$)[a-z0-9-]+$/;

/**
 * Serves a page at its own host, and there nothing else: neither the app nor the API. A host that belongs to no page
 * goes on to them.
 */
export function ownHosts(publicUrl: string): MiddlewareHandler<AppEnv> {
  const ours = new URL(publicUrl).hostname;
  return async function serveOwnHost(c, next) {
    const host = hostName(c);
    if (host === ours || !NAMED_HOST.test(host)) return await next();
    const slug = await findPage(c, host);
    return slug === undefined ? await next() : await answerOwnHost(c, slug);
  };
}

/** While nothing is known of any host, a program that watches over this one is answered all the same. */
async function findPage(c: AppContext, host: string): Promise<string | null | undefined> {
  try {
    return await c.var.deps.statusPages.findHost(host);
  } catch (error) {
    if (c.req.path.startsWith("/health/")) return undefined;
    throw error;
  }
}

function hostName(c: AppContext): string {
  return (c.req.header("host") ?? "").trim().toLowerCase().replace(/:\d+$/, "").replace(/\.$/, "");
}

async function answerOwnHost(c: AppContext, slug: string | null): Promise<Response> {
  const [, name = "", ...rest] = c.req.path.split("/");
  const isReading = c.req.method === "GET" || c.req.method === "HEAD";
  if (rest.length > 0 || slug === null || !(isReading || c.req.method === "POST"))
    return await nothingHere(c);
  const handler = name === "" && isReading ? READS[""] : own(isReading ? READS : FORMS, name);
  return await handle(c, handler, { slug, base: "" });
}

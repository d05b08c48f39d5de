import { mailAddress } from "@overdue/core";
import {
  confirmSubscription,
  endSubscription,
  findLinkedSubscription,
  signPageTicket,
  subscribe,
  type Subscription,
  TooManyPasswords,
  verifyPassword,
} from "@overdue/db";
import { DAY_SECONDS } from "@overdue/schedules";
import { setCookie } from "hono/cookie";
import { html } from "hono/html";

import type { AppContext } from "../http/context.ts";
import { cookieAttributes } from "../http/cookies.ts";
import { readForm } from "../http/json-body.ts";
import { clientAddressGroup } from "../http/rate-limits.ts";
import type { ServedPage } from "./page-cache.ts";
import { type Notice, passwordNotice } from "./page-html.ts";
import { hasTicket, type PageAt, showNotice, TICKET_COOKIE } from "./visitor.ts";

const TICKET_SECONDS = 7 * DAY_SECONDS;

const ELSEWHERE: Notice = {
  title: "This form was sent from elsewhere",
  sentences: ["Open the status page, and send the form from there."],
};
const GONE: Notice = {
  title: "There is nothing here",
  sentences: ["No status page has this address. If you followed a link, the page was moved or deleted."],
};
const TOO_OFTEN: Notice = {
  title: "Too many tries",
  sentences: ["This was tried too often from your network: try again in an hour."],
};

const BUSY: Notice = {
  title: "Too many visitors at once",
  sentences: ["Too many passwords are checked at this moment: try again in a few seconds."],
};

/** Takes the password of a page, and gives the browser a ticket for it. */
export async function sendPassword(c: AppContext, at: PageAt): Promise<Response> {
  const { statusPages, limits, keyring, now, settings } = c.var.deps;
  if (!isFromPage(c)) return showNotice(c, 403, ELSEWHERE);
  const served = await statusPages.find(at.slug);
  if (served === null) return showNotice(c, 404, GONE);
  const { id: pageId, name, theme, passwordHash } = served.loaded;
  const state = await limits.pagePassword(pageId, clientAddressGroup(c));
  if (state.isRefused) return showNotice(c, 429, { ...TOO_OFTEN, theme, back: at.base || "/" });
  const password = (await readForm(c.req.raw)).get("password")?.slice(0, 128) ?? "";
  const isRight = await isPagePassword(passwordHash, password);
  if (isRight === "busy") return showNotice(c, 503, { ...BUSY, theme, back: at.base || "/" });
  if (!isRight) return showNotice(c, 401, { ...passwordNotice(at.base, name, true), theme });
  const expires = String(Math.floor(now() / 1_000) + TICKET_SECONDS);
  setCookie(c, TICKET_COOKIE, signPageTicket(keyring, { pageId, passwordHash, expires }), {
    ...cookieAttributes(settings.publicUrl, TICKET_SECONDS),
    path: at.base || "/",
  });
  return c.redirect(at.base || "/", 303);
}

async function isPagePassword(hash: string | null, password: string): Promise<boolean | "busy"> {
  try {
    return hash !== null && (await verifyPassword(hash, password));
  } catch (error) {
    if (error instanceof TooManyPasswords) return "busy";
    throw error;
  }
}

/**
 * Notes an address that may want the updates of a page. The answer is the same whether or not it gets them already, so
 * that nobody learns who does.
 */
export async function subscribeAddress(c: AppContext, at: PageAt): Promise<Response> {
  const { statusPages, limits, db, settings } = c.var.deps;
  if (!isFromPage(c)) return showNotice(c, 403, ELSEWHERE);
  const served = await statusPages.find(at.slug);
  if (served === null || !settings.mail) return showNotice(c, 404, GONE);
  const { id: pageId, projectId, name, theme, visibility } = served.loaded;
  const look = { theme, back: at.base || "/" };
  if (visibility === "password" && !hasTicket(c, served))
    return showNotice(c, 401, { ...passwordNotice(at.base, name, false), theme });
  const typed = (await readForm(c.req.raw)).get("email") ?? "";
  const { data: email, error } = ADDRESS.safeParse(typed);
  if (error !== undefined)
    return showNotice(c, 400, {
      title: "No address",
      sentences: [error.issues[0]?.message ?? WRONG],
      ...look,
    });
  const state = await limits.subscription({ group: clientAddressGroup(c), pageId, email });
  if (state.isRefused) return showNotice(c, 429, { ...TOO_OFTEN, ...look });
  await subscribe(db, { projectId, pageId }, email);
  return showNotice(c, 200, { ...askedNotice(email, served), ...look });
}

const WRONG = "This is no e-mail address: write one such as you@example.org.";
const ADDRESS = mailAddress(WRONG);

function askedNotice(email: string, { loaded: { name } }: ServedPage): Notice {
  return {
    title: "Look into your mailbox",
    sentences: [
      `If ${email} does not get the updates of “${name}” yet, a mail with a link is on its way. They come once you have opened it and agreed.`,
      "Another mail is sent after an hour at the earliest, so look among the unwanted ones too.",
    ],
  };
}

/**
 * A browser names where a form was sent from; a page that sends no referrer may be called `null`, and then says at least
 * that it is of the same origin.
 */
function isFromPage(c: AppContext): boolean {
  const site = c.req.header("sec-fetch-site");
  if (site !== undefined) return site === "same-origin" || site === "none";
  const origin = c.req.header("origin");
  if (origin === undefined) return true;
  return URL.parse(origin)?.host === (c.req.header("host") ?? new URL(c.req.url).host).toLowerCase();
}

/** The link of the mail that asks. Opening it changes nothing, because mail scanners open links. */
export async function confirm(c: AppContext): Promise<Response> {
  const found = await findLinked(c, "confirm");
  if (found === null) return showNotice(c, 404, UNKNOWN);
  const back = `/status/${found.slug}`;
  if (c.req.method === "POST") await confirmSubscription(c.var.deps.db, found.id);
  else if (!found.isConfirmed)
    return showNotice(c, 200, {
      title: "Get updates here?",
      sentences: [
        `Somebody wants the updates of “${found.pageName}” to go to ${found.email}.`,
        "If you agree, they come from now on, and each has a link that ends them. If you know nothing of it, close this page: then nothing comes.",
      ],
      form: button("Yes, send updates here"),
    });
  return showNotice(c, 200, {
    title: "Thank you: updates come here",
    sentences: [`${found.email} gets the updates of “${found.pageName}” from now on.`],
    back,
  });
}

/** The link that is in every mail. A mail program's own button posts here without asking (RFC 8058). */
export async function end(c: AppContext): Promise<Response> {
  const found = await findLinked(c, "unsubscribe");
  if (found === null) return showNotice(c, 404, UNKNOWN);
  if (c.req.method !== "POST")
    return showNotice(c, 200, {
      title: "Stop these mails?",
      sentences: [`${found.email} gets the updates of “${found.pageName}”. After this it gets none.`],
      form: button("Stop these mails"),
    });
  await endSubscription(c.var.deps.db, found.id);
  return showNotice(c, 200, {
    title: "No more mails",
    sentences: [
      `${found.email} gets no more updates of “${found.pageName}”, and is not kept here. If that was a mistake, subscribe again on the page.`,
    ],
    back: `/status/${found.slug}`,
  });
}

const UNKNOWN: Notice = {
  title: "This link leads nowhere",
  sentences: [
    "It was not made by this instance, or the subscription is gone: then no more mails come. A question for an address is good for three days.",
  ],
};

async function findLinked(c: AppContext, purpose: "confirm" | "unsubscribe"): Promise<Subscription | null> {
  const { db, keyring } = c.var.deps;
  return await findLinkedSubscription(db, keyring, { purpose, query: new URL(c.req.url).searchParams });
}

function button(label: string) {
  return html`<form method="post"><button type="submit">${label}</button></form>`;
}

import { isPageTicket } from "@overdue/db";
import { getCookie } from "hono/cookie";

import type { AppContext } from "../http/context.ts";
import type { ServedPage } from "./page-cache.ts";
import { statusPolicy } from "./page-frame.ts";
import { type Notice, noticeHtml } from "./page-html.ts";

/** Where a page was asked for. `base`: what the addresses of it begin with, empty at its own host. */
export type PageAt = { slug: string; base: string };

/** Holds the proof that its browser knows the password of a page; it is sent to the addresses of that page alone. */
export const TICKET_COOKIE = "overdue.page";

type Theme = "auto" | "light" | "dark";

/** Answers with one of the small pages; it is never cached. */
export async function showNotice(
  c: AppContext,
  status: 200 | 400 | 401 | 403 | 404 | 429 | 503,
  notice: Notice & { theme?: Theme; back?: string },
): Promise<Response> {
  const { theme = "auto", back = null } = notice;
  c.header("content-security-policy", statusPolicy("'none'"));
  c.header("x-robots-tag", "noindex");
  return c.html(await noticeHtml(notice, { theme, back }), status);
}

/** Whether the browser that asks has given the password of the page. */
export function hasTicket(c: AppContext, { loaded }: ServedPage): boolean {
  const { keyring, now } = c.var.deps;
  const ticket = getCookie(c, TICKET_COOKIE) ?? "";
  return isPageTicket(keyring, { ticket, pageId: loaded.id, passwordHash: loaded.passwordHash, now: now() });
}

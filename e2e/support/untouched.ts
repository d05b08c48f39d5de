import type { Page } from "playwright";

/** A page on which no text has become anything else. */
export const UNTOUCHED = { ran: null, strange: [], elements: [], misdeeds: [] };

/** Notes what a page must not do: dialogs, requests to other hosts, violations of its content policy. Also each Referer. */
export function watchPage(page: Page, origin: string) {
  const misdeeds: string[] = [];
  const referrers = new Set<string>();
  page.on("console", (message) => {
    if (/Content Security Policy|Trusted ?Type/.test(message.text())) misdeeds.push(message.text());
  });
  page.on("dialog", (dialog) => misdeeds.push(`dialog ${dialog.message()}`));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.origin !== origin && !["data:", "blob:"].includes(url.protocol))
      misdeeds.push(`request to ${request.url()}`);
    const from = request.headers()["referer"];
    if (from !== undefined) referrers.add(from);
  });
  return { misdeeds, referrers };
}

/** Whether a script of a text ran, links that lead to a script, and elements that a text has made. */
const FIND = `(() => {
  const addressOf = (link) => new URL(link.href || link.action, document.baseURI);
  const plain = ["http:", "https:", "mailto:", "tel:"];
  const links = [...document.querySelectorAll("a[href], area[href], form[action]")];
  const made = [...document.querySelectorAll("[onerror], [onload], img[src='x'], style, script")];
  return {
    ran: globalThis.overdueRan ?? null,
    strange: links.map(addressOf).filter(({ protocol }) => !plain.includes(protocol)).map(String),
    elements: made.map(({ outerHTML }) => outerHTML).filter((html) => /overdueRan|evil\\.example/.test(html)),
  };
})()`;

export async function foundOn(page: Page): Promise<object> {
  return Object(await page.evaluate(FIND));
}

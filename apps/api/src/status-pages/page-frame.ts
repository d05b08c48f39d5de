import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import {
  isStroked,
  type Mark,
  type MarkKind,
  type PublicState,
  STRIP_COLOURS,
  stripShapes,
} from "@overdue/core";
import type { Instant } from "@overdue/schedules";
import { html, raw } from "hono/html";

export type Html = ReturnType<typeof html>;

const STRIP = { height: 28, pitch: 6 };

const STYLE = [
  readFileSync(new URL("status-page.css", import.meta.url), "utf8").replaceAll(/\n\s*/g, ""),
  colourRules(STRIP_COLOURS.light, ""),
  `@media(prefers-color-scheme:dark){${darkRules('[data-theme="auto"]')}}`,
  darkRules('[data-theme="dark"]'),
].join("");

function darkRules(under: string): string {
  const variables =
    "--ground:#16181d;--card:#1f2228;--text:#e9ecf1;--soft:#a3abb6;--line:#363b44;--accent:#8ab4ff;" +
    "--operational:#6fdc8c;--degraded:#ffc069;--down:#ff8f98;--maintenance:#9cbcff;--unknown:#a3abb6;color-scheme:dark";
  return `${under}{${variables}}${under} button{color:#10151f}${colourRules(STRIP_COLOURS.dark, `${under} `)}`;
}

function colourRules(colours: Record<MarkKind, string>, under: string): string {
  return Object.entries(colours)
    .map(([kind, colour]) => `${under}.m-${kind}{color:${colour}}`)
    .join("");
}

const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

/**
 * What a status page may load: the style in it, which is named by its hash so that the page can be cached, and nothing
 * else. `frames`: who may show it in a frame.
 */
export function statusPolicy(frames: "'none'" | "*"): string {
  return `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors ${frames}`;
}

export type Frame = { title: string; theme: "auto" | "light" | "dark"; head?: Html; isIndexed: boolean };

/** A whole document around its body. It needs no script and no other file. */
export async function renderDocument({ title, theme, head, isIndexed }: Frame, body: Html): Promise<string> {
  const page = await html`<!doctype html>
    <html lang="en" data-theme="${theme}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        ${isIndexed ? "" : html`<meta name="robots" content="noindex" />`}
        <title>${title}</title>
        ${head ?? ""} ${raw(`<style>${STYLE}</style>`)}
      </head>
      ${body}
    </html>`;
  return page.replaceAll(/\n\s*/g, "\n");
}

const ICONS: Record<PublicState, string> = {
  operational: "M8 0a8 8 0 1 0 0 16A8 8 0 0 0 8 0ZM6.8 11.6 3.4 8.2l1.2-1.2 2.2 2.2 4.6-4.6 1.2 1.2Z",
  degraded: "M8 .8 16 15H0ZM7.1 6v4.5h1.8V6Zm0 5.7v1.7h1.8v-1.7Z",
  down: "M8 0a8 8 0 1 0 0 16A8 8 0 0 0 8 0ZM4.4 5.6l1.2-1.2L8 6.8l2.4-2.4 1.2 1.2L9.2 8l2.4 2.4-1.2 1.2L8 9.2l-2.4 2.4-1.2-1.2L6.8 8Z",
  maintenance: "M8 0a8 8 0 1 0 0 16A8 8 0 0 0 8 0ZM7.1 3.4h1.8v4.2l2.7 2.7-1.3 1.3-3.2-3.3Z",
  unknown: "M8 0a8 8 0 1 0 0 16A8 8 0 0 0 8 0Zm0 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2ZM4.5 7.1h7v1.8h-7Z",
};

export const STATE_TEXT: Record<PublicState, string> = {
  operational: "Operational",
  degraded: "Has problems",
  down: "Down",
  maintenance: "In maintenance",
  unknown: "Not watched",
};

export function stateIcon(state: PublicState): Html {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
    <path fill="currentColor" fill-rule="evenodd" d="${ICONS[state]}" />
  </svg>`;
}

export function stateLabel(state: PublicState): Html {
  return html`<span class="state ${state}">${stateIcon(state)}${STATE_TEXT[state]}</span>`;
}

/** The heartbeat strip, as wide as its place. */
export function stripPicture(marks: readonly (Mark | null)[], label: string): Html {
  const width = marks.length * STRIP.pitch;
  const paths = stripShapes(marks, STRIP).map(({ kind, path }) => markPath(kind, path));
  return html`<svg
    class="strip"
    viewBox="0 0 ${width} ${STRIP.height}"
    preserveAspectRatio="none"
    role="img"
    aria-label="${label}"
  >
    ${raw(paths.join(""))}
  </svg>`;
}

function markPath(kind: MarkKind, path: string): string {
  const paint = isStroked(kind) ? `fill="none" stroke="currentColor"` : `fill="currentColor"`;
  return `<path class="m-${kind}" ${paint} d="${path}"/>`;
}

const KEY: readonly [MarkKind, string][] = [
  ["on-time", "on time"],
  ["late", "late"],
  ["failed", "failed"],
  ["missed", "missed"],
  ["excluded", "not counted"],
];

/** What the marks of the strips mean. */
export function stripKey(): Html {
  return html`<div class="key">
    ${KEY.map(([kind, text]) => {
      const [shape] = stripShapes([{ kind, level: 5 }], { height: 18, pitch: 8 });
      return html`<span
        ><svg width="8" height="18" aria-hidden="true">${raw(shape ? markPath(kind, shape.path) : "")}</svg
        >${text}</span
      >`;
    })}
  </div>`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** An instant for readers, with its zone: "20 Nov, 14:05 CET". */
export function timeText(at: Instant, timezone: string): string {
  const known = formats.get(timezone);
  const format =
    known ??
    new Intl.DateTimeFormat("en-GB", {
      timeZone: timezone,
      day: "numeric",
      month: "short",
      hour: "2-digit",
      minute: "2-digit",
      timeZoneName: "short",
    });
  formats.set(timezone, format);
  return format.format(at);
}

export function timeTag(at: Instant, timezone: string): Html {
  return html`<time datetime="${new Date(at).toISOString()}">${timeText(at, timezone)}</time>`;
}

import { type DisplayStatus, escapeXml } from "@overdue/core";

/** What a badge says of some checks together. */
export type BadgeState = { status: "up" | "late" | "down"; total: number; grace: number; down: number };

/** Down if any is; late if any is and three states are asked for; else up, as new, paused and running checks are. */
export function badgeState(statuses: readonly DisplayStatus[], threeStates: boolean): BadgeState {
  const down = statuses.filter((status) => status === "down").length;
  const grace = statuses.filter((status) => status === "grace").length;
  const status = down > 0 ? "down" : threeStates && grace > 0 ? "late" : "up";
  return { status, total: statuses.length, grace, down };
}

const WIDE = /[MW@%mw]/;
const NARROW = /[fijlrtI.,:;|!'()[\] ]/;

/** About how many pixels a text takes at 11 px in a sans-serif font. */
function textWidth(text: string): number {
  return Array.from(text).reduce((width, letter) => width + letterWidth(letter), 0);
}

function letterWidth(letter: string): number {
  if ((letter.codePointAt(0) ?? 0) >= 0x1100) return 11;
  if (WIDE.test(letter)) return 10;
  if (NARROW.test(letter)) return 4.5;
  return /[A-Z]/.test(letter) ? 8 : 6.8;
}

const HEIGHT = 20;
const PADDING = 10;
const COLORS: Record<BadgeState["status"], string> = { up: "#4c1", late: "#fe7d37", down: "#e05d44" };

/** A two-part badge: the label on grey, the status on its colour. */
export function badgeSvg(label: string, status: BadgeState["status"]): string {
  const text = escapeXml(label);
  const left = Math.ceil(textWidth(label)) + PADDING;
  const right = Math.ceil(textWidth(status)) + PADDING;
  const width = left + right;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT}" role="img" aria-label="${text}: ${status}">
<title>${text}: ${status}</title>
<clipPath id="r"><rect width="${width}" height="${HEIGHT}" rx="3"/></clipPath>
<g clip-path="url(#r)">
<rect width="${left}" height="${HEIGHT}" fill="#555"/>
<rect x="${left}" width="${right}" height="${HEIGHT}" fill="${COLORS[status]}"/>
</g>
<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="${left / 2}" y="14" textLength="${left - PADDING}">${text}</text>
<text x="${left + right / 2}" y="14" textLength="${right - PADDING}">${status}</text>
</g>
</svg>
`;
}

import { escapeXml } from "../text/visible-text.ts";
import type { Mark, MarkKind } from "./mark.ts";

/** The size of a strip in pixels. `pitch`: the distance from one mark to the next. */
export type StripSize = { height: number; pitch: number };

/** All marks of one kind as one SVG path. `stroke`: it is drawn as lines, not filled. */
export type StripShape = { kind: MarkKind; path: string; stroke: boolean };

/** Pixels kept free above a mark for the cap of a late one. */
const CAP_PX = 4;
/** The least height of a mark, in pixels. */
const HEIGHT_PX_MIN = 6;
const STROKED: ReadonlySet<string> = new Set<MarkKind>(["missed", "excluded"]);

/** Whether the shape of a kind is drawn as lines; all others are filled. */
export function isStroked(kind: string): boolean {
  return STROKED.has(kind);
}

/**
 * The shapes of a strip, one path for each kind that occurs, so that each strip of a long list has only a few elements. A
 * null leaves a gap. Every kind has a shape of its own: solid, solid with a cap, notched, hollow, open at the top,
 * hatched, or a thin line.
 */
export function stripShapes(marks: readonly (Mark | null)[], size: StripSize): StripShape[] {
  const paths = new Map<MarkKind, string>();
  marks.forEach((mark, index) => {
    if (mark === null) return;
    const path = markPath(mark, index * size.pitch, size);
    paths.set(mark.kind, (paths.get(mark.kind) ?? "") + path);
  });
  return [...paths].map(([kind, path]) => ({ kind, path, stroke: isStroked(kind) }));
}

/** The box in which a shape is drawn, in pixels. */
export type Box = { left: number; right: number; top: number; bottom: number };

/** The height of a mark in a strip of this height, both in pixels; a late one has its cap above that. */
export function markHeight({ kind, level }: Mark, height: number): number {
  return kind === "overlong" ? height : HEIGHT_PX_MIN + ((height - CAP_PX - HEIGHT_PX_MIN) * (level - 1)) / 7;
}

function markPath(mark: Mark, x: number, { height, pitch }: StripSize): string {
  const { kind } = mark;
  const width = pitch - Math.max(1, Math.min(2, pitch / 3));
  const tall = markHeight(mark, height);
  if (kind === "paused") return rectangle({ left: x, right: x + pitch, top: height - 1.5, bottom: height });
  return shapePath(kind, { left: x, right: x + width, top: height - tall, bottom: height });
}

/** The shape of a kind, as an SVG path that fills a box of any width; a late one has its cap above the box. */
export function shapePath(kind: MarkKind, box: Box): string {
  switch (kind) {
    case "on-time":
    case "running":
      return rectangle(box);
    case "late":
      return rectangle(box) + rectangle({ ...box, top: box.top - CAP_PX + 0.5, bottom: box.top - 1.5 });
    case "failed":
      return notched(box);
    case "missed":
      return hollow(box);
    case "overlong":
      return openTop(box);
    case "excluded":
      return hatched(box);
    case "paused":
      return rectangle({ ...box, top: box.bottom - 1.5 });
  }
}

function rectangle({ left, right, top, bottom }: Box): string {
  return `M${n(left)} ${n(top)}H${n(right)}V${n(bottom)}H${n(left)}z`;
}

/** A V cut into the top: three fifths of the mark deep, at most six pixels, and at most ten pixels wide. */
function notched({ left, right, top, bottom }: Box): string {
  const deep = top + Math.min(6, (bottom - top) * 0.6);
  const middle = (left + right) / 2;
  const half = Math.min(5, (right - left) / 2);
  const cut = `H${n(middle - half)}L${n(middle)} ${n(deep)}L${n(middle + half)} ${n(top)}H${n(right)}`;
  return `M${n(left)} ${n(top)}${cut}V${n(bottom)}H${n(left)}z`;
}

/** The outline, drawn inside the box. */
function hollow({ left, right, top, bottom }: Box): string {
  return rectangle({ left: left + 0.6, right: right - 0.6, top: top + 0.6, bottom: bottom - 0.6 });
}

/** Filled at the bottom, with two rails up to the top. */
function openTop({ left, right, top, bottom }: Box): string {
  const rail = Math.max(0.9, (right - left) / 4);
  const filled = top + (bottom - top) * 0.45;
  return (
    rectangle({ left, right, top: filled, bottom }) +
    rectangle({ left, right: left + rail, top, bottom: filled }) +
    rectangle({ left: right - rail, right, top, bottom: filled })
  );
}

/** Slanted lines, 3.5 pixels apart. */
function hatched({ left, right, top, bottom }: Box): string {
  const lines: string[] = [];
  for (let y = bottom - 0.6; y - (right - left) >= top - 0.1; y -= 3.5)
    lines.push(`M${n(left)} ${n(y)}L${n(right)} ${n(y - (right - left))}`);
  return lines.join("");
}

function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}

const LIGHT: Record<MarkKind, string> = {
  "on-time": "#1b7a34",
  late: "#9a5b00",
  failed: "#c01f2f",
  missed: "#c01f2f",
  overlong: "#7a3fb0",
  running: "#31569c",
  excluded: "#586069",
  paused: "#586069",
};
const DARK: Record<MarkKind, string> = {
  "on-time": "#6fdc8c",
  late: "#ffc069",
  failed: "#ff8f98",
  missed: "#ff8f98",
  overlong: "#cda8ff",
  running: "#9cbcff",
  excluded: "#a3abb6",
  paused: "#a3abb6",
};

/** The colours of the kinds in the light and in the dark theme. */
export const STRIP_COLOURS = { light: LIGHT, dark: DARK };

const EMPTY_WIDTH_PX = 64;

/**
 * A strip as an SVG document, for badges, in light or dark colours as the viewer's device prefers. `title` is shown and
 * read aloud, so it must not contain anything secret.
 */
export function stripSvg(marks: readonly Mark[], { title, ...size }: StripSize & { title: string }): string {
  const width = marks.length === 0 ? EMPTY_WIDTH_PX : marks.length * size.pitch;
  const shapes = stripShapes(marks, size);
  const dark = shapes.map(({ kind }) => `.${kind}{color:${DARK[kind]}}`).join("");
  const paths = shapes.map(({ kind, path, stroke }) => {
    const paint = stroke ? `fill="none" stroke="currentColor"` : `fill="currentColor"`;
    return `<path class="${kind}" color="${LIGHT[kind]}" ${paint} d="${path}"/>`;
  });
  const text = escapeXml(title);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${size.height}" role="img" aria-label="${text}">`,
    `<title>${text}</title>`,
    `<style>@media(prefers-color-scheme:dark){${dark}}</style>`,
    ...(marks.length === 0
      ? [
          `<text y="${size.height - 8}" font-family="sans-serif" font-size="12" fill="#808893">no run yet</text>`,
        ]
      : paths),
    "</svg>",
    "",
  ].join("\n");
}

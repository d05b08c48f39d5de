import { type Mark, markHeight, type MarkKind, STRIP_COLOURS } from "@overdue/core";
import { createElement as h, type CSSProperties, type ReactElement } from "react";

/**
 * The strip of a check in a mail: a table of coloured cells, since Gmail and Outlook show no SVG and many readers load no
 * pictures. Each kind has the same shape as elsewhere, as far as borders can draw it. Lengths are in pixels.
 */

const HEIGHT_PX = 28;
const WIDTH_PX = 7;
const GAP_PX = 2;
const CAP_PX = 2;
const NOTCH_PX = 5;
const STRIPE_PX = 3;

/** One cell of a mark, listed from top to bottom. */
type Part = { height: number; look: "filled" | "empty" | "notch" | "box" | "rails" };

/** Draws the marks, oldest first. It is hidden from screen readers, since a line of the mail says the same in words. */
export function stripTable(marks: readonly Mark[]): ReactElement {
  const cells = marks.map((mark, index) =>
    h("td", { key: index, valign: "bottom", style: cell }, markTable(mark)),
  );
  return h(
    "table",
    { ...TABLE, "aria-hidden": true, style: { margin: "0 0 16px" } },
    h("tbody", null, h("tr", { style: { height: HEIGHT_PX } }, ...cells)),
  );
}

const TABLE = { role: "presentation", cellPadding: 0, cellSpacing: 0, border: 0 };
const cell: CSSProperties = { padding: `0 ${GAP_PX}px 0 0`, verticalAlign: "bottom" };

function markTable(mark: Mark): ReactElement {
  const rows = markParts(mark).map((part, index) => h("tr", { key: index }, partCell(mark.kind, part)));
  return h("table", { ...TABLE, width: WIDTH_PX }, h("tbody", null, ...rows));
}

function markParts(mark: Mark): Part[] {
  const height = Math.round(markHeight(mark, HEIGHT_PX));
  switch (mark.kind) {
    case "on-time":
    case "running":
      return [{ height, look: "filled" }];
    case "late":
      return [
        { height: CAP_PX, look: "filled" },
        { height: CAP_PX, look: "empty" },
        { height, look: "filled" },
      ];
    case "failed":
      return [
        { height: NOTCH_PX, look: "notch" },
        { height: Math.max(1, height - NOTCH_PX), look: "filled" },
      ];
    case "missed":
      return [{ height, look: "box" }];
    case "overlong":
      return [
        { height: Math.round(height * 0.45), look: "rails" },
        { height: Math.round(height * 0.55), look: "filled" },
      ];
    case "excluded":
      return stripes(height);
    case "paused":
      return [{ height: CAP_PX, look: "filled" }];
  }
}

function stripes(height: number): Part[] {
  const count = Math.max(2, Math.round((height + STRIPE_PX) / (2 * STRIPE_PX - 1)));
  const pair = [
    { height: STRIPE_PX - 1, look: "filled" },
    { height: STRIPE_PX, look: "empty" },
  ] as const;
  return Array.from({ length: count }, () => pair)
    .flat()
    .slice(0, -1);
}

function partCell(kind: MarkKind, { height, look }: Part): ReactElement {
  const colour = STRIP_COLOURS.light[kind];
  const className = look === "empty" ? undefined : `${look === "filled" ? "f" : "l"}-${kind}`;
  if (look === "notch")
    return h("td", { style: flat(height) }, h("div", { className, style: notch(colour) }));
  return h("td", { className, style: { ...flat(height), ...LOOKS[look](colour) } });
}

/** A cell is at least as tall as a line of text, unless the line height is zero. */
function flat(height: number): CSSProperties {
  return { boxSizing: "border-box", fontSize: 0, height, lineHeight: 0, padding: 0 };
}

const LOOKS: Record<Exclude<Part["look"], "notch">, (colour: string) => CSSProperties> = {
  filled: (backgroundColor) => ({ backgroundColor }),
  empty: () => ({}),
  box: (colour) => ({ border: `1px solid ${colour}` }),
  rails: (colour) => ({ borderLeft: `2px solid ${colour}`, borderRight: `2px solid ${colour}` }),
};

/** Two coloured borders below a transparent one leave a V between them. */
function notch(colour: string): CSSProperties {
  const side = `${WIDTH_PX / 2}px solid ${colour}`;
  return {
    borderLeft: side,
    borderRight: side,
    borderTop: `${NOTCH_PX}px solid transparent`,
    fontSize: 0,
    height: 0,
    lineHeight: 0,
    width: 0,
  };
}

/** The dark colours, for the style sheet of a mail. The third border of a notch stays transparent. */
export const STRIP_DARK = Object.entries(STRIP_COLOURS.dark)
  .map(([kind, colour]) => {
    const lines =
      kind === "missed" ? "border-color" : `border-right-color: ${colour} !important; border-left-color`;
    return `  .card .f-${kind} { background-color: ${colour} !important; } .card .l-${kind} { ${lines}: ${colour} !important; }`;
  })
  .join("\n");

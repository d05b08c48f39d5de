import type { FaceContext } from "../face-env.ts";
import { FaceError } from "../face-error.ts";
import type { BadgeState } from "./badge-state.ts";
import { badgeSvg } from "./badge-svg.ts";

// A picture on other people's pages, and never an old one.
const FRESH = {
  "cache-control": "max-age=0, no-cache, no-store, must-revalidate, private",
  "cross-origin-resource-policy": "cross-origin",
};
const SHIELD_COLORS: Record<BadgeState["status"], string> = {
  up: "success",
  late: "important",
  down: "critical",
};

export type Badge = { label: string; state: BadgeState };

/** The badge in the format that the file's ending names. @throws FaceError 404 for another ending. */
export function badgeAnswer(c: FaceContext, format: string, { label, state }: Badge): Response {
  switch (format) {
    case "svg":
      return c.body(badgeSvg(label, state.status), 200, { ...FRESH, "content-type": "image/svg+xml" });
    case "json":
      return c.json(state, 200, FRESH);
    case "shields":
      return c.json(shield(label, state.status), 200, FRESH);
    default:
      throw new FaceError(404);
  }
}

function shield(label: string, message: BadgeState["status"]) {
  return { schemaVersion: 1, label, message, color: SHIELD_COLORS[message] };
}

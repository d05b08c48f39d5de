import { createHash, createHmac } from "node:crypto";

import { checkName, displayStatus, type DisplayStatus, splitTags, twoPartBadge } from "@overdue/core";
import {
  type CheckWithChannels,
  findCheckByBadgeUuid,
  findProject,
  findProjectByBadgeKey,
  findProjectChecks,
  isSameSecret,
  toCheck,
} from "@overdue/db";
import { z } from "zod";

import { type Endpoint, type HealthchecksContext, HealthchecksError } from "./endpoint.ts";
import { BADGE, BADGES } from "./shapes.ts";

const SIGNATURE_CHARS = 8;
/** Stands behind the signature in the URL of a badge that has no state "late". */
const TWO_STATES = "-2";

/** The signature in a badge's URL, made of the secret, the project's badge key and the tag (`*` for all checks). */
export function badgeSignature(secret: string, badge: { badgeKey: string; tag: string }): string {
  const key = createHash("sha1")
    .update(badge.badgeKey + secret)
    .digest();
  return createHmac("sha1", key).update(badge.tag).digest("base64url").slice(0, SIGNATURE_CHARS);
}

/** Whether one of the secrets made this signature; only its first 8 characters count. */
function isBadgeSignature(
  signature: string,
  secrets: readonly string[],
  badge: { badgeKey: string; tag: string },
): boolean {
  const sent = signature.slice(0, SIGNATURE_CHARS);
  return secrets.some((secret) => isSameSecret(sent, badgeSignature(secret, badge)));
}

const FORMATS = ["svg", "json", "shields"] as const;

/** The URLs of a tag's badges (`*`: of all checks), with two states, and with three under the names that end in 3. */
function badgeUrls(
  tag: string,
  { publicUrl, badgeKey, secret }: { publicUrl: string; badgeKey: string; secret: string },
) {
  const signature = badgeSignature(secret, { badgeKey, tag });
  const base = `${publicUrl}/badge/${badgeKey}/${signature}`;
  // Encoded twice, since a server decodes the path once before it routes it.
  const name = tag === "*" ? "" : `/${quote(quote(tag))}`;
  return Object.fromEntries(
    FORMATS.flatMap((format) => [
      [format, `${base}${TWO_STATES}${name}.${format}`],
      [`${format}3`, `${base}${name}.${format}`],
    ]),
  );
}

/** Percent-encodes all but letters, digits and `_~.-`. */
function quote(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

// Other people's pages may show the picture, but never an old one.
const NOT_CACHED = {
  "cache-control": "max-age=0, no-cache, no-store, must-revalidate, private",
  "cross-origin-resource-policy": "cross-origin",
};
const SHIELD_COLORS: Record<BadgeState["status"], string> = {
  up: "success",
  late: "important",
  down: "critical",
};

type Badge = { label: string; state: BadgeState };

/** The badge in the format that the file name's extension says. @throws HealthchecksError 404 for any other extension */
function badgeAnswer(c: HealthchecksContext, format: string, { label, state }: Badge): Response {
  switch (format) {
    case "svg":
      return c.body(badgeSvg(label, state.status), 200, { ...NOT_CACHED, "content-type": "image/svg+xml" });
    case "json":
      return c.json(state, 200, NOT_CACHED);
    case "shields":
      return c.json(
        { schemaVersion: 1, label, message: state.status, color: SHIELD_COLORS[state.status] },
        200,
        NOT_CACHED,
      );
    default:
      throw new HealthchecksError(404);
  }
}

const PUBLIC = { auth: "public" } as const;
const ALL = "*";
const ALL_LABEL = "Overdue";

export const badgeEndpoints: readonly Endpoint[] = [
  {
    path: "/api/{version}/badges/",
    cors: true,
    methods: {
      GET: {
        access: { auth: "healthchecks", key: "read" },
        summary: "List the URLs of badges",
        success: BADGES,
        answer: listBadges,
      },
    },
  },
  {
    path: "/badge/{badgeKey}/{file}",
    cors: true,
    methods: {
      GET: {
        access: PUBLIC,
        summary: "Badge of all checks of a project",
        success: BADGE,
        answer: projectBadge,
      },
    },
  },
  {
    path: "/badge/{badgeKey}/{signature}/{file}",
    cors: true,
    methods: {
      GET: { access: PUBLIC, summary: "Badge of the checks with a tag", success: BADGE, answer: tagBadge },
    },
  },
  {
    path: "/b/{states:number}/{file}",
    cors: true,
    methods: { GET: { access: PUBLIC, summary: "Badge of one check", success: BADGE, answer: checkBadge } },
  },
];

async function listBadges(c: HealthchecksContext): Promise<Response> {
  const { db, settings } = c.var.deps;
  const { projectId } = c.var.call;
  const [project, rows] = await Promise.all([findProject(db, projectId), findProjectChecks(db, projectId)]);
  const [secret] = settings.secretKeys;
  if (project === null || secret === undefined) throw new HealthchecksError(404);
  const tags = new Set(rows.flatMap(({ tags }) => splitTags(tags)));
  const options = { publicUrl: settings.publicUrl, badgeKey: project.badgeKey, secret };
  return c.json({
    badges: Object.fromEntries([...[...tags].toSorted(), ALL].map((tag) => [tag, badgeUrls(tag, options)])),
  });
}

async function projectBadge(c: HealthchecksContext): Promise<Response> {
  const { name: signature, format } = fileIn(c);
  return await signedBadge(c, { signature, tag: ALL, format });
}

async function tagBadge(c: HealthchecksContext): Promise<Response> {
  const { name, format } = fileIn(c);
  return await signedBadge(c, { signature: c.req.param("signature") ?? "", tag: decode(name), format });
}

async function signedBadge(
  c: HealthchecksContext,
  { signature, tag, format }: { signature: string; tag: string; format: string },
): Promise<Response> {
  const { db, settings } = c.var.deps;
  const badgeKey = c.req.param("badgeKey") ?? "";
  if (!isBadgeSignature(signature, settings.secretKeys, { badgeKey, tag })) throw new HealthchecksError(404);
  const project = await findProjectByBadgeKey(db, badgeKey);
  if (project === null) throw new HealthchecksError(404);
  const rows = await findProjectChecks(db, project.id, { tags: tag === ALL ? [] : [tag] });
  const hasThreeStates = signature.slice(SIGNATURE_CHARS) !== TWO_STATES;
  return badgeAnswer(c, format, {
    label: tag === ALL ? ALL_LABEL : tag,
    state: badgeState(statusesOf(c, rows), hasThreeStates),
  });
}

async function checkBadge(c: HealthchecksContext): Promise<Response> {
  const { name, format } = fileIn(c);
  if (!z.uuid().safeParse(name).success) throw new HealthchecksError(404);
  const row = await findCheckByBadgeUuid(c.var.deps.db, name);
  if (row === null) throw new HealthchecksError(404);
  return badgeAnswer(c, format, {
    // Never the UUID: it is the secret of the ping URL, and the picture is public.
    label: checkName(row),
    state: badgeState(statusesOf(c, [row]), Number(c.req.param("states")) === 3),
  });
}

function statusesOf(c: HealthchecksContext, rows: readonly CheckWithChannels[]) {
  const now = c.var.deps.now();
  return rows.map((row) => displayStatus(toCheck(row), now));
}

/** The file of the path: its name, and its extension as the format. @throws HealthchecksError 404 without an extension */
function fileIn(c: HealthchecksContext): { name: string; format: string } {
  const file = c.req.param("file") ?? "";
  const dot = file.lastIndexOf(".");
  if (dot < 1) throw new HealthchecksError(404);
  return { name: file.slice(0, dot), format: file.slice(dot + 1) };
}

/** Decodes a name the second time, since the router has decoded it once. @throws HealthchecksError 404 if it was not encoded twice */
function decode(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    throw new HealthchecksError(404);
  }
}

/** The state of a badge, for one or more checks. */
type BadgeState = { status: "up" | "late" | "down"; total: number; grace: number; down: number };

/** Down if any check is down; late if any is late and there are three states; else up, as for new, paused and running checks. */
export function badgeState(statuses: readonly DisplayStatus[], threeStates: boolean): BadgeState {
  const down = statuses.filter((status) => status === "down").length;
  const grace = statuses.filter((status) => status === "grace").length;
  const status = down > 0 ? "down" : threeStates && grace > 0 ? "late" : "up";
  return { status, total: statuses.length, grace, down };
}

const COLORS: Record<BadgeState["status"], string> = { up: "#4c1", late: "#fe7d37", down: "#e05d44" };

/** A two-part badge: the label on grey, the status on its colour. */
export function badgeSvg(label: string, status: BadgeState["status"]): string {
  return twoPartBadge(label, { text: status, colour: COLORS[status] });
}

import { displayStatus } from "@overdue/core";
import {
  checkOf,
  type CheckWithChannels,
  findCheckByBadgeUuid,
  findProject,
  findProjectByBadgeKey,
  findProjectChecks,
} from "@overdue/db";
import { z } from "zod";

import type { Endpoint } from "../endpoint.ts";
import type { FaceContext } from "../face-env.ts";
import { FaceError } from "../face-error.ts";
import { badgeAnswer } from "./badge-answer.ts";
import { isBadgeSignature } from "./badge-signature.ts";
import { badgeState } from "./badge-state.ts";
import { badgeUrls } from "./badge-urls.ts";
import { BADGE, BADGES } from "../shapes.ts";

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
        summary: "List the addresses of badges",
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

async function listBadges(c: FaceContext): Promise<Response> {
  const { db, settings } = c.var.deps;
  const { projectId } = c.var.face;
  const [project, rows] = await Promise.all([findProject(db, projectId), findProjectChecks(db, projectId)]);
  const [secret] = settings.secretKeys;
  if (project === null || secret === undefined) throw new FaceError(404);
  const tags = new Set(rows.flatMap(({ tags }) => tags.split(" ").filter((tag) => tag !== "")));
  const of = { publicUrl: settings.publicUrl, badgeKey: project.badgeKey, secret };
  return c.json({
    badges: Object.fromEntries([...[...tags].toSorted(), ALL].map((tag) => [tag, badgeUrls(tag, of)])),
  });
}

async function projectBadge(c: FaceContext): Promise<Response> {
  const { name: signature, format } = fileIn(c);
  return await signedBadge(c, { signature, tag: ALL, format });
}

async function tagBadge(c: FaceContext): Promise<Response> {
  const { name, format } = fileIn(c);
  return await signedBadge(c, { signature: c.req.param("signature") ?? "", tag: decoded(name), format });
}

async function signedBadge(
  c: FaceContext,
  { signature, tag, format }: { signature: string; tag: string; format: string },
): Promise<Response> {
  const { db, settings } = c.var.deps;
  const badgeKey = c.req.param("badgeKey") ?? "";
  if (!isBadgeSignature(signature, settings.secretKeys, { badgeKey, tag })) throw new FaceError(404);
  const project = await findProjectByBadgeKey(db, badgeKey);
  if (project === null) throw new FaceError(404);
  const rows = await findProjectChecks(db, project.id, { tags: tag === ALL ? [] : [tag] });
  const threeStates = !(signature.length === 10 && signature.endsWith("-2"));
  return badgeAnswer(c, format, {
    label: tag === ALL ? ALL_LABEL : tag,
    state: badgeState(statusesOf(c, rows), threeStates),
  });
}

async function checkBadge(c: FaceContext): Promise<Response> {
  const { name, format } = fileIn(c);
  if (!z.uuid().safeParse(name).success) throw new FaceError(404);
  const row = await findCheckByBadgeUuid(c.var.deps.db, name);
  if (row === null) throw new FaceError(404);
  return badgeAnswer(c, format, {
    // The UUID of an unnamed check is its ping secret: it must not stand in a public picture.
    label: row.name || row.slug || "unnamed",
    state: badgeState(statusesOf(c, [row]), Number(c.req.param("states")) === 3),
  });
}

function statusesOf(c: FaceContext, rows: readonly CheckWithChannels[]) {
  const now = c.var.deps.now();
  return rows.map((row) => displayStatus(checkOf(row), now));
}

/** What stands before the last dot, and after it. */
function fileIn(c: FaceContext): { name: string; format: string } {
  const file = c.req.param("file") ?? "";
  const dot = file.lastIndexOf(".");
  if (dot < 1) throw new FaceError(404);
  return { name: file.slice(0, dot), format: file.slice(dot + 1) };
}

/** The second decoding; the router did the first. @throws FaceError 404 for what was not encoded so. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    throw new FaceError(404);
  }
}

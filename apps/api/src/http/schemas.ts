import { DELIVERY_STATES } from "@overdue/core";
import { ALIAS_PRODUCTS } from "@overdue/core/dialects";
import { MEMBER_ROLES, schema } from "@overdue/db";
import { z } from "zod";

import { ApiError } from "./problem.ts";

/** The parameters of paths, which are ids. */
export const InProject = z.object({ projectId: z.uuid() });
export const InOrganization = z.object({ organizationId: z.uuid() });
export const OfCheck = InProject.extend({ checkId: z.uuid() });
export const OfIncident = InProject.extend({ incidentId: z.uuid() });
export const OfStorm = InProject.extend({ stormId: z.uuid() });
export const OfWindow = InProject.extend({ windowId: z.uuid() });
export const OfChannel = InProject.extend({ channelId: z.uuid() });
export const OfRoute = InProject.extend({ routeId: z.uuid() });
export const OfPerson = InProject.extend({ personId: z.uuid() });
export const OfRotation = InProject.extend({ rotationId: z.uuid() });
export const OfTelegramLink = InProject.extend({ linkId: z.uuid() });
export const OfStatusPage = InProject.extend({ pageId: z.uuid() });
export const OfStatusPost = OfStatusPage.extend({ postId: z.uuid() });
export const OfStatusUpdate = OfStatusPost.extend({ updateId: z.uuid() });
export const OfSubscriber = OfStatusPage.extend({ subscriberId: z.uuid() });
export const OfSlackLink = InProject.extend({ slackLinkId: z.uuid() });

/** An instant in a response. */
export const Timestamp = z.iso
  .datetime()
  .meta({ description: "ISO 8601, UTC.", example: "2026-03-29T01:00:00.000Z" });

/** 0001-01-01 and the end of the year 9999: PostgreSQL has no year 0, and ISO 8601 no fifth digit. */
const [INSTANT_MIN, INSTANT_MAX] = [-62_135_596_800_000, 253_402_300_799_999];

/** An instant in a request, of a year from 1 to 9999; ISO 8601 with an offset. */
export const InstantInput = z.iso.datetime({ offset: true }).refine((text) => {
  const at = Date.parse(text);
  return at >= INSTANT_MIN && at <= INSTANT_MAX;
}, "must be of a year from 1 to 9999");

/** Formats a stored instant, or one in epoch milliseconds, for a response. */
export function iso(at: Date | number): string {
  return new Date(at).toISOString();
}

export function isoOrNull(at: Date | number | null): string | null {
  return at === null ? null : iso(at);
}

/** The fields that identify the version of an object. */
export const Version = z.int().meta({ description: "Grows with every edit. It is the ETag, for If-Match." });
export const STAMPS = { createdAt: Timestamp, updatedAt: Timestamp };

export const NameInput = z
  .string("Give it a name.")
  .trim()
  .min(1, "Give it a name.")
  .max(100, "Use at most 100 characters.");

const ROLES_TEXT =
  "A viewer reads, a member changes checks and channels, an admin also keys, members and the project, an owner everything.";
export const Role = z.enum(MEMBER_ROLES).meta({ description: ROLES_TEXT });

/** A role that a request names, also by its old name. */
export const RoleInput = z
  .enum([...MEMBER_ROLES, "editor"], "role is viewer, member, admin or owner.")
  .transform((role) => (role === "editor" ? "member" : role))
  .meta({
    description: `${ROLES_TEXT} \`editor\` is the old name of \`member\`, deprecated, for one release.`,
  });
export const KeyScope = z.enum(schema.keyScope.enumValues);

/** Picks the fields that the schema names, so that a column that is added later does not appear in responses. */
export function pickFields<S extends z.ZodObject, T extends z.input<S>>(
  schema: S,
  from: T,
): Pick<T, keyof z.input<S> & keyof T> {
  const named = Object.keys(schema.shape).map((key) => [key, Reflect.get(from, key)]);
  return Object.fromEntries(named) as Pick<T, keyof z.input<S> & keyof T>;
}

const PER_PAGE_MAX = 200;

/** The query of a list that is read page by page. */
export const PageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(PER_PAGE_MAX).default(50),
  cursor: z.string().max(200).optional().meta({ description: "`next` of the page before." }),
});

/** A page: its items, and the cursor of the next one, null at the end. */
export function pageSchema<S extends z.ZodType>(item: S) {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}

/** Reads a cursor that `toPage` wrote; null without one. @throws 400 for anything else */
export function readCursor<S extends z.ZodType>(cursor: string | undefined, schema: S): z.output<S> | null {
  if (cursor === undefined) return null;
  const position = schema.safeParse(decode(cursor));
  if (!position.success) throw ApiError.invalid("cursor", "This is not a cursor from an earlier page.");
  return position.data;
}

/** Makes a page of rows that were read with one more than the limit. `position`: where the next page begins, from the last item. */
export function toPage<T>(rows: readonly T[], limit: number, position: (last: T) => unknown) {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const next = rows.length > limit && last !== undefined ? encode(position(last)) : null;
  return { items, next };
}

/** A page of a list that was read whole, since a project has few such rows. The cursor is the id of the last one. */
export function pageInMemory<T extends { id: string }>(rows: readonly T[], { limit, cursor }: PageRequest) {
  const after = readCursor(cursor, z.uuid());
  const from = after === null ? 0 : rows.findIndex(({ id }) => id === after) + 1;
  return toPage(rows.slice(from, from + limit + 1), limit, (last) => last.id);
}
type PageRequest = z.output<typeof PageQuery>;

function encode(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString("base64url");
}

function decode(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch {
    return null;
  }
}

export const DeliveryState = z.enum(DELIVERY_STATES);

/** The key by which another product knows a check. */
export const AliasSchema = z
  .strictObject({
    product: z.enum(ALIAS_PRODUCTS, { error: `Choose one of ${ALIAS_PRODUCTS.join(", ")}.` }),
    key: z
      .string("Give the key as the other product writes it.")
      .trim()
      .min(1, "Give the key as the other product writes it.")
      .max(200, "Use at most 200 characters.")
      .meta({ example: "c2354d53d2" }),
  })
  .meta({ id: "Alias", description: "The key by which another product knows the check." });

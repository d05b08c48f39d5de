import { and, desc, eq, lt, sql } from "drizzle-orm";
import type { CheckRef } from "../checks/find-checks.ts";
import type { Db } from "../database.ts";
import { pings } from "../schema/index.ts";

const COLUMNS = {
  number: pings.number,
  id: pings.id,
  kind: pings.kind,
  note: pings.note,
  receivedAt: pings.receivedAt,
  rid: pings.rid,
  exitStatus: pings.exitStatus,
  scheme: pings.scheme,
  method: pings.method,
  remoteAddress: pings.remoteAddress,
  userAgent: pings.userAgent,
  bodyBytes: pings.bodyBytes,
  repeats: pings.repeats,
  metrics: pings.metrics,
  keptBytes: sql<number>`coalesce(octet_length(${pings.body}), 0)`,
  /** The beginning of a mail, which contains its header; null for other pings. */
  mailHead: sql<Buffer | null>`case when ${pings.scheme} = 'email' then substring(${pings.body} from 1 for 16384) end`,
};

export type PingRow = Awaited<ReturnType<typeof listPings>>[number];

/** Pings of a check without their bodies, newest first; only those with a number below `before`. */
export async function listPings(
  db: Db,
  { projectId, checkId }: CheckRef,
  page: { limit: number; before: number | null },
) {
  return await db
    .select(COLUMNS)
    .from(pings)
    .where(
      and(
        eq(pings.projectId, projectId),
        eq(pings.checkId, checkId),
        page.before === null ? undefined : lt(pings.number, page.before),
      ),
    )
    .orderBy(desc(pings.number))
    .limit(page.limit);
}

/** The body of a ping; null if there is no such ping, or it has no body. */
export async function findPingBody(db: Db, ref: CheckRef & { number: number }): Promise<PingBody | null> {
  const [found] = await db
    .select({ body: pings.body, bytes: pings.bodyBytes, cutAt: pings.bodyCutAt })
    .from(pings)
    .where(
      and(eq(pings.projectId, ref.projectId), eq(pings.checkId, ref.checkId), eq(pings.number, ref.number)),
    );
  if (found === undefined || found.body === null) return null;
  return pingBody({ ...found, body: found.body });
}

/** A body as it is stored: its first part, its last part, and the length of what was left out between them. */
export type PingBody = {
  first: Buffer;
  /** Null if the body is not longer than the limit, or if an earlier version kept only its beginning. */
  last: Buffer | null;
  bytesLeftOut: number;
};

function pingBody(row: { body: Buffer; bytes: number; cutAt: number | null }): PingBody {
  const { body, bytes, cutAt } = row;
  return {
    first: cutAt === null ? body : body.subarray(0, cutAt),
    last: cutAt === null ? null : body.subarray(cutAt),
    bytesLeftOut: Math.max(0, bytes - body.length),
  };
}

/** The body as text; a line says where something was left out, and how much. */
export function pingBodyText({ first, last, bytesLeftOut }: PingBody): string {
  if (bytesLeftOut === 0) return Buffer.concat([first, ...(last === null ? [] : [last])]).toString("utf8");
  return `${first.toString("utf8")}\n${leftOutLine(bytesLeftOut)}\n${last?.toString("utf8") ?? ""}`;
}

const OUTPUT_BYTES_MAX = 8_192;

/**
 * SQL: the columns for `lastOutput`, of `pings` under this alias: the end of the body, and how many bytes were left out just
 * before it. The end never includes anything before a gap.
 */
export function bodyEndColumns(alias: string): string {
  const length = `octet_length(${alias}.body)`;
  const leftOut = `(${alias}.body_bytes - ${length})`;
  const gap = `case when ${leftOut} > 0 then coalesce(${alias}.body_cut_at, 0) else 0 end`;
  return `substring(${alias}.body from greatest(${length} - ${OUTPUT_BYTES_MAX}, ${gap}) + 1) as "bodyEnd",
    case when ${alias}.body_cut_at >= ${length} - ${OUTPUT_BYTES_MAX} then ${leftOut} else 0 end as "leftOutBefore"`;
}

export type BodyEnd = { bodyEnd: Buffer | null; leftOutBefore: number | null };

/** The end of a job's output as text. A character that is cut in two at the start is dropped. */
export function lastOutput({ bodyEnd, leftOutBefore }: BodyEnd): string | null {
  if (bodyEnd === null) return null;
  const text = new TextDecoder().decode(bodyEnd).replace(/^\ufffd+/, "");
  const leftOut = leftOutBefore ?? 0;
  return leftOut > 0 ? `${leftOutLine(leftOut)}\n${text}` : text;
}

function leftOutLine(bytes: number): string {
  return `[… ${bytes.toLocaleString("en")} bytes were left out here …]`;
}

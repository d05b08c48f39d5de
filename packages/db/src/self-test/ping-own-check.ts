import { randomUUID } from "node:crypto";

import type { PingKind } from "@overdue/core";

import type { Pool } from "../database.ts";
import { ALONE, recordPings } from "../transitions/record-pings.ts";

/** Pings a check of the instance itself, such as that of the self-test. `text`: the body; empty: none. */
export async function pingOwnCheck(
  pool: Pool,
  pingUuid: string,
  { kind, text }: { kind: PingKind; text: string },
): Promise<void> {
  const body = text === "" ? null : Buffer.from(text);
  const record = {
    id: randomUUID(),
    receivedAt: Date.now(),
    rid: null,
    exitStatus: null,
    scheme: "self",
    method: "",
    remoteAddress: null,
    userAgent: "Overdue",
    body,
    bodyBytes: body?.length ?? 0,
    bodyCutAt: null,
    note: null,
  };
  const arrival = { record, read: () => ({ kind, note: null }), host: null, digest: null };
  await recordPings(pool, [{ ...arrival, target: { kind: "uuid", pingUuid } }], ALONE);
}

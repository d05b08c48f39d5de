import { createChannel, createKey, createProject } from "@overdue/db";

import type { Served } from "./serve.ts";

/** What a case begins with: a project with both kinds of key and two channels, and somebody else's key. */
export async function tenant({ db, keyring }: Pick<Served, "db" | "keyring">) {
  const project = await createProject(db, { name: "Case", ownerId: null });
  const other = await createProject(db, { name: "Somebody else's", ownerId: null });
  const keyOf = async (projectId: string, scope: "read" | "write") =>
    (await createKey(db, { projectId, name: "case", scope })).key;
  const channel = async (name: string) => {
    const input = { projectId: project.id, kind: "webhook", name, hint: "", settings: {}, checkIds: [] };
    return (await createChannel(db, keyring, input)).id;
  };
  const [first, second] = [await channel("hook-1"), await channel("hook-2")];
  const keys = {
    rw: await keyOf(project.id, "write"),
    ro: await keyOf(project.id, "read"),
    other: await keyOf(other.id, "write"),
  };
  return { project, keys, channelIds: [first, second] as const };
}

export type Tenant = Awaited<ReturnType<typeof tenant>>;

/** The values that a case may name from its first step on. */
export function namesOf({ project, keys, channelIds }: Tenant): Record<string, string> {
  const [first, second] = channelIds;
  return {
    PK: project.pingKey ?? "",
    CH1: first,
    CH2: second,
    CHSORTED: [first, second].toSorted().join(","),
    PROJ: project.id,
    KEY_RW: keys.rw,
    KEY_RO: keys.ro,
    BADGEKEY: project.badgeKey,
  };
}

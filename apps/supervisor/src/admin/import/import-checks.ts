import { randomUUIDv7 } from "node:crypto";

import { fold, newCheck, nextAt } from "@overdue/core";
import { createCheck, type Db, findProjectChecks, isPingUuidTaken, listChannelNames } from "@overdue/db";

import { convert } from "./convert.ts";
import { matcher } from "./match.ts";
import type { Source, SourceCheck } from "./source.ts";

export type Imported = {
  created: number;
  alreadyThere: number;
  /** What could not be carried over, a sentence each. */
  problems: { check: string; problem: string }[];
};

type Into = { projectId: string; keepUuids: boolean; now: number; onProgress: (done: number) => void };

/** Recreates their checks in a project of ours; what an earlier run made stays as it is. */
export async function importChecks(db: Db, source: Source, into: Into): Promise<Imported> {
  const isThere = matcher(await findProjectChecks(db, into.projectId));
  const channels = await channelsByTheirId(db, source, into.projectId);
  const report: Imported = { created: 0, alreadyThere: 0, problems: [] };
  for (const [done, check] of source.checks.entries()) {
    if (isThere(check)) report.alreadyThere += 1;
    else await importCheck(db, check, { into, channels, report });
    into.onProgress(done + 1);
  }
  return report;
}

type Channels = Map<string, { ours: string | null; label: string }>;

async function channelsByTheirId(db: Db, source: Source, projectId: string): Promise<Channels> {
  const ours = await listChannelNames(db, projectId);
  return new Map(
    source.channels.map(({ id, name, kind }) => {
      const same = ours.filter((channel) => channel.name === name);
      return [id, { ours: same.length === 1 ? (same[0]?.id ?? null) : null, label: `${kind} “${name}”` }];
    }),
  );
}

async function importCheck(
  db: Db,
  check: SourceCheck,
  { into, channels, report }: { into: Into; channels: Channels; report: Imported },
): Promise<void> {
  const tell = (problem: string) => report.problems.push({ check: check.name || check.uuid, problem });
  const converted = convert(check);
  if (converted.kind === "problem") return void tell(converted.problem);
  if (into.keepUuids && (await isPingUuidTaken(db, check.uuid)))
    return void tell("its UUID belongs to a check of another project here, or to a deleted one.");
  const theirs = check.channels.split(",").filter((id) => id !== "");
  const found = theirs.map((id) => channels.get(id));
  await createCheck(db, {
    projectId: into.projectId,
    details: converted.details,
    ...stateOf(check, converted.settings, into.now),
    channelIds: found.flatMap((channel) => channel?.ours ?? []),
    ...(into.keepUuids && { pingUuid: check.uuid, ...badgeOf(check) }),
  });
  report.created += 1;
  for (const channel of found)
    if (channel?.ours === null)
      tell(`there is no one channel named as its ${channel.label}: link one by hand.`);
}

/** As a new check, since their pings stay there; paused where it was. */
function stateOf({ status }: SourceCheck, settings: Parameters<typeof newCheck>[2], now: number) {
  const fresh = newCheck(randomUUIDv7(), now, settings);
  const check = status === "paused" ? fold(fresh, { kind: "pause", at: now }).check : fresh;
  return { check, nextAt: nextAt(check) };
}

/** So that its badges, too, go on working. */
function badgeOf({ badge_url: url }: SourceCheck): { badgeUuid?: string } {
  const badgeUuid = /\/b\/\d\/([0-9a-f-]{36})\.svg$/.exec(url ?? "")?.[1];
  return badgeUuid === undefined ? {} : { badgeUuid };
}

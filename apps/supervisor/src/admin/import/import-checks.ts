import { randomUUIDv7 } from "node:crypto";

import { fold, newCheck, nextAt } from "@overdue/core";
import {
  type CheckWithChannels,
  createCheck,
  type Db,
  findProjectChecks,
  isPingUuidTaken,
  listChannelNames,
} from "@overdue/db";

import { convert } from "./convert.ts";
import type { Source, SourceCheck } from "./source.ts";

export type Imported = {
  created: number;
  alreadyThere: number;
  /** What could not be imported, in a sentence each. */
  problems: { check: string; problem: string }[];
};

type Into = { projectId: string; keepUuids: boolean; now: number; onProgress: (done: number) => void };

/** Creates the checks of the source in a project; checks that an earlier import made stay as they are. */
export async function importChecks(db: Db, source: Source, into: Into): Promise<Imported> {
  const isThere = newMatcher(await findProjectChecks(db, into.projectId));
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
  const addProblem = (problem: string) => report.problems.push({ check: check.name || check.uuid, problem });
  const converted = convert(check);
  if (converted.kind === "problem") return void addProblem(converted.problem);
  if (into.keepUuids && (await isPingUuidTaken(db, check.uuid)))
    return void addProblem("its UUID belongs to a check of another project here, or to a deleted one.");
  const theirs = check.channels.split(",").filter((id) => id !== "");
  const found = theirs.map((id) => channels.get(id));
  await createCheck(db, {
    projectId: into.projectId,
    details: converted.details,
    ...newState(check, converted.settings, into.now),
    channelIds: found.flatMap((channel) => channel?.ours ?? []),
    ...(into.keepUuids && { pingUuid: check.uuid, ...badgeUuid(check) }),
  });
  report.created += 1;
  for (const channel of found)
    if (channel?.ours === null)
      addProblem(`there is not exactly one channel with the name of its ${channel.label}: link one by hand.`);
}

/** The state of a new check, because pings are not imported; paused where theirs is. */
function newState({ status }: SourceCheck, settings: Parameters<typeof newCheck>[2], now: number) {
  const fresh = newCheck(randomUUIDv7(), now, settings);
  const check = status === "paused" ? fold(fresh, { kind: "pause", at: now }).check : fresh;
  return { check, nextAt: nextAt(check) };
}

/** The id in its badge URL, so that badges go on working. */
function badgeUuid({ badge_url: url }: SourceCheck): { badgeUuid?: string } {
  const uuid = /\/b\/\d\/([0-9a-f-]{36})\.svg$/.exec(url ?? "")?.[1];
  return uuid === undefined ? {} : { badgeUuid: uuid };
}

/**
 * Returns whether an earlier import has already made a check: it is the one with the same UUID, else one of the same name,
 * slug and tags. Each existing check counts for one of theirs.
 */
function newMatcher(existing: readonly CheckWithChannels[]): (check: SourceCheck) => boolean {
  const left = new Set(existing);
  return ({ uuid, name, slug, tags }) => {
    const all = [...left];
    const found =
      all.find((row) => row.pingUuid === uuid) ??
      all.find((row) => row.name === name && row.slug === slug && row.tags === tags);
    return found !== undefined && left.delete(found);
  };
}

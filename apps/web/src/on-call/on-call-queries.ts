import { queryOptions } from "@tanstack/react-query";
import type { InferResponseType } from "hono/client";
import { listText, WEEKDAY_NAMES } from "@overdue/schedules";
import { ifMatch, parseResponse, projectApi } from "../api/client.ts";
import { pageQuery, readAllPages, useProjectMutation } from "../api/paging.ts";
import { browserZone, instant, zonedText } from "../time/zones.ts";

const { people, rotations } = projectApi;
const onePerson = people[":personId"];
const oneRotation = rotations[":rotationId"];

export type PersonView = InferResponseType<typeof people.$get, 200>["items"][number];
export type RotationView = InferResponseType<typeof rotations.$get, 200>["items"][number];
export type PersonDraft = { name: string; channelIds: string[] };
/** What an edit changes, in the version that the person saw. */
type EditedVersion = { id: string; version: number };

/** The people of a project whom routes can notify. */
export const peopleQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "people"],
    queryFn: () =>
      readAllPages((cursor) =>
        parseResponse(people.$get({ param: { projectId }, query: pageQuery(cursor) })),
      ),
  });

const REFRESH_MS = 60_000;

/** The on-call rotations, each with who is on call now. Read again every minute: no live event announces a handover. */
export const rotationsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "rotations"],
    queryFn: () =>
      readAllPages((cursor) =>
        parseResponse(rotations.$get({ param: { projectId }, query: pageQuery(cursor) })),
      ),
    refetchInterval: REFRESH_MS,
  });

// Rotations contain people, so both lists are read again after any change.
const onCallParts = (projectId: string) => ({ projectId, parts: ["people", "rotations"] });

/** Creates a person if `edited` is null, otherwise saves that version. */
export const useSavePerson = (projectId: string) =>
  useProjectMutation(
    onCallParts(projectId),
    async ({ edited, draft }: { edited: EditedVersion | null; draft: PersonDraft }) => {
      if (edited === null) return await parseResponse(people.$post({ param: { projectId }, json: draft }));
      const param = { projectId, personId: edited.id };
      return await parseResponse(onePerson.$patch({ param, header: ifMatch(edited.version), json: draft }));
    },
  );

export const useDeletePerson = (projectId: string) =>
  useProjectMutation(onCallParts(projectId), (personId: string) =>
    parseResponse(onePerson.$delete({ param: { projectId, personId } })),
  );

export const useRestorePerson = (projectId: string) =>
  useProjectMutation(onCallParts(projectId), (personId: string) =>
    parseResponse(onePerson.restore.$post({ param: { projectId, personId } })),
  );

type RotationEdit =
  | { edited: null; draft: RotationDraft }
  | { edited: EditedVersion; draft: Partial<RotationDraft> };

/** Creates a rotation if `edited` is null, otherwise saves that version of it. */
export const useSaveRotation = (projectId: string) =>
  useProjectMutation(onCallParts(projectId), async ({ edited, draft }: RotationEdit) => {
    if (edited === null) return await parseResponse(rotations.$post({ param: { projectId }, json: draft }));
    const param = { projectId, rotationId: edited.id };
    return await parseResponse(oneRotation.$patch({ param, header: ifMatch(edited.version), json: draft }));
  });

export const useDeleteRotation = (projectId: string) =>
  useProjectMutation(onCallParts(projectId), (rotationId: string) =>
    parseResponse(oneRotation.$delete({ param: { projectId, rotationId } })),
  );

export const useRestoreRotation = (projectId: string) =>
  useProjectMutation(onCallParts(projectId), (rotationId: string) =>
    parseResponse(oneRotation.restore.$post({ param: { projectId, rotationId } })),
  );

/** A person who is on call for a span instead of the person whose turn it is; times are ISO 8601 in UTC. */
export type Override = { personId: string; from: string; until: string };

/** The settings of an on-call rotation, as the API takes and returns them. */
export type RotationDraft = {
  name: string;
  timezone: string;
  every: "day" | "week";
  /** The day on which the first person's first turn begins: "2026-11-23". */
  startsOn: string;
  /** Local time in `timezone`: "09:00". */
  handOverAt: string;
  personIds: string[];
  overrides: Override[];
};

/** "Ada, then Bob, a week each; they hand over on Mondays at 09:00 (Europe/Berlin)." */
export function rotationText(rotation: RotationDraft, people: ReadonlyMap<string, string>): string {
  const { every, startsOn, handOverAt, timezone, personIds } = rotation;
  if (personIds.length === 0) return "Nobody takes turns yet.";
  const names = personIds.map((id) => people.get(id) ?? "a removed person");
  if (names.length === 1) return `Always ${listText(names, "and")}.`;
  const day = WEEKDAY_NAMES[(new Date(`${startsOn}T00:00:00Z`).getUTCDay() + 6) % 7];
  const when = every === "day" ? "every day" : day === undefined ? "every week" : `on ${day}s`;
  return `${names.join(", then ")}, a ${every} each; they hand over ${when} at ${handOverAt} (${timezone}).`;
}

/** "Bob, Mon, 23 Nov 2026, 09:00 CET to …". */
export function overrideText(
  { personId, from, until }: Override,
  people: ReadonlyMap<string, string>,
): string {
  const zone = browserZone();
  const name = people.get(personId) ?? "a removed person";
  return `${name}, ${zonedText(instant(from), zone)} to ${zonedText(instant(until), zone)}`;
}

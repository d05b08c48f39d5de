import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { channelsQuery } from "../channels/channel-queries.ts";
import { checksQuery } from "../checks/check-queries.ts";
import { peopleQuery, rotationsQuery } from "../on-call/on-call-queries.ts";
import type { Names } from "../alert-routes/route-text.ts";

/** The names of a project's checks, channels, people and rotations by id; empty until they are read. */
export function useNames(projectId: string): Names {
  const { data: checks } = useQuery(checksQuery(projectId));
  const { data: channels } = useQuery(channelsQuery(projectId));
  const { data: people } = useQuery(peopleQuery(projectId));
  const { data: rotations } = useQuery(rotationsQuery(projectId));
  return useMemo(
    () => ({
      checks: new Map(checks?.map((check) => [check.id, check.name])),
      channels: new Map(channels?.map(({ id, name }) => [id, name])),
      people: new Map(people?.map(({ id, name }) => [id, name])),
      rotations: new Map(rotations?.map(({ id, name }) => [id, name])),
    }),
    [checks, channels, people, rotations],
  );
}

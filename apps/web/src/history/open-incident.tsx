import { useInfiniteQuery } from "@tanstack/react-query";

import { instant } from "../time/zones.ts";
import { Exact } from "../ui/time.tsx";
import { incidentsQuery } from "./history-queries.ts";
import { reasonText } from "../text/reason-text.ts";

type Props = { projectId: string; checkId: string; zone: string | undefined };

/** Since when and why a check is down. */
export function OpenIncident({ projectId, checkId, zone }: Props) {
  const { data } = useInfiniteQuery(incidentsQuery({ projectId, checkId }));
  const open = data?.find(({ resolvedAt }) => resolvedAt === null);
  if (!open) return null;
  const { expectedAt, lastHeardAt } = open.evidence;
  const zoned = zone ? { zone } : {};
  return (
    <>
      Since <Exact at={open.openedAt} {...zoned} />: {reasonText(open)}.
      {expectedAt !== null && instant(expectedAt) <= instant(open.openedAt) && (
        <>
          {" "}
          It was expected at <Exact at={expectedAt} {...zoned} />.
        </>
      )}
      {lastHeardAt !== null && (
        <>
          {" "}
          Last heard before that: <Exact at={lastHeardAt} {...zoned} />.
        </>
      )}
    </>
  );
}

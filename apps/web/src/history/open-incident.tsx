import { useInfiniteQuery } from "@tanstack/react-query";

import { Exact } from "../ui/exact.tsx";
import { incidentsQuery } from "./history-queries.ts";
import { reasonText } from "./reason-text.ts";

type Props = { projectId: string; checkId: string; zone: string | undefined };

/** Since when and why a check is down. */
export function OpenIncident({ projectId, checkId, zone }: Props) {
  const { data } = useInfiniteQuery(incidentsQuery({ projectId, checkId }));
  const open = data?.find(({ resolvedAt }) => resolvedAt === null);
  if (!open) return null;
  return (
    <>
      Since <Exact at={open.openedAt} {...(zone && { zone })} />: {reasonText(open)}.
    </>
  );
}

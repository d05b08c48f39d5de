import { useCheckIncident } from "../incidents/incident-queries.ts";
import { reasonText } from "../text/reason-text.ts";
import { instant } from "../time/zones.ts";
import { ExactTime } from "../ui/time.tsx";
import type { CheckInZone } from "./history-queries.ts";

/** Since when and why a check is down. */
export function OpenIncident({ projectId, checkId, zone }: CheckInZone) {
  const open = useCheckIncident({ projectId, checkId });
  if (open === undefined) return null;
  const { expectedAt, lastHeardAt } = open.evidence;
  return (
    <>
      Since <ExactTime at={open.openedAt} zone={zone} />: {reasonText(open)}.
      {expectedAt !== null && instant(expectedAt) <= instant(open.openedAt) && (
        <>
          {" "}
          It was expected at <ExactTime at={expectedAt} zone={zone} />.
        </>
      )}
      {lastHeardAt !== null && open.reason !== "failed" && instant(lastHeardAt) < instant(open.openedAt) && (
        <>
          {" "}
          Last ping before that: <ExactTime at={lastHeardAt} zone={zone} />.
        </>
      )}
    </>
  );
}

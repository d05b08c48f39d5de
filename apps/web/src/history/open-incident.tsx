import { reasonText } from "../text/reason-text.ts";
import { instant } from "../time/zones.ts";
import { ExactTime } from "../ui/time.tsx";
import type { CheckInZone, IncidentView } from "./history-queries.ts";

type Props = Pick<CheckInZone, "zone"> & {
  open: Parameters<typeof reasonText>[0] & Pick<IncidentView, "openedAt" | "evidence">;
};

/** Since when and why a check is down. */
export function OpenIncident({ open, zone }: Props) {
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

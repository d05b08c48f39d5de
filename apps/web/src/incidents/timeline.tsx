import {
  IconArrowBackUp,
  IconBellZ,
  IconCheck,
  IconNote,
  IconSend,
  IconTool,
  IconTransfer,
  type Icon,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";

import { Card } from "../ui/card.tsx";
import { Exact } from "../ui/exact.tsx";
import { Listing } from "../ui/listing.tsx";
import { type IncidentRef, type TimelineItem, timelineQuery } from "./incident-queries.ts";
import styles from "./incident.module.css";
import { timelineText } from "./timeline-text.ts";

const ICONS: Record<TimelineItem["kind"], Icon> = {
  flip: IconTransfer,
  delivery: IconSend,
  acknowledged: IconCheck,
  unacknowledged: IconArrowBackUp,
  snoozed: IconBellZ,
  note: IconNote,
  maintenance: IconTool,
};

/** What happened in an incident, oldest first. */
export function Timeline(ref: IncidentRef) {
  const query = useQuery(timelineQuery({ projectId: ref.projectId, incidentId: ref.incidentId }));
  return (
    <Card title="Timeline">
      <Listing query={query} empty="Nothing is on record.">
        {(items) => (
          <ol className={styles["timeline"]}>
            {items.map((item) => (
              <TimelineRow key={`${item.kind} ${item.id} ${item.at}`} item={item} />
            ))}
          </ol>
        )}
      </Listing>
    </Card>
  );
}

function TimelineRow({ item }: { item: TimelineItem }) {
  const Picture = ICONS[item.kind];
  return (
    <li>
      <Picture size={18} aria-hidden />
      <span className={styles["what"]}>{timelineText(item)}</span>
      <span className={styles["when"]}>
        <Exact at={item.at} />
      </span>
    </li>
  );
}

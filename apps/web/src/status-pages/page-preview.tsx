import { combinedState, decodeMarks, type PublicState } from "@overdue/core";
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconTool,
} from "@tabler/icons-react";

import { Strip } from "../strip/strip.tsx";
import { StatusLabel } from "../ui/status-label.tsx";
import type { PageCheck, StatusPageValues } from "./status-page-values.ts";
import styles from "./status-pages.module.css";

const LOOKS = {
  operational: { icon: IconCircleCheck, tone: "good", text: "Operational" },
  degraded: { icon: IconAlertTriangle, tone: "warn", text: "Has problems" },
  down: { icon: IconCircleX, tone: "bad", text: "Down" },
  maintenance: { icon: IconTool, tone: "info", text: "In maintenance" },
  unknown: { icon: IconCircleDashed, tone: "neutral", text: "Not watched" },
} as const;

/** The state that visitors see of a check. The server computes it by core's `entryState`, which must agree. */
function publicState({ status, isInMaintenance }: PageCheck): PublicState {
  if (isInMaintenance) return "maintenance";
  return ({ up: "operational", grace: "degraded", down: "down", new: "unknown", paused: "unknown" } as const)[
    status
  ];
}

function PublicStateLabel({ state }: { state: PublicState }) {
  const { icon, tone, text } = LOOKS[state];
  return (
    <StatusLabel icon={icon} tone={tone}>
      {text}
    </StatusLabel>
  );
}

type Props = {
  values: Pick<StatusPageValues, "name" | "description" | "entries">;
  checks: readonly PageCheck[];
};

/** Roughly how the page will look: its texts, groups and order, with the last runs of the checks instead of days. */
export function PagePreview({ values: { name, description, entries }, checks }: Props) {
  const byId = new Map(checks.map((check) => [check.id, check]));
  const shown = entries.flatMap((entry) => {
    const check = byId.get(entry.checkId);
    return check === undefined ? [] : [{ ...entry, check }];
  });
  return (
    <div className={styles["preview"]}>
      <p className={styles["previewHead"]}>{name || "Name of the page"}</p>
      {description !== "" && <p className={styles["dimmed"]}>{description}</p>}
      <PublicStateLabel state={combinedState(shown.map(({ check }) => publicState(check)))} />
      {[...Map.groupBy(shown, ({ group }) => group.trim())].map(([group, members]) => (
        <div key={group}>
          {group !== "" && <p className={styles["previewGroup"]}>{group}</p>}
          {members.map(({ checkId, name: publicName, check }) => (
            <div key={checkId} className={styles["previewEntry"]}>
              <div className={styles["previewRow"]}>
                <span>{publicName || "…"}</span>
                <PublicStateLabel state={publicState(check)} />
              </div>
              <Strip
                marks={decodeMarks(check.strip).map((mark) => ({ ...mark, level: 6 }))}
                label={`The last runs of ${publicName}`}
                explain={() => "On the page each mark is a day"}
                pitch="fill"
                height={22}
              />
            </div>
          ))}
        </div>
      ))}
      {shown.length === 0 && <p className={styles["dimmed"]}>Add checks to see them here.</p>}
    </div>
  );
}

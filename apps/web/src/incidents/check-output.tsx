import { earlierOutputText, visibleText } from "@overdue/core";

import { CodeBlock } from "../ui/code-block.tsx";
import { useCheckIncident } from "./incident-queries.ts";
import styles from "./incident.module.css";

/** As many lines of a job's output as fit beside the reason. */
const OUTPUT_LINES_MAX = 10;

/** The last lines that a job printed before its check went down; renders nothing if it printed nothing. */
export function CheckOutput({ projectId, checkId }: { projectId: string; checkId: string }) {
  const incident = useCheckIncident({ projectId, checkId });
  const lines = visibleText(incident?.output ?? "").trimEnd();
  if (incident === undefined || lines === "") return null;
  const earlier = earlierOutputText(incident.reason);
  return (
    <>
      {earlier !== null && <p className={styles["earlier"]}>{earlier}:</p>}
      <CodeBlock
        code={lines.split("\n").slice(-OUTPUT_LINES_MAX).join("\n")}
        what="the last lines of output"
      />
    </>
  );
}

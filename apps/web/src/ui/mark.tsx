import type { Icon } from "@tabler/icons-react";

import styles from "./mark.module.css";

export type Tone = "good" | "bad" | "warn" | "info" | "quiet";

/** An icon and a word, coloured by what they mean. */
export function Mark({ icon: MarkIcon, tone, children }: { icon: Icon; tone: Tone; children: string }) {
  return (
    <span className={styles["mark"]} data-tone={tone}>
      <MarkIcon size={17} aria-hidden />
      {children}
    </span>
  );
}

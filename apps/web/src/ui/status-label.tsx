import { type Icon, IconFileCode } from "@tabler/icons-react";
import { Alert } from "@mantine/core";

import styles from "./status-label.module.css";

type Tone = "good" | "bad" | "warn" | "info" | "quiet";

/** An icon and a word, coloured by what they mean. */
export function Mark({ icon: MarkIcon, tone, children }: { icon: Icon; tone: Tone; children: string }) {
  return (
    <span className={styles["mark"]} data-tone={tone}>
      <MarkIcon size={17} aria-hidden />
      {children}
    </span>
  );
}

/** Says that a configuration file owns something; nothing where none does. */
export function ManagedMark({ managedBy }: { managedBy: string | null }) {
  if (managedBy === null) return null;
  return (
    <Mark icon={IconFileCode} tone="quiet">
      Managed by a file
    </Mark>
  );
}

/** The same where it is edited: what is changed here does not last. */
export function ManagedNote({ managedBy }: { managedBy: string | null }) {
  if (managedBy === null) return null;
  return (
    <Alert color="yellow" icon={<IconFileCode aria-hidden />} title="Managed by a file">
      What you change here is changed back when the file is applied again. Change it in the file.
    </Alert>
  );
}

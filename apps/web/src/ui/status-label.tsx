import { type Icon, IconFileCode } from "@tabler/icons-react";
import { Alert } from "@mantine/core";

import styles from "./status-label.module.css";

type Tone = "good" | "bad" | "warn" | "info" | "neutral";

/** An icon and a short text, in a colour for their meaning. */
export function StatusLabel({
  icon: LabelIcon,
  tone,
  children,
}: {
  icon: Icon;
  tone: Tone;
  children: string;
}) {
  return (
    <span className={styles["label"]} data-tone={tone}>
      <LabelIcon size={17} aria-hidden />
      {children}
    </span>
  );
}

/** Shows that a configuration file manages something; renders nothing if none does. */
export function ManagedLabel({ managedBy }: { managedBy: string | null }) {
  if (managedBy === null) return null;
  return (
    <StatusLabel icon={IconFileCode} tone="neutral">
      Managed by a file
    </StatusLabel>
  );
}

/** The same above a form, with a warning that changes made there do not last. */
export function ManagedNote({ managedBy }: { managedBy: string | null }) {
  if (managedBy === null) return null;
  return (
    <Alert color="yellow" icon={<IconFileCode aria-hidden />} title="Managed by a file">
      Changes made here are undone when the file is applied again. Edit the file instead.
    </Alert>
  );
}

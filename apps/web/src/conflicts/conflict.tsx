import { Alert, Button, Group } from "@mantine/core";
import { IconUsers } from "@tabler/icons-react";
import { type ReactNode, useEffect, useRef, useState } from "react";

import { toast } from "../ui/toast.tsx";
import styles from "./conflict.module.css";
import type { Edit } from "./use-edit.ts";

/** One setting, in words for a person. */
export type Fact = readonly [label: string, text: string];

/** Two versions of the same thing, and the two ways to resolve the conflict. */
export type Conflict<View> = Pick<
  Edit<View, never, View | null>,
  "base" | "theirs" | "overwriteTheirs" | "discardMine"
>;

type Props<View> = {
  edit: Conflict<View>;
  /** The settings of a version, to show what differs between two. */
  facts: (view: View) => readonly Fact[];
};

/** Shown if somebody else saved the same thing meanwhile: what they changed, and the choice which version to keep. */
export function ConflictAlert<View>({ edit, facts }: Props<View>) {
  const { base, theirs, overwriteTheirs, discardMine } = edit;
  const [isSaving, setSaving] = useState(false);
  if (theirs === null) return null;
  const overwrite = () => {
    setSaving(true);
    overwriteTheirs()
      .catch(toast.error)
      .finally(() => setSaving(false));
  };
  return (
    <FocusOnMount>
      <Alert
        color="yellow"
        icon={<IconUsers aria-hidden />}
        title="Somebody else changed this while you were editing. Your changes are not saved yet."
        role="alert"
        mb="md"
      >
        <Differences differences={listDifferences(base === null ? [] : facts(base), facts(theirs))} />
        <Group gap="xs">
          <Button size="compact-md" variant="default" onClick={discardMine}>
            Discard my changes
          </Button>
          <Button size="compact-md" variant="default" loading={isSaving} onClick={overwrite}>
            Overwrite with my changes
          </Button>
        </Group>
      </Alert>
    </FocusOnMount>
  );
}

/** Moves the focus here: the button that was pressed is below a long form, and this is above it. */
function FocusOnMount({ children }: { children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => place.current?.focus(), []);
  return (
    <div ref={place} tabIndex={-1} className={styles["place"]}>
      {children}
    </div>
  );
}

function Differences({ differences }: { differences: readonly Difference[] }) {
  if (differences.length === 0) return <p>The setting they changed is not shown on this page.</p>;
  return (
    <ul className={styles["changes"]}>
      {differences.map(({ label, before, after }) => (
        <li key={label}>
          <strong>{label}</strong>: it was {before}; now it is {after}
        </li>
      ))}
    </ul>
  );
}

type Difference = { label: string; before: string; after: string };

/** The settings that differ, in the order of `before`; those that only `after` has come last. */
export function listDifferences(before: readonly Fact[], after: readonly Fact[]): Difference[] {
  const [old, current] = [new Map(before), new Map(after)];
  return [...new Set([...old.keys(), ...current.keys()])]
    .map((label) => ({
      label,
      before: old.get(label) || "nothing",
      after: current.get(label) || "nothing",
    }))
    .filter((difference) => difference.before !== difference.after);
}

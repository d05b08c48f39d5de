import { Alert, Button, Group } from "@mantine/core";
import { IconUsers } from "@tabler/icons-react";
import { type ReactNode, useEffect, useRef, useState } from "react";

import { tell } from "../ui/toast.tsx";
import styles from "./conflict.module.css";
import type { Edit } from "./use-edit.ts";

type Props<View, Draft> = {
  edit: Edit<View, Draft>;
  /** What can be said of it, to show what differs. */
  facts: (view: View) => readonly Fact[];
};

/** Where somebody else stored something meanwhile: what they changed, and a choice. Nothing else is overwritten. */
export function Conflict<View, Draft>({ edit, facts }: Props<View, Draft>) {
  const { seen, theirs, keepMine, takeTheirs } = edit;
  const [saving, setSaving] = useState(false);
  if (theirs === null) return null;
  const save = () => {
    setSaving(true);
    keepMine()
      .catch(tell.trouble)
      .finally(() => setSaving(false));
  };
  return (
    <Focused>
      <Alert
        color="yellow"
        icon={<IconUsers aria-hidden />}
        title="Somebody else changed this while you were editing, so yours is not saved yet"
        role="alert"
        mb="md"
      >
        <Changes changes={differences(facts(seen), facts(theirs))} />
        <Group gap="xs">
          <Button size="compact-md" variant="default" onClick={takeTheirs}>
            Drop mine, begin again from theirs
          </Button>
          <Button size="compact-md" variant="default" loading={saving} onClick={save}>
            Save mine over theirs
          </Button>
        </Group>
      </Alert>
    </Focused>
  );
}

/** It stands above a long form: whoever pressed a button below it is brought here. */
function Focused({ children }: { children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => place.current?.focus(), []);
  return (
    <div ref={place} tabIndex={-1} className={styles["place"]}>
      {children}
    </div>
  );
}

function Changes({ changes }: { changes: ReturnType<typeof differences> }) {
  if (changes.length === 0) return <p>What they changed is not shown on this page.</p>;
  return (
    <ul className={styles["changes"]}>
      {changes.map(({ label, before, after }) => (
        <li key={label}>
          <strong>{label}</strong>: it was {before}; now it is {after}
        </li>
      ))}
    </ul>
  );
}

/** One thing that can be said of what is edited, as people read it. */
export type Fact = readonly [label: string, text: string];

type Difference = { label: string; before: string; after: string };

const NOTHING = "nothing";

/** What is said otherwise in `after` than in `before`, in the order of `before`; new labels come last. */
export function differences(before: readonly Fact[], after: readonly Fact[]): Difference[] {
  const [was, is] = [new Map(before), new Map(after)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .map((label) => ({
      label,
      before: was.get(label) || NOTHING,
      after: is.get(label) || NOTHING,
    }))
    .filter((one) => one.before !== one.after);
}

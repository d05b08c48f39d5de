import { Group, Select, TextInput } from "@mantine/core";
import type { Reason } from "@overdue/core";

import { REASON_TITLES } from "./route-text.ts";

/** Which check goes down when: a reading of the clock in the browser's zone. */
export type Supposition = { checkId: string | null; wall: string; reason: Reason };

type Props = {
  checks: ReadonlyMap<string, string>;
  zone: string;
  value: Supposition;
  change: (value: Supposition) => void;
};

const REASONS = Object.entries(REASON_TITLES).map(([value, label]) => ({ value, label }));

/** Asks what would happen if a check went down then. */
export function WhoWouldHearForm({ checks, zone, value, change }: Props) {
  return (
    <Group align="flex-start">
      <Select
        label="If this check"
        data={[...checks].map(([id, label]) => ({ value: id, label }))}
        value={value.checkId}
        onChange={(checkId) => change({ ...value, checkId })}
        searchable
        limit={60}
        placeholder="Choose a check"
      />
      <Select
        label="goes down because it is"
        data={REASONS}
        value={value.reason}
        allowDeselect={false}
        onChange={(chosen) => change({ ...value, reason: reasonOf(chosen) })}
      />
      <TextInput
        type="datetime-local"
        label={`at (${zone})`}
        value={value.wall}
        onChange={({ currentTarget }) => change({ ...value, wall: currentTarget.value })}
      />
    </Group>
  );
}

function reasonOf(text: string | null): Reason {
  const known: Reason[] = [
    "failed",
    "overlong",
    "overlap",
    "too-quick",
    "too-often",
    "never-started",
    "host-duplicate",
  ];
  return known.find((reason) => reason === text) ?? "missed";
}

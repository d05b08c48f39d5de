import { Group, Select, TextInput } from "@mantine/core";
import type { Reason } from "@overdue/core";
import type { ReactNode } from "react";

import { REASON_TITLES } from "./route-text.ts";
import { durationText } from "../time/duration.ts";
import { instant, shortZonedText } from "../time/zones.ts";
import tables from "../ui/table.module.css";

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

/** Somebody who would hear, and how long after. */
type Heard = {
  channelId: string;
  channelName: string;
  kind: string;
  at: string;
  afterSeconds: number;
  because: string;
  /** Why it would not be told as things are now. */
  heldBack: string | null;
};

/** Somebody who hears of runs, failures or notices. */
type HeardNews = {
  channelId: string;
  channelName: string;
  hears: string;
  at: string;
  because: string;
};

const NEWS: Record<string, string> = {
  runs: "Every run",
  failures: "Every failure",
  notices: "Notices",
};

/** Who hears of a check whose status stays the same. */
export function NewsList({ news, zone }: { news: readonly HeardNews[]; zone: string }) {
  return (
    <Hearers begin="What">
      {news.map(({ channelId, channelName, hears, at, because }) => (
        <tr key={`${channelId} ${hears}`}>
          <td className={tables["short"]}>{NEWS[hears] ?? hears}</td>
          <td>
            <time dateTime={at}>{shortZonedText(instant(at), zone)}</time>
          </td>
          <td className={tables["wide"]}>{channelName}</td>
          <td className={tables["wide"]}>{because}</td>
        </tr>
      ))}
    </Hearers>
  );
}

/** Who would hear, in order. */
export function HearingList({ heard, zone }: { heard: readonly Heard[]; zone: string }) {
  return (
    <Hearers begin="After">
      {heard.map(({ channelId, channelName, kind, at, afterSeconds, because, heldBack }) => (
        <tr key={`${channelId} ${at} ${because}`}>
          <td className={tables["short"]}>
            {afterSeconds === 0 ? "at once" : durationText(afterSeconds * 1_000)}
          </td>
          <td>
            <time dateTime={at}>{shortZonedText(instant(at), zone)}</time>
          </td>
          <td className={tables["wide"]}>
            {channelName}
            {kind === "reminder" && <span className={tables["dimmed"]}> (again)</span>}
            {heldBack !== null && <div className={tables["dimmed"]}>Not as things are: {heldBack}</div>}
          </td>
          <td className={tables["wide"]}>{because}</td>
        </tr>
      ))}
    </Hearers>
  );
}

/** Rows of whom, and why; `begin` is what their first cell says. */
function Hearers({ begin, children }: { begin: string; children: ReactNode }) {
  return (
    <div className={tables["scroll"]}>
      <table className={tables["table"]}>
        <thead>
          <tr>
            <th>{begin}</th>
            <th>At</th>
            <th>Who hears</th>
            <th>Because of</th>
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

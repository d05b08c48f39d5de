import type { ReactNode } from "react";

import { durationText } from "../time/duration.ts";
import { instant } from "../time/instant.ts";
import { shortZonedText } from "../time/zoned.ts";
import tables from "../ui/table.module.css";

/** Somebody who would hear, and how long after. */
export type Heard = {
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
export type HeardNews = {
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

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
};

/** Who would hear, in order. */
export function HearingList({ heard, zone }: { heard: readonly Heard[]; zone: string }) {
  return (
    <div className={tables["scroll"]}>
      <table className={tables["table"]}>
        <thead>
          <tr>
            <th>After</th>
            <th>At</th>
            <th>Who hears</th>
            <th>Because of</th>
          </tr>
        </thead>
        <tbody>
          {heard.map(({ channelId, channelName, kind, at, afterSeconds, because }) => (
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
              </td>
              <td className={tables["wide"]}>{because}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

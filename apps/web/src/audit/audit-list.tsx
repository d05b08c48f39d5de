import { Exact } from "../ui/exact.tsx";
import tables from "../ui/table.module.css";
import type { AuditEntry } from "./audit-queries.ts";

/** Who changed what, when and from where. */
export function AuditList({ entries }: { entries: readonly AuditEntry[] }) {
  return (
    <div className={tables["scroll"]}>
      <table className={tables["table"]}>
        <thead>
          <tr>
            <th>When</th>
            <th>Who</th>
            <th>What</th>
            <th>To</th>
            <th>Fields</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={entry.id}>
              <td>
                <Exact at={entry.at} />
              </td>
              <td className={tables["wide"]}>
                {entry.actor.kind === "key" ? `key “${entry.actor.name}”` : entry.actor.name}
                {entry.address !== null && <span className={tables["dimmed"]}> from {entry.address}</span>}
              </td>
              <td>{entry.action.replace(".", ": ").replaceAll("-", " ")}</td>
              <td className={tables["wide"]}>{entry.object.name || "–"}</td>
              <td className={tables["wide"]}>{entry.fields.join(", ") || "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

import { channelKinds } from "@overdue/channels";
import { Link } from "@tanstack/react-router";

import { KindIcon } from "./kind-icon.tsx";
import styles from "./channel-list.module.css";

/** The kinds of channels, each the way to a form of its own. */
export function AddChannel({ projectId }: { projectId: string }) {
  return (
    <nav className={styles["kinds"]} aria-label="Add a channel">
      {Object.entries(channelKinds).map(([kind, { title, summary }]) => (
        <Link
          key={kind}
          to="/projects/$projectId/channels/new/$kind"
          params={{ projectId, kind }}
          className={styles["kind"]}
        >
          <KindIcon kind={kind} />
          <strong>{title}</strong>
          <span>{summary}</span>
        </Link>
      ))}
    </nav>
  );
}

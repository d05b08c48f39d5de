import { Link } from "@tanstack/react-router";

import styles from "./check-list.module.css";
import type { Selection } from "./check-selection.ts";

/** The tags of a check in the list. Each is a link that filters the list by it. */
export function TagLinks({ tags }: { tags: readonly string[] }) {
  return (
    <ul className={styles["tags"]} aria-label="Tags">
      {tags.map((tag) => (
        <li key={tag}>
          <Link
            from="/projects/$projectId/checks"
            to="."
            search={(known: Selection) => ({ ...known, tag: [...new Set([...(known.tag ?? []), tag])] })}
          >
            {tag}
          </Link>
        </li>
      ))}
    </ul>
  );
}

export function TagList({ tags }: { tags: readonly string[] }) {
  return (
    <ul className={styles["tags"]} aria-label="Tags">
      {tags.map((tag) => (
        <li key={tag}>{tag}</li>
      ))}
    </ul>
  );
}

import { CopyButton } from "./copy-button.tsx";
import styles from "./code-block.module.css";

/** Text to paste, with its copy button. */
export function CodeBlock({ code, what }: { code: string; what: string }) {
  return (
    <div className={styles["frame"]}>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- long lines scroll, by the keyboard too */}
      <pre className={styles["code"]} aria-label={what} tabIndex={0}>
        <code>{code}</code>
      </pre>
      <div className={styles["copy"]}>
        <CopyButton value={code} what={what} />
      </div>
    </div>
  );
}

import { ActionIcon, CopyButton as MantineCopyButton, VisuallyHidden } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";

import styles from "./code-block.module.css";
import { Hint } from "./hint.tsx";

/** Text to paste, with a copy button. */
export function CodeBlock({ code, what }: { code: string; what: string }) {
  return (
    <div className={styles["frame"]}>
      {/* A single line wraps, so that all of it can be read before it is copied. */}
      <pre
        className={styles["code"]}
        data-wraps={!code.includes("\n") || undefined}
        aria-label={what}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- long lines scroll, by the keyboard too
        tabIndex={0}
      >
        <code>{code}</code>
      </pre>
      <div className={styles["copy"]}>
        <CopyButton value={code} what={what} />
      </div>
    </div>
  );
}

/** Copies `value`; `what` completes "Copy …" for people who cannot see the icon. */
export function CopyButton({ value, what }: { value: string; what: string }) {
  return (
    <MantineCopyButton value={value} timeout={2_000}>
      {({ copied, copy }) => (
        <Hint label={copied ? "Copied" : `Copy ${what}`}>
          <ActionIcon
            variant="subtle"
            color={copied ? "green" : "gray"}
            onClick={copy}
            aria-label={`Copy ${what}`}
          >
            {copied ? <IconCheck size={18} /> : <IconCopy size={18} />}
            <VisuallyHidden component="output">{copied ? "Copied" : ""}</VisuallyHidden>
          </ActionIcon>
        </Hint>
      )}
    </MantineCopyButton>
  );
}

import { Kbd, Modal } from "@mantine/core";

import styles from "./command-palette.module.css";

const KEYS: [keys: string, what: string][] = [
  ["Ctrl K", "Go to a check, a page or an action (⌘ K on a Mac)"],
  ["/", "Search in the list of checks"],
  ["c", "New check"],
  ["j k", "Next and previous check of the list"],
  ["Enter", "Open it"],
  ["x", "Select it; Shift x selects everything up to it"],
  ["e", "Edit it"],
  ["a", "Acknowledge it, or the selected checks"],
  ["Esc", "Clear the selection, close a dialog"],
  ["?", "This help"],
];

/** A dialog that lists the keys and what they do. */
// oxlint-disable-next-line import/no-default-export -- `React.lazy` needs a default export
export default function KeysHelp({ close }: { close: () => void }) {
  return (
    <Modal opened onClose={close} title="Keyboard" closeButtonProps={{ "aria-label": "Close" }}>
      <dl className={styles["keys"]}>
        {KEYS.map(([keys, what]) => (
          <div key={keys} style={{ display: "contents" }}>
            <dt>
              {keys.split(" ").map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}

import { Modal, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useId, useMemo, useState } from "react";

import { type CheckOverview, checksQuery } from "../checks/check-queries.ts";
import styles from "./command-palette.module.css";

type Command = { id: string; label: string; kind: "Check" | "Page" | "Action"; to: string };

type Props = { projectId: string; canEdit: boolean; close: () => void };

const COMMANDS_SHOWN_MAX = 30;

/** A dialog to find checks, pages and actions by parts of their names. Arrow keys choose, Enter opens. */
// oxlint-disable-next-line import/no-default-export -- `React.lazy` needs a default export
export default function CommandPalette({ projectId, canEdit, close }: Props) {
  const navigate = useNavigate();
  const { data: checks = [] } = useQuery(checksQuery(projectId));
  const [query, setQuery] = useState("");
  const [position, setPosition] = useState(0);
  const list = useId();
  const commands = useMemo(() => allCommands(projectId, checks, canEdit), [projectId, checks, canEdit]);
  const found = useMemo(() => findCommands(commands, query), [commands, query]);
  const current = found[Math.min(position, found.length - 1)];
  const open = (command: Command | undefined) => {
    if (command === undefined) return;
    close();
    void navigate({ to: command.to });
  };
  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter") open(current);
    if (step === undefined) return;
    event.preventDefault();
    setPosition(Math.min(found.length - 1, Math.max(0, position + step)));
  };
  return (
    <Modal.Root opened onClose={close} yOffset="12vh">
      <Modal.Overlay />
      <Modal.Content aria-label="Go to">
        <Modal.Body p="xs">
          <TextInput
            // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- no select filters its list by typed text
            role="combobox"
            aria-label="Go to a check, a page or an action"
            aria-expanded
            aria-controls={list}
            aria-activedescendant={current && `${list}-${current.id}`}
            placeholder="Go to a check, a page or an action"
            data-autofocus
            value={query}
            onChange={({ currentTarget }) => {
              setQuery(currentTarget.value);
              setPosition(0);
            }}
            onKeyDown={press}
          />
          {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- see the field above */}
          <div id={list} role="listbox" aria-label="Found" className={styles["found"]}>
            {found.map((command) => (
              <div
                key={command.id}
                id={`${list}-${command.id}`}
                // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- see the field above
                role="option"
                tabIndex={-1}
                aria-selected={command === current}
                className={styles["command"]}
                ref={(option) => {
                  if (command === current) option?.scrollIntoView({ block: "nearest" });
                }}
                onClick={() => open(command)}
                onKeyDown={press}
              >
                <span className={styles["label"]}>{command.label}</span>
                <span className={styles["kind"]}>{command.kind}</span>
              </div>
            ))}
          </div>
          {found.length === 0 && <p className={styles["none"]}>Nothing has this name.</p>}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

const PAGES: [label: string, path: string][] = [
  ["Checks", "checks"],
  ["Checks that are down", "checks?status=down"],
  ["The day", "day"],
  ["Incidents", "incidents"],
  ["Channels", "channels"],
  ["Routes", "routes"],
  ["On call", "on-call"],
  ["Deliveries", "deliveries"],
  ["Dead letters", "dead-letters"],
  ["Maintenance", "maintenance"],
  ["Status pages", "status-pages"],
  ["Pings that did not count", "refused-pings"],
  ["Connect", "connect"],
  ["Clock changes", "clock-changes"],
  ["Report", "report"],
  ["Settings", "settings"],
  ["Audit", "audit"],
];
const ACTIONS: [label: string, path: string][] = [
  ["New check", "checks/new"],
  ["New alert route", "routes/new"],
  ["New status page", "status-pages/new"],
  ["New webhook channel", "channels/new/webhook"],
  ["New e-mail channel", "channels/new/email"],
];

function allCommands(projectId: string, checks: readonly CheckOverview[], canEdit: boolean): Command[] {
  const base = `/projects/${projectId}`;
  const links = (kind: Command["kind"], targets: typeof PAGES) =>
    targets.map(([label, path]): Command => ({
      id: path.replaceAll(/\W/g, "-"),
      label,
      kind,
      to: `${base}/${path}`,
    }));
  return [
    ...links("Page", PAGES),
    ...(canEdit ? links("Action", ACTIONS) : []),
    ...checks.map(({ id, name }): Command => ({
      id,
      label: name,
      kind: "Check",
      to: `${base}/checks/${id}`,
    })),
  ];
}

/** The commands whose label contains every word of the query; those that begin with the query come first. */
export function findCommands<C extends { label: string }>(commands: readonly C[], query: string): C[] {
  const wanted = query.trim().toLowerCase();
  const words = wanted.split(/\s+/);
  const found = commands.filter(({ label }) => {
    const text = label.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const rank = ({ label }: C) => (label.toLowerCase().startsWith(wanted) ? 0 : 1);
  return found.toSorted((a, b) => rank(a) - rank(b)).slice(0, COMMANDS_SHOWN_MAX);
}

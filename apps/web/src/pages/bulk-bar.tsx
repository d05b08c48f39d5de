import { Button, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useId, useState } from "react";

import { channelsQuery } from "../channels/channel-queries.ts";
import type { BulkAction, CheckOverview } from "../checks/check-queries.ts";
import { collectTags } from "../checks/list-choices.ts";
import type { ChosenChecks } from "../checks/chosen-checks.ts";
import { useStartWindow, useStopWindow } from "../maintenance/maintenance-queries.ts";
import { browserZone } from "../time/zones.ts";
import { LazyMenu, type MenuEntry } from "../ui/lazy-menu.tsx";
import { toast } from "../ui/toast.tsx";
import styles from "./checks-page.module.css";
import { useBulk } from "./use-bulk.ts";

type Props = {
  projectId: string;
  /** All checks of the project. */
  checks: readonly CheckOverview[];
  /** The checks that match the filters. */
  shown: readonly CheckOverview[];
  chosen: ChosenChecks;
  ids: ReadonlySet<string>;
};

/** A bar of buttons for what can be done with the selected checks. */
// oxlint-disable-next-line import/no-default-export -- `React.lazy` needs a default export
export default function BulkBar({ projectId, checks, shown, chosen, ids }: Props) {
  const bulk = useBulk(projectId, checks);
  const selected = checks.filter(({ id }) => ids.has(id));
  const act = (action: BulkAction) =>
    bulk(
      action,
      selected.map(({ id }) => id),
    );
  const remove = () => {
    act({ action: "delete" });
    chosen.choose([]);
  };
  return (
    <section className={styles["bulk"]} aria-label="Selected checks">
      <output className={styles["bulkCount"]}>
        {selected.length} of {checks.length} selected
      </output>
      {selected.length < shown.length && (
        <BarButton onClick={() => chosen.choose(shown.map(({ id }) => id))}>
          Select all {shown.length}
        </BarButton>
      )}
      <BarButton onClick={() => chosen.choose([])}>Clear</BarButton>
      <span className={styles["bulkActions"]}>
        <BarButton onClick={() => act({ action: "pause" })}>Pause</BarButton>
        <BarButton onClick={() => act({ action: "resume" })}>Resume</BarButton>
        {selected.some(({ incident }) => incident !== undefined) && (
          <>
            <BarButton onClick={() => act({ action: "acknowledge" })}>Acknowledge</BarButton>
            <ActionMenu label="Snooze" entries={() => snoozeEntries(act)} />
          </>
        )}
        <TagForm checks={checks} selected={selected} act={act} />
        <ChannelMenu projectId={projectId} act={act} />
        <MaintenanceMenu projectId={projectId} selected={selected} />
        <Button size="compact-md" variant="default" className={styles["bulkDelete"] ?? ""} onClick={remove}>
          Delete
        </Button>
      </span>
    </section>
  );
}

function BarButton({ onClick, children }: { onClick: () => void; children: ReactNode }) {
  return (
    <Button size="compact-md" variant="default" onClick={onClick}>
      {children}
    </Button>
  );
}

function ActionMenu({ label, entries }: { label: string; entries: () => readonly MenuEntry[] }) {
  return (
    <LazyMenu
      position="bottom-start"
      width={230}
      target={
        <Button size="compact-md" variant="default">
          {label}
        </Button>
      }
      entries={entries}
    />
  );
}

type Act = (action: BulkAction) => void;

const SNOOZES = [
  { label: "30 minutes", span: "30m" },
  { label: "2 hours", span: "2h" },
  { label: "Tomorrow, 9:00", span: "tomorrow" },
  { label: "Until it recovers", span: "recovery" },
] as const;

function snoozeEntries(act: Act): MenuEntry[] {
  return SNOOZES.map(({ label, span }) => ({
    label,
    onClick: () => act({ action: "snooze", snooze: { for: span, timezone: browserZone() } }),
  }));
}

/** A form that adds a tag to the selected checks, or removes one that some of them have. */
function TagForm({ checks, selected, act }: Pick<Props, "checks"> & { selected: CheckOverview[]; act: Act }) {
  const [isOpen, setOpen] = useState(false);
  const [tag, setTag] = useState("");
  const list = useId();
  if (!isOpen) return <BarButton onClick={() => setOpen(true)}>Tags</BarButton>;
  const perform = (action: "add-tags" | "remove-tags") => {
    if (tag.trim() !== "") act({ action, tags: tag.trim().split(/\s+/) });
    setOpen(false);
    setTag("");
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    perform("add-tags");
  };
  const isInUse = collectTags(selected).includes(tag.trim());
  return (
    <form className={styles["bulkTag"]} onSubmit={submit}>
      <TextInput
        size="xs"
        aria-label="Tag"
        placeholder="Tag"
        data-autofocus
        ref={(field) => field?.focus()}
        list={list}
        value={tag}
        onChange={({ currentTarget }) => setTag(currentTarget.value)}
        onKeyDown={({ key }) => key === "Escape" && setOpen(false)}
      />
      <datalist id={list}>
        {collectTags(checks).map((one) => (
          <option key={one}>{one}</option>
        ))}
      </datalist>
      <Button type="submit" size="compact-md" variant="default">
        Add
      </Button>
      <Button size="compact-md" variant="default" disabled={!isInUse} onClick={() => perform("remove-tags")}>
        Remove
      </Button>
    </form>
  );
}

function ChannelMenu({ projectId, act }: { projectId: string; act: Act }) {
  const { data: channels = [] } = useQuery(channelsQuery(projectId));
  if (channels.length === 0) return null;
  const channelEntries = (action: "add-channels" | "remove-channels", icon: string): MenuEntry[] =>
    channels.map(({ id, name }) => ({
      id: `${action} ${id}`,
      label: name,
      icon,
      onClick: () => act({ action, channelIds: [id] }),
    }));
  return (
    <ActionMenu
      label="Channels"
      entries={() => [
        { label: "Notify by" },
        ...channelEntries("add-channels", "+"),
        "divider",
        { label: "No longer notify by" },
        ...channelEntries("remove-channels", "–"),
      ]}
    />
  );
}

const MAINTENANCE_SPANS = [
  { label: "For 30 minutes", minutes: 30 },
  { label: "For 2 hours", minutes: 120 },
  { label: "For 8 hours", minutes: 480 },
  { label: "For 24 hours", minutes: 1_440 },
];

/** A menu that starts one maintenance window for all selected checks. Undo ends it. */
function MaintenanceMenu({ projectId, selected }: { projectId: string; selected: CheckOverview[] }) {
  const { mutate: start } = useStartWindow(projectId);
  const { mutate: stop } = useStopWindow(projectId);
  const begin = (minutes: number) =>
    start(
      { name: "Maintenance", minutes, checkIds: selected.map(({ id }) => id) },
      {
        onSuccess: ({ id }) =>
          toast.withUndo(`Maintenance of ${countText(selected.length)} began.`, () =>
            stop(id, { onError: toast.error }),
          ),
        onError: toast.error,
      },
    );
  return (
    <ActionMenu
      label="Maintenance"
      entries={() =>
        MAINTENANCE_SPANS.map(({ label, minutes }) => ({ label, onClick: () => begin(minutes) }))
      }
    />
  );
}

function countText(count: number): string {
  return count === 1 ? "1 check" : `${count} checks`;
}

import { ActionIcon, Alert, Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { DEFAULT_SCHEDULER } from "@overdue/schedules";
import { IconX } from "@tabler/icons-react";
import { useQueries, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";

import { errorMessage } from "../api/problem.ts";
import type { ExplainSearch } from "../app/search.ts";
import { ScheduleMeaning } from "../checks/form/schedule-meaning.tsx";
import { SchedulerSelect, LazySchedulerIcon } from "../checks/form/scheduler-select.tsx";
import {
  proposalQuery,
  type Reading,
  readingsQuery,
  type Scheduler,
  schedulersQuery,
  TYPING_PAUSE_MS,
} from "../checks/schedule-queries.ts";
import { browserZone } from "../time/zones.ts";

import { Page, TextLink } from "../ui/page.tsx";
import { Logo } from "../ui/logo.tsx";
import styles from "./explain-page.module.css";
import { TimezoneSelect } from "../ui/pick.tsx";
import { TextArea } from "../ui/text-area.tsx";

const COMPARED_MAX = 6;
const EXAMPLE_LINE = "30 2 * * *";

/** What schedulers make of a cron line, for anybody. The address contains everything that was typed. */
export function ExplainPage() {
  const { asked, change } = useAsked();
  const { data: schedulers = [] } = useQuery(schedulersQuery);
  return (
    <main className={styles["frame"]}>
      <header className={styles["bar"]}>
        <Link to="/" className={styles["brand"]}>
          <Logo size={28} />
          Overdue
        </Link>
        <TextLink to="/sign-in">Sign in</TextLink>
      </header>
      <Page
        title="When does this line run?"
        lead="The same cron line means different things to different schedulers, above all when clocks change. Nothing that you type here is stored."
        wide
      >
        <Stack gap="lg">
          <ComparisonFields asked={asked} change={change} />
          <Proposal asked={asked} change={change} schedulers={schedulers} />
          <Readings asked={asked} change={change} schedulers={schedulers} />
        </Stack>
      </Page>
    </main>
  );
}

type Asked = Required<ExplainSearch>;
type Change = (search: ExplainSearch) => void;

function useAsked(): { asked: Asked; change: Change } {
  const search = useSearch({ from: "/explain" });
  const navigate = useNavigate({ from: "/explain" });
  const asked = {
    line: search.line ?? EXAMPLE_LINE,
    zone: search.zone ?? browserZone(),
    by: [...new Set(search.by ?? [DEFAULT_SCHEDULER, "kubernetes"])].slice(0, COMPARED_MAX),
  };
  return {
    asked,
    change: (part) => void navigate({ search: { ...asked, ...part }, replace: true, resetScroll: false }),
  };
}

function ComparisonFields({ asked, change }: { asked: Asked; change: Change }) {
  const [line, setLine] = useState(asked.line);
  const changeLine = useDebouncedCallback((text: string) => change({ line: text }), TYPING_PAUSE_MS);
  return (
    <div className={styles["question"]}>
      <TextArea
        label="Line"
        description="A cron line, or what you would paste: a CronJob, a Jenkinsfile, a call of Laravel or Celery."
        value={line}
        onChange={({ currentTarget }) => {
          setLine(currentTarget.value);
          changeLine(currentTarget.value);
        }}
        rows={1}
        maxLength={2000}
        spellCheck={false}
        isCode
      />
      <TimezoneSelect
        description="The zone of the machine that runs the job."
        value={asked.zone}
        onChange={(zone) => zone !== null && change({ zone })}
      />
    </div>
  );
}

type WithSchedulers = { asked: Asked; change: Change; schedulers: readonly Scheduler[] };

/** Offers to add the scheduler that probably runs the line, if none of the compared schedulers can read it. */
function Proposal({ asked, change, schedulers }: WithSchedulers) {
  const proposals = useQueries({
    queries: asked.by.map((scheduler) => ({
      ...proposalQuery({ expression: asked.line, scheduler }),
      enabled: asked.line !== EXAMPLE_LINE,
    })),
  }).map(({ data = null }) => data);
  const [proposal] = proposals;
  if (!proposal || proposals.includes(null) || asked.by.length >= COMPARED_MAX) return null;
  const offered = proposal.schedulers.filter((id) => !asked.by.includes(id));
  if (offered.length === 0) return null;
  return (
    <Alert color="blue">
      <Group gap="xs">
        <Text size="sm">{proposal.because}</Text>
        {offered.map((id) => (
          <Button
            key={id}
            size="compact-sm"
            variant="default"
            onClick={() => change({ by: [...asked.by, id] })}
          >
            Add {schedulers.find((one) => one.id === id)?.label ?? id}
          </Button>
        ))}
      </Group>
    </Alert>
  );
}

function Readings({ asked, change, schedulers }: WithSchedulers) {
  const { data, error, isPlaceholderData } = useQuery(
    readingsQuery({ expression: asked.line, timezone: asked.zone, scheduler: asked.by }),
  );
  // Until new readings have arrived, those of removed schedulers are left out.
  const readings = data?.filter(({ scheduler }) => asked.by.includes(scheduler));
  const remove = (id: string) => change({ by: asked.by.filter((one) => one !== id) });
  if (error)
    return (
      <Alert color="red" role="alert">
        {errorMessage(error)}
      </Alert>
    );
  return (
    <section aria-label="Readings" aria-live="polite" data-stale={isPlaceholderData || undefined}>
      {readings !== undefined && verdictText(readings) !== "" && (
        <p className={styles["verdict"]}>{verdictText(readings)}</p>
      )}
      <div className={styles["cards"]}>
        {readings === undefined
          ? asked.by.map((id) => <Skeleton key={id} height={320} />)
          : readings.map((reading) => (
              <ReadingCard
                key={reading.scheduler}
                reading={reading}
                scheduler={schedulers.find(({ id }) => id === reading.scheduler)}
                zone={asked.zone}
                {...(asked.by.length > 1 && { remove: () => remove(reading.scheduler) })}
              />
            ))}
        {asked.by.length < COMPARED_MAX && (
          <div className={styles["card"]} data-empty>
            <SchedulerSelect
              label="Compare with"
              value=""
              onChange={(id) => change({ by: [...asked.by, id] })}
            />
          </div>
        )}
      </div>
    </section>
  );
}

/** A sentence about whether the readings agree; empty if fewer than two schedulers can read the line. */
function verdictText(readings: readonly Reading[]): string {
  const meanings = readings.flatMap(({ meaning }) => meaning ?? []);
  if (meanings.length < 2) return "";
  const refused = readings.length - meanings.length;
  const isSame = (text: (meaning: (typeof meanings)[number]) => string) =>
    new Set(meanings.map(text)).size === 1;
  const who = refused === 0 ? "They" : "Those that read it";
  if (!isSame(({ next }) => next.map(({ at }) => at).join()))
    return `${who} run this line at different times.`;
  return isSame(({ changes }) => changes.map(({ effect }) => effect).join("\n"))
    ? `${who} run this line at the same times, at the next clock changes too.`
    : `${who} run this line at the same times, but not when the clocks change.`;
}

type CardProps = { reading: Reading; scheduler: Scheduler | undefined; zone: string; remove?: () => void };

function ReadingCard({ reading, scheduler, zone, remove }: CardProps) {
  const { label, expression, refusal, meaning } = reading;
  return (
    <article className={styles["card"]} aria-label={label}>
      <header className={styles["head"]}>
        <LazySchedulerIcon scheduler={scheduler} />
        <h2>{label}</h2>
        {remove && (
          <ActionIcon variant="subtle" color="gray" onClick={remove} aria-label={`Remove ${label}`}>
            <IconX size={18} aria-hidden />
          </ActionIcon>
        )}
      </header>
      <code className={styles["line"]}>{expression}</code>
      {scheduler && <p className={styles["version"]}>As {scheduler.version} reads it</p>}
      {refusal !== null && (
        <Alert color="red" title="It does not take this line">
          {refusal}
        </Alert>
      )}
      {meaning && <ScheduleMeaning meaning={meaning} zone={zone} />}
    </article>
  );
}

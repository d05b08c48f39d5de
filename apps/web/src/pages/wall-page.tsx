import { decodeMarks } from "@overdue/core";
import { HOUR_MS } from "@overdue/schedules";
import { useEffect, useState } from "react";
import type { CheckOverview } from "../checks/check-queries.ts";
import { selectChecks, summarise, type Summary } from "../checks/check-selection.ts";
import { checkTiming, statusAt, statusSentence } from "../checks/status.ts";
import { StatusIcon } from "../checks/status-badge.tsx";
import { Strip } from "../strip/strip.tsx";
import { useNow, recordServerTime, serverNow } from "../time/clock.ts";
import { relativeText } from "../time/duration.ts";
import { browserZone, clockText, shortZonedText } from "../time/zones.ts";
import { useTitle } from "../ui/page.tsx";
import styles from "./wall-page.module.css";

/** Every check of a project on a screen that nobody touches. The key is in the address, behind "#". */
export function WallPage() {
  useTitle("Wall");
  const [address, setAddress] = useState(() => readWallAddress(window.location.hash));
  useEffect(() => {
    const read = () => setAddress(readWallAddress(window.location.hash));
    window.addEventListener("hashchange", read);
    return () => window.removeEventListener("hashchange", read);
  }, []);
  useEffect(() => {
    if (address?.theme) document.documentElement.setAttribute("data-mantine-color-scheme", address.theme);
  }, [address]);
  if (address === null)
    return (
      <main className={styles["wall"]}>
        <h1>This address is not complete</h1>
        <p>Make one in the settings of a project: API keys, “See the overview, for a screen on a wall”.</p>
      </main>
    );
  return <Wall address={address} />;
}

const STALE_AFTER_MS = 45_000;

function Wall({ address }: { address: WallAddress }) {
  const state = useWall(address);
  const now = useNow();
  const summary = summarise(state.checks, now);
  const isOld = state.at !== null && now - state.at > STALE_AFTER_MS;
  return (
    <main className={styles["wall"]} data-old={isOld || undefined}>
      <header className={styles["head"]}>
        <h1>{state.at === null ? "Overdue" : summaryText(state.checks.length, summary)}</h1>
        <time className={styles["clock"]}>{clockText(now, browserZone())}</time>
      </header>
      <Warning state={state} isOld={isOld} now={now} />
      <Checks checks={selectChecks(state.checks, {}, now)} now={now} />
    </main>
  );
}

/** "2 down, 1 late, 57 fine", "All 60 jobs are fine". */
function summaryText(total: number, { down, late, fine, waiting, paused }: Summary): string {
  if (total === 0) return "No checks yet";
  if (down === 0 && late === 0) return fine === 1 ? "The job is fine" : `All ${fine} jobs are fine`;
  const parts = [
    [down, "down"],
    [late, "late"],
    [fine, "fine"],
    [waiting, "new"],
    [paused, "paused"],
  ] as const;
  return parts.flatMap(([count, word]) => (count === 0 ? [] : [`${count} ${word}`])).join(", ");
}

function Warning({ state: { at, refused }, isOld, now }: { state: WallState; isOld: boolean; now: number }) {
  if (refused !== null) return <output className={styles["warning"]}>{refused}</output>;
  if (!isOld || at === null) return null;
  return (
    <output className={styles["warning"]}>
      The server does not answer. This is how it was {relativeText(at, now)},{" "}
      {shortZonedText(at, browserZone())}.
    </output>
  );
}

const PAGE_SHOWN_MS = 15_000;

/** Checks that are down or late as large cards, all others as tiles, in several pages if they do not fit the screen. */
function Checks({ checks, now }: { checks: readonly CheckOverview[]; now: number }) {
  const size = useScreenSize();
  const isWrong = (check: CheckOverview) => ["down", "grace"].includes(statusAt(checkTiming(check), now));
  const wrong = checks.filter(isWrong);
  const cards = wrong.slice(0, CARD_COLUMNS * CARD_ROWS);
  const cardRows = Math.ceil(cards.length / CARD_COLUMNS);
  const columns = Math.max(1, Math.floor(size.widthEm / TILE_WIDTH_EM));
  const rows = Math.max(1, Math.floor((size.heightEm - HEAD_EM - cardRows * CARD_EM) / TILE_EM));
  const others = checks.filter((check) => !isWrong(check));
  const pages = Math.max(1, Math.ceil(others.length / (columns * rows)));
  const page = Math.floor(now / PAGE_SHOWN_MS) % pages;
  const hidden = wrong.length - cards.length;
  return (
    <>
      <ul className={styles["cards"]}>
        {cards.map((check) => (
          <Card key={check.id} check={check} now={now} />
        ))}
      </ul>
      {hidden > 0 && <p className={styles["more"]}>and {hidden} more that are down or late</p>}
      <ul className={styles["tiles"]} style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
        {others.slice(page * columns * rows, (page + 1) * columns * rows).map((check) => (
          <li key={check.id} className={styles["tile"]} data-status={statusAt(checkTiming(check), now)}>
            <StatusIcon status={statusAt(checkTiming(check), now)} />
            <span className={styles["name"]}>{check.name}</span>
          </li>
        ))}
      </ul>
      {pages > 1 && (
        <p className={styles["more"]}>
          {page + 1} of {pages}
        </p>
      )}
    </>
  );
}

const CARD_COLUMNS = 3;
const CARD_ROWS = 4;
// Heights and widths as in the style sheet, in em. An em is a fixed part of the screen's height.
const CARD_EM = 8.2;
const TILE_EM = 2.7;
const TILE_WIDTH_EM = 19;
const HEAD_EM = 9;
const SCREEN_EM = 54;

/** The size of the screen in the em of this page. */
function useScreenSize(): { widthEm: number; heightEm: number } {
  const read = () => `${window.innerWidth} ${window.innerHeight}`;
  const [size, setSize] = useState(read);
  useEffect(() => {
    const change = () => setSize(read());
    window.addEventListener("resize", change);
    return () => window.removeEventListener("resize", change);
  }, []);
  const [width = 0, height = 0] = size.split(" ").map(Number);
  const em = Math.max(height / SCREEN_EM, EM_MIN_PX);
  return { widthEm: width / em, heightEm: height / em };
}

const EM_MIN_PX = 12;

function Card({ check, now }: { check: CheckOverview; now: number }) {
  const status = statusAt(checkTiming(check), now);
  return (
    <li className={styles["card"]} data-status={status} data-handled={check.incident?.acknowledged}>
      <strong className={styles["name"]}>{check.name}</strong>
      <span>
        {statusSentence(check, now)}
        {check.incident?.acknowledged === true && ", acknowledged"}
      </span>
      {check.strip !== undefined && (
        <Strip
          marks={decodeMarks(check.strip)}
          label={`The last runs of ${check.name}`}
          explain={() => null}
          pitch="fill"
          height={24}
        />
      )}
    </li>
  );
}

/** What the address contains behind "#": the project, the key, and the colours. */
type WallAddress = { project: string; key: string; theme: "light" | "dark" | null };

export function readWallAddress(hash: string): WallAddress | null {
  const part = new URLSearchParams(hash.replace(/^#/, ""));
  const [project, key, theme] = [part.get("project"), part.get("key"), part.get("theme")];
  if (project === null || key === null) return null;
  return { project, key, theme: theme === "light" || theme === "dark" ? theme : null };
}

/** `at`: when the server last responded, epoch milliseconds, or null. `refused`: why trying again will not help. */
type WallState = {
  checks: readonly CheckOverview[];
  at: number | null;
  refused: string | null;
};

const REFRESH_MS = 10_000;
const TIMEOUT_MS = 20_000;
/** A page that is open for weeks is reloaded, to get new versions and to free the browser's memory. */
const RELOAD_AFTER_MS = 6 * HOUR_MS;

/** Reads the overview every ten seconds. While the server is away, the last state is kept. */
function useWall({ project, key }: WallAddress): WallState {
  const [state, setState] = useState<WallState>({ checks: [], at: null, refused: null });
  useEffect(() => {
    const controller = new AbortController();
    const startedAt = Date.now();
    let timer: ReturnType<typeof setTimeout>;
    const readOnce = async () => {
      const answer = await readOverviews({ project, key }, controller.signal);
      if (controller.signal.aborted) return;
      if (answer.kind === "checks" && Date.now() - startedAt > RELOAD_AFTER_MS)
        return window.location.reload();
      if (answer.kind === "checks") setState({ checks: answer.checks, at: serverNow(), refused: null });
      if (answer.kind === "refused") setState((known) => ({ ...known, refused: answer.because }));
      timer = setTimeout(() => void readOnce(), REFRESH_MS);
    };
    void readOnce();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [project, key]);
  return state;
}

type Answer =
  | { kind: "checks"; checks: readonly CheckOverview[] }
  | { kind: "refused"; because: string }
  | { kind: "none" };

async function readOverviews(
  { project, key }: Pick<WallAddress, "project" | "key">,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    const response = await fetch(`/v1/projects/${encodeURIComponent(project)}/check-overviews`, {
      headers: { authorization: `Bearer ${key}` },
      credentials: "omit",
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    recordServerTime(response.headers.get("date"));
    if (response.ok) return { kind: "checks", checks: (await response.json()).items };
    if (![401, 403, 404].includes(response.status)) return { kind: "none" };
    return { kind: "refused", because: "The key in this address no longer works: it was revoked." };
  } catch {
    return { kind: "none" };
  }
}

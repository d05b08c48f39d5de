// @vitest-environment happy-dom
import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { fakeApi, page, type SentRequest } from "../../test/fake-api.ts";
import { aPing, AT, CHECK, NO_EVIDENCE, PROJECT } from "../../test/fixtures.ts";
import { renderPart, tableRows } from "../../test/render.tsx";
import type {
  FlipView,
  IncidentView,
  NoticeView,
  RefusedPing,
  RunView,
  SlotView,
} from "./history-queries.ts";
import { OpenIncident } from "./open-incident.tsx";
import { Outages } from "./outages.tsx";
import { PingList } from "./ping-list.tsx";
import { RefusedPingsOfCheck, RefusedPingsOfProject } from "./refused-pings.tsx";
import { mergeRuns, RunList } from "./run-list.tsx";
import { StatusHistory } from "./status-history.tsx";

const PATH = `/v1/projects/${PROJECT}/checks/${CHECK}`;
const check = { projectId: PROJECT, checkId: CHECK, zone: "Europe/Berlin" };

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse("2026-11-20T12:10:00Z"), toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const RUN: RunView = {
  id: "run1",
  rid: null,
  host: "db1",
  startedAt: "2026-11-20T12:00:00Z",
  endedAt: "2026-11-20T12:04:10Z",
  outcome: "success",
  durationMs: 250_000,
  exitStatus: null,
  exitMeaning: null,
  overlong: false,
  guessed: false,
  metrics: null,
  outputPing: null,
  facts: null,
  lateMs: null,
};

const SLOT: SlotView = {
  dueAt: AT,
  outcome: "on-time",
  decidedAt: AT,
  lateMs: null,
  runId: null,
  run: null,
  because: null,
};

describe("the list of runs", () => {
  const BEGAN = "Fri 20 Nov, 13:00 CET10 min ago";

  async function renderRuns(...runs: Partial<RunView>[]) {
    fakeApi({
      [`GET ${PATH}/runs`]: page(...runs.map((one, index) => ({ ...RUN, id: `run${index}`, ...one }))),
      [`GET ${PATH}/slots`]: page(),
    });
    const rendered = await renderPart(<RunList check={check} />);
    await screen.findByRole("table");
    return rendered;
  }

  test("shows when a run began, how long it took, and on which host", async () => {
    await renderRuns({});
    expect(tableRows()).toEqual([["Success", BEGAN, "4 min 10 s", "–", "db1", "–", ""]]);
  });

  test("explains an exit status", async () => {
    await renderRuns({ outcome: "fail", exitStatus: 127 });
    expect(tableRows()[0]?.[3]).toBe("127, command not found");
  });

  test("counts up for a run that is still open", async () => {
    await renderRuns({ outcome: "running", endedAt: null, durationMs: null });
    expect(tableRows()[0]).toEqual(["Running", BEGAN, "10 min", "–", "db1", "–", "–"]);
  });

  test("marks a run that was too long, one without a start, and one whose parts were matched by a guess", async () => {
    await renderRuns({ overlong: true }, { startedAt: null, durationMs: null }, { guessed: true });
    expect(tableRows().map(([outcome, started, took]) => [outcome, started, took])).toEqual([
      ["Success too long", BEGAN, "4 min 10 s"],
      ["Success", "no start ping; ended Fri 20 Nov, 13:04 CET5 min ago", "–"],
      ["Success", BEGAN, "about 4 min 10 s"],
    ]);
  });

  test("points out the run of a time, and loads older pages until it has come to it", async () => {
    const old = { ...RUN, id: "old", startedAt: "2026-11-18T10:00:00Z", endedAt: "2026-11-18T10:04:00Z" };
    fakeApi({
      [`GET ${PATH}/runs`]: ({ query }: SentRequest) =>
        query["cursor"] === undefined ? { items: [RUN], next: "older" } : { items: [old], next: null },
      [`GET ${PATH}/slots`]: page(),
    });
    await renderPart(<RunList check={check} at="2026-11-18T10:02:00Z" />);
    await waitFor(() => expect(tableRows()).toHaveLength(2));
    const marked = screen.getAllByRole("row").filter((row) => row.dataset["marked"] === "true");
    expect(marked.map((row) => row.textContent)).toEqual([expect.stringContaining("18 Nov")]);
  });

  test("has the missed runs among them, in the order of time", async () => {
    const missed: SlotView = { ...SLOT, dueAt: "2026-11-20T11:00:00Z", outcome: "missed" };
    const planned: SlotView = {
      ...missed,
      dueAt: "2026-11-20T10:00:00Z",
      outcome: "excluded",
      because: "maintenance",
    };
    fakeApi({
      [`GET ${PATH}/runs`]: page(RUN, { ...RUN, id: "old", endedAt: "2026-11-20T10:30:00Z" }),
      [`GET ${PATH}/slots`]: page<SlotView>({ ...SLOT, run: RUN }, missed, planned),
    });
    await renderPart(<RunList check={check} />);
    await screen.findByRole("table");
    expect(tableRows().map(([outcome]) => outcome)).toEqual([
      "Success",
      "Missed",
      "Success",
      "Not counted maintenance window",
    ]);
  });

  test("open what a run printed by one button, and two runs side by side", async () => {
    const runs = [
      { ...RUN, id: "new", outputPing: 4 },
      { ...RUN, id: "old", endedAt: "2026-11-20T10:30:00Z", durationMs: 125_000, outputPing: null },
    ];
    fakeApi({
      [`GET ${PATH}/runs`]: page(...runs),
      [`GET ${PATH}/slots`]: page(),
      [`GET ${PATH}/pings/4/body`]: () => new Response("copied 12 files"),
    });
    const { user } = await renderPart(<RunList check={check} />);
    await user.click(await screen.findByRole("button", { name: /^Output/ }));
    const dialog = await screen.findByRole("dialog", { name: "Output of the run" });
    expect(await within(dialog).findByText("copied 12 files")).toBeTruthy();
    await user.click(within(dialog).getByRole("button", { name: "Close" }));
    for (const box of screen.getAllByRole("checkbox")) await user.click(box);
    await user.click(screen.getByRole("button", { name: "Compare two runs" }));
    const pair = await screen.findByRole("dialog", { name: "Two runs side by side" });
    expect(pair.textContent).toContain("2.0 times as long as the other");
    expect(pair.textContent).toContain("The run sent no output, or its output is no longer stored.");
  });

  test("loads further runs on request", async () => {
    fakeApi({
      [`GET ${PATH}/runs`]: ({ query }: { query: Record<string, string> }) =>
        query["cursor"] === "2" ? page({ ...RUN, id: "old" }) : { items: [RUN], next: "2" },
      [`GET ${PATH}/slots`]: page(),
    });
    const { user } = await renderPart(<RunList check={check} />);
    await user.click(await screen.findByRole("button", { name: "Show more" }));
    await waitFor(() => expect(tableRows()).toHaveLength(2));
    expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
  });
});

describe("runs and slots that are loaded page by page", () => {
  const at = (hour: number) => `2026-11-20T${String(hour).padStart(2, "0")}:00:00Z`;
  const runAt = (hour: number): RunView => ({ ...RUN, id: `run${hour}`, endedAt: at(hour) });
  const missedAt = (hour: number): SlotView => ({ ...SLOT, dueAt: at(hour), outcome: "missed" });
  const hours = (rows: ReturnType<typeof mergeRuns>) => rows.map((row) => Number(row.at.slice(11, 13)));

  test("are shown only as far back as both are loaded, or one would seem to be missing", () => {
    const runs = { items: [runAt(12), runAt(10)], isAll: false };
    const slots = { items: [missedAt(11), missedAt(4)], isAll: true };
    expect(hours(mergeRuns(runs, slots))).toEqual([12, 11, 10]);
    expect(hours(mergeRuns({ ...runs, isAll: true }, slots))).toEqual([12, 11, 10, 4]);
  });
});

describe("the list of pings", () => {
  async function renderPings(...pings: ReturnType<typeof aPing>[]) {
    const sent = fakeApi({
      [`GET ${PATH}/pings`]: page(...pings),
      [`GET ${PATH}/pings/2/body`]: () => new Response("disk full\u001b[31m!\u202e"),
    });
    const rendered = await renderPart(<PingList {...check} />);
    await screen.findByRole("table");
    return { ...rendered, sent };
  }

  test("shows the kind, the time, the duration and the source of each ping", async () => {
    await renderPings(
      aPing({ number: 2, kind: "fail", receivedAt: "2026-11-20T12:04:00Z", exitStatus: 1 }),
      aPing({ number: 1, kind: "start" }),
    );
    expect(tableRows()).toEqual([
      ["2", "Failure", "Fri 20 Nov, 13:04 CET6 min ago", "4 min", "1", "203.0.113.7 GET · curl/8.5", ""],
      ["1", "Start", "Fri 20 Nov, 13:00 CET10 min ago", "–", "–", "203.0.113.7 GET · curl/8.5", ""],
    ]);
  });

  test("says why a ping was ignored, and how many like it came", async () => {
    await renderPings(aPing({ kind: "ignored", note: "method", repeats: 11 }));
    expect(tableRows()[0]?.slice(0, 2)).toEqual(["1 (and 11 like it)", "Ignored only POST counts"]);
  });

  test("shows the body of a ping as text in which hidden characters are visible", async () => {
    const { user } = await renderPings(aPing({ number: 2, bodyBytes: 18 }));
    await user.click(screen.getByRole("button", { name: "Body of ping 2" }));
    const dialog = within(await screen.findByRole("dialog", { name: "Body of ping 2" }));
    expect((await dialog.findByLabelText("Body")).textContent).toBe("disk full!\\u202e");
    expect(dialog.getByRole("link", { name: "Download" }).getAttribute("download")).toBe("ping-2.txt");
  });

  test("shows the subject of a mail beside its sender", async () => {
    await renderPings(
      aPing({
        scheme: "email",
        method: "",
        userAgent: "Email from cron@example.org",
        subject: "Backup done",
      }),
    );
    expect(await screen.findByText("Email from cron@example.org · Backup done")).toBeTruthy();
  });

  test("says how much of a long body was left out", async () => {
    const { user } = await renderPings(
      aPing({ number: 2, bodyBytes: 150_000, bodyCut: true, bodyBytesLeftOut: 50_000 }),
    );
    await user.click(screen.getByRole("button", { name: "Body of ping 2" }));
    expect(await screen.findByText("150,000 bytes, of which 50,000 were left out")).toBeTruthy();
  });

  test("offers no body where nothing of it was kept, and says why", async () => {
    await renderPings(
      aPing({ bodyBytes: 18, bodyCut: true, bodyBytesLeftOut: 18, note: "no-room-for-body" }),
    );
    expect(await screen.findByText(/stored without its body: the disk was nearly full/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: /^Body/ })).toBeNull();
  });

  test("reads a body only when it is opened", async () => {
    const { sent } = await renderPings(aPing({ number: 2, bodyBytes: 18 }));
    expect(sent.map(({ path }) => path)).toEqual([`${PATH}/pings`]);
  });
});

describe("the history of a check", () => {
  const incident: IncidentView = {
    id: "i1",
    reason: "failed",
    openedAt: AT,
    resolvedAt: null,
    evidence: { ...NO_EVIDENCE, exitStatus: 3, lastHeardAt: "2026-11-20T11:00:00Z" },
  };
  const flip: FlipView = {
    id: "f1",
    at: AT,
    detectedAt: AT,
    from: "up",
    to: "down",
    reason: "failed",
    alerts: true,
    channels: 2,
  };
  const outage = {
    id: "o1",
    startedAt: "2026-11-20T11:50:00Z",
    endedAt: "2026-11-20T12:05:00Z",
    cause: "restart",
  };
  const notice: NoticeView = { id: "n1", at: AT, notice: "edited", evidence: NO_EVIDENCE };

  async function renderHistory(parts: {
    incidents?: IncidentView[];
    flips?: FlipView[];
    notices?: NoticeView[];
    slots?: SlotView[];
  }) {
    fakeApi({
      [`GET ${PATH}/incidents`]: page(...(parts.incidents ?? [])),
      [`GET ${PATH}/flips`]: page(...(parts.flips ?? [])),
      [`GET ${PATH}/notices`]: page(...(parts.notices ?? [])),
      [`GET ${PATH}/slots`]: page(...(parts.slots ?? [])),
      [`GET /v1/projects/${PROJECT}/outages`]: page(outage),
    });
    await renderPart(<StatusHistory {...check} />);
    await waitFor(() => expect(screen.queryByText("Loading…")).toBeNull());
  }

  test("shows why an incident opened, and how long it has been open", async () => {
    await renderHistory({ incidents: [incident] });
    expect(tableRows("Incidents")).toEqual([
      [
        "The job failed with exit status 3",
        "Fri 20 Nov 2026, 13:00:00 CET",
        "open for 10 min",
        "Fri 20 Nov 2026, 12:00:00 CET",
      ],
    ]);
  });

  test("shows how long a resolved incident lasted", async () => {
    await renderHistory({ incidents: [{ ...incident, resolvedAt: "2026-11-20T12:02:00Z" }] });
    expect(tableRows("Incidents")[0]?.[2]).toBe("2 min");
  });

  test.each<[Partial<FlipView>, string]>([
    [{ channels: 2 }, "2 notified"],
    [{ channels: 0 }, "no channel to notify"],
    [{ channels: 0, alerts: false }, "not notified"],
  ])("a status change with %j shows: %s", async (change, text) => {
    await renderHistory({ flips: [{ ...flip, ...change }] });
    expect(tableRows("Status changes")).toEqual([
      ["Down", "Fri 20 Nov 2026, 13:00:00 CET", "The job failed", text],
    ]);
  });

  test.each<[Partial<SlotView>, string, string]>([
    [{ outcome: "late", lateMs: 180_000 }, "Late", "3 min late"],
    [{ outcome: "missed" }, "Missed", "–"],
    [{ outcome: "missed", lateMs: 600_000 }, "MissedThe run was made up later", "10 min late"],
    [{ outcome: "missed", because: "overlap" }, "MissedThe previous run was still open", "–"],
    [
      { outcome: "early", lateMs: -20_000 },
      "EarlyThe ping came 20 s before it was due: is the clock of its host ahead?",
      "20 s early",
    ],
    [{ outcome: "early", lateMs: -600_000 }, "Early", "10 min early"],
    [{ outcome: "excluded", because: "maintenance" }, "ExcludedMaintenance window", "–"],
    [
      { outcome: "excluded" },
      "ExcludedOverdue could not receive pings 12:50 CET to 13:05 CET (Overdue was not running)",
      "–",
    ],
  ])("an expected time with %j shows: %s, off by %s", async (change, outcome, offBy) => {
    await renderHistory({ slots: [{ ...SLOT, ...change }] });
    await waitFor(() =>
      expect(tableRows("Expected times")).toEqual([["Fri 20 Nov 2026, 13:00:00 CET", outcome, offBy]]),
    );
  });

  test("has no card for notices where there is none", async () => {
    await renderHistory({});
    expect(screen.queryByRole("region", { name: "Notices" })).toBeNull();
  });

  test("lists notices, such as an outlier with its baseline", async () => {
    const evidence = { ...NO_EVIDENCE, durationMs: 775_000, baseline: { medianMs: 250_000, runs: 20 } };
    await renderHistory({ notices: [notice, { id: "n2", at: AT, notice: "overlong", evidence }] });
    expect(tableRows("Notices").map(([, what]) => what)).toEqual([
      "The check was edited",
      "It took 12 min 55 s, 3.1 times the baseline of 4 min 10 s (last 20 runs)",
    ]);
  });

  test("lists outages since the check was created, with their cause", async () => {
    const before = {
      id: "o0",
      startedAt: "2026-11-01T00:00:00Z",
      endedAt: "2026-11-01T01:00:00Z",
      cause: "busy",
    };
    fakeApi({ [`GET /v1/projects/${PROJECT}/outages`]: page(outage, before) });
    await renderPart(<Outages projectId={PROJECT} since="2026-11-10T00:00:00Z" zone="Europe/Berlin" />);
    await screen.findByRole("table");
    expect(tableRows()).toEqual([
      ["Fri 20 Nov 2026, 12:50:00 CETOverdue was not running", "Fri 20 Nov 2026, 13:05:00 CET", "15 min"],
    ]);
  });

  test("does not name the failed ping itself as the last ping before", async () => {
    const failed = { ...incident, evidence: { ...incident.evidence, lastHeardAt: incident.openedAt } };
    const { container } = await renderPart(<OpenIncident open={failed} zone={check.zone} />);
    await screen.findByText(/the job failed/);
    expect(container.textContent).not.toContain("Last ping before");
  });

  test("says since when and why a check is down, when it was expected, and when it pinged last", async () => {
    const missed: IncidentView = {
      ...incident,
      reason: "missed",
      evidence: { ...NO_EVIDENCE, expectedAt: "2026-11-20T11:30:00Z", lastHeardAt: "2026-11-19T11:30:00Z" },
    };
    const { container } = await renderPart(<OpenIncident open={missed} zone={check.zone} />);
    await screen.findByText(/no ping came in time/);
    expect(container.textContent).toContain(
      "Since Fri 20 Nov 2026, 13:00:00 CET: no ping came in time. It was expected at Fri 20 Nov 2026, 12:30:00 CET. Last ping before that: Thu 19 Nov 2026, 12:30:00 CET.",
    );
  });
});

describe("pings that did not count", () => {
  const refused: RefusedPing = {
    id: "p1",
    checkId: null,
    reason: "unknown-slug",
    asked: "/nightly-bakup",
    missingSlug: "nightly-bakup",
    missingToken: null,
    count: 1_204,
    firstAt: AT,
    lastAt: AT,
    method: "GET",
    remoteAddress: "203.0.113.7",
    userAgent: "curl",
  };

  test("are listed for the project with the reason and what to do", async () => {
    fakeApi({ [`GET /v1/projects/${PROJECT}/refused-pings`]: page(refused) });
    await renderPart(
      <RefusedPingsOfProject
        projectId={PROJECT}
        createButton={(missing) => <button>Create {"slug" in missing && missing.slug}</button>}
      />,
    );
    await screen.findByRole("table");
    expect(tableRows()).toEqual([
      [
        "10 min ago",
        "1,204",
        "/nightly-bakup",
        "No check of this project has this slug. Create the check, or add ?create=1 to the URL.",
        "203.0.113.7 GET · curl",
        "Create nightly-bakup",
      ],
    ]);
  });

  test("are asked for by check on the page of a check, which shows nothing where there is none", async () => {
    const sent = fakeApi({ [`GET /v1/projects/${PROJECT}/refused-pings`]: page() });
    const { container } = await renderPart(<RefusedPingsOfCheck projectId={PROJECT} checkId={CHECK} />);
    await waitFor(() => expect(sent[0]?.query["checkId"]).toBe(CHECK));
    expect(within(container).queryByRole("region")).toBeNull();
  });
});

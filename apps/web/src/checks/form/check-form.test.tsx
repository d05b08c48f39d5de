// @vitest-environment happy-dom
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";

import { fakeApi, problem } from "../../../test/fake-api.ts";
import { renderPart } from "../../../test/render.tsx";
import { ApiError } from "../../api/problem.ts";
import type { CheckInput } from "../check-queries.ts";
import { CheckForm } from "./check-form.tsx";
import { type CheckFormValues, newCheckValues } from "./check-form-values.ts";

const EXPLAIN = "POST /v1/schedules/explain";
const NIGHTLY = { kind: "cron", expression: "30 2 * * *", timezone: "Europe/Berlin" };
const explained = {
  text: "Every day at 02:30",
  schedule: NIGHTLY,
  next: [{ at: "2026-11-21T01:30:00.000Z" }, { at: "2026-11-22T01:30:00.000Z" }],
  changes: [],
  lints: [],
  policy: { usual: ["After it was down, cron (Debian) makes up nothing."], others: [] },
  notes: [],
  suggestedName: null,
  suggestedJitterSeconds: null,
};
const setups = { missed: [], overlap: [] };
const ofKubernetes = {
  missed: [
    { id: "no-deadline", text: "without a deadline", setting: null },
    { id: "deadline", text: "with a deadline", setting: "startingDeadlineSeconds" },
  ],
  overlap: [
    { rule: "parallel", text: "concurrencyPolicy is Allow" },
    { rule: "one-at-the-end", text: "concurrencyPolicy is Forbid" },
  ],
};
const schedulers = [
  { id: "debian-cron", label: "cron (Debian, Ubuntu, most Linux)", family: "Linux", names: ["cron"], setups },
  {
    id: "kubernetes",
    label: "Kubernetes CronJob",
    family: "Containers",
    names: ["k8s"],
    setups: ofKubernetes,
  },
  { id: "spring", label: "Spring @Scheduled", family: "Java", names: ["Spring Boot"], setups },
  { id: "fugit", label: "fugit", family: "Ruby and PHP", names: ["Sidekiq-cron", "GoodJob"], setups },
  { id: "jenkins", label: "Jenkins", family: "Build servers", names: [], setups },
];
const runners = {
  items: schedulers,
  intervals: [{ id: "bullmq", label: "BullMQ", setups }],
  oncalendar: { ...setups, missed: [{ id: "persistent", text: "with Persistent=true", setting: null }] },
};
const channels = [
  { id: "ops", name: "Ops mailbox", hint: "ops@example.org", brokenAt: null, unconfirmedSince: null },
  { id: "sms", name: "SMS", hint: "+49 170", brokenAt: "2026-11-01T00:00:00.000Z", unconfirmedSince: null },
];

type Save = (input: CheckInput) => Promise<unknown>;

async function renderForm(
  save: Save = vi.fn().mockResolvedValue(undefined),
  options: { explain?: object; isNew?: boolean; values?: Partial<CheckFormValues> } = {},
) {
  const sent = fakeApi({
    [EXPLAIN]: options.explain ?? explained,
    "GET /v1/schedulers": runners,
  });
  const rendered = await renderPart(
    <CheckForm
      projectId="p1"
      initial={{ ...newCheckValues("Europe/Berlin", ["ops"]), ...options.values }}
      isNew={options.isNew ?? true}
      channels={channels}
      knownTags={["prod"]}
      others={new Map([["c2", "storage"]])}
      save={save}
      cancel={vi.fn()}
    />,
  );
  return { ...rendered, sent };
}

const submit = () => screen.getByRole("button", { name: "Create check" });

test("a new check is created with the defaults and what was typed", async () => {
  const save = vi.fn<Save>().mockResolvedValue(undefined);
  const { user } = await renderForm(save);
  await user.type(screen.getByLabelText("Name"), "nightly backup");
  await user.click(submit());
  expect(save.mock.calls[0]?.[0]).toMatchObject({
    name: "nightly backup",
    slug: "nightly-backup",
    schedule: NIGHTLY,
    graceSeconds: 3_600,
    channelIds: ["ops"],
  });
});

test("the slug follows the name until somebody types the slug", async () => {
  const { user } = await renderForm();
  const [name, slug] = [screen.getByLabelText("Name"), screen.getByLabelText<HTMLInputElement>("Slug")];
  await user.type(name, "DB");
  expect(slug.value).toBe("db");
  await user.clear(slug);
  await user.type(slug, "database");
  await user.type(name, " backup");
  expect(slug.value).toBe("database");
});

test("the slug of an existing check stays when its name changes", async () => {
  const { user } = await renderForm(undefined, { isNew: false });
  await user.type(screen.getByLabelText("Name"), "renamed");
  expect(screen.getByLabelText<HTMLInputElement>("Slug").value).toBe("");
});

test("a preset fills in its schedule", async () => {
  const save = vi.fn<Save>().mockResolvedValue(undefined);
  const { user } = await renderForm(save);
  await user.click(screen.getByRole("button", { name: "Weekdays 09:00" }));
  await waitFor(() =>
    expect(screen.getByLabelText<HTMLTextAreaElement>(/^Cron expression/).value).toBe("0 9 * * 1-5"),
  );
});

test("each kind of schedule keeps what was typed while another is looked at", async () => {
  const { user } = await renderForm();
  await user.clear(screen.getByLabelText(/^Cron expression/));
  await user.type(screen.getByLabelText(/^Cron expression/), "5 4 * * *");
  await user.click(screen.getByRole("radio", { name: "Interval" }));
  expect(screen.queryByLabelText(/^Cron expression/)).toBeNull();
  await user.click(screen.getByRole("radio", { name: "Cron" }));
  expect(screen.getByLabelText<HTMLTextAreaElement>(/^Cron expression/).value).toBe("5 4 * * *");
});

describe("what runs the job", () => {
  const scheduleOf = (save: ReturnType<typeof vi.fn<Save>>) => save.mock.calls[0]?.[0].schedule;
  const named = { name: "nightly", slug: "nightly" };

  test("a scheduler with several set-ups asks which it is, and for its own limit", async () => {
    const save = vi.fn<Save>().mockResolvedValue(undefined);
    const { user } = await renderForm(save, { values: { ...named, scheduler: "kubernetes" } });
    await user.selectOptions(await screen.findByLabelText("How is it set up?"), "with a deadline");
    await user.type(screen.getByLabelText("startingDeadlineSeconds: amount"), "200");
    await user.selectOptions(screen.getByLabelText(/^What happens to a run/), "concurrencyPolicy is Forbid");
    await user.click(submit());
    expect(scheduleOf(save)).toEqual({
      ...NIGHTLY,
      scheduler: "kubernetes",
      setup: { missed: "deadline", withinSeconds: 200, overlap: "one-at-the-end" },
    });
  });

  test("a scheduler with only one set-up asks nothing", async () => {
    await renderForm(undefined, { values: { ...named, scheduler: "spring" } });
    await screen.findByDisplayValue("Spring @Scheduled");
    expect(screen.queryByLabelText("How is it set up?")).toBeNull();
  });

  test("an interval may say who starts it", async () => {
    const save = vi.fn<Save>().mockResolvedValue(undefined);
    const values = { ...named, kind: "interval" as const, intervalScheduler: "bullmq" };
    const { user } = await renderForm(save, { values });
    await screen.findByDisplayValue("BullMQ");
    await user.click(submit());
    expect(scheduleOf(save)).toEqual({ kind: "interval", everySeconds: 300, scheduler: "bullmq" });
  });

  test("Jenkins is asked for the name of its job, which is sent as it is typed", async () => {
    const save = vi.fn<Save>().mockResolvedValue(undefined);
    const { user } = await renderForm(save, {
      values: { ...named, scheduler: "jenkins", cron: "H 2 * * *" },
    });
    await user.type(await screen.findByLabelText("Jenkins job"), "team/nightly");
    await user.click(submit());
    expect(scheduleOf(save)).toEqual({
      ...NIGHTLY,
      expression: "H 2 * * *",
      scheduler: "jenkins",
      job: "team/nightly",
    });
  });
});

describe("what is wrong with the form", () => {
  test("is said next to the buttons too, because the field may be out of sight", async () => {
    const errors = [{ field: "graceSeconds", message: "The grace must be at least a minute." }];
    const refusal = new ApiError({ status: 400, code: "invalid_input", detail: "Invalid.", errors });
    const save = vi.fn<Save>().mockRejectedValue(refusal);
    const { user } = await renderForm(save);
    await user.clear(screen.getByLabelText("Grace: amount"));
    await user.click(submit());
    expect((await screen.findByRole("alert")).textContent).toContain("Some fields need a correction");
    expect(screen.getByText("The grace must be at least a minute.")).toBeTruthy();
    expect(save.mock.calls[0]?.[0].graceSeconds).toBeNaN();
  });

  test("is shown at the field that the server refuses", async () => {
    const errors = [{ field: "slug", message: "Another check has this slug." }];
    const refusal = new ApiError({ status: 409, code: "conflict", detail: "Conflict.", errors });
    const { user } = await renderForm(vi.fn<Save>().mockRejectedValue(refusal));
    await user.click(submit());
    expect(await screen.findByText("Another check has this slug.")).toBeTruthy();
    expect(screen.getByLabelText("Slug").getAttribute("aria-invalid")).toBe("true");
  });

  test("is shown next to the buttons where no field is at fault", async () => {
    const refusal = new ApiError({
      status: 409,
      code: "limit",
      detail: "This project has 5,000 checks already.",
    });
    const { user } = await renderForm(vi.fn<Save>().mockRejectedValue(refusal));
    await user.click(submit());
    expect((await screen.findByRole("alert")).textContent).toContain(
      "This project has 5,000 checks already.",
    );
  });
});

describe("the preview of a schedule", () => {
  const preview = () => within(screen.getByRole("region", { name: "Next expected times" }));

  test("shows what it means and its next times with their zone", async () => {
    await renderForm();
    await screen.findByText("Every day at 02:30");
    expect(preview().getByText("Sat 21 Nov, 02:30 CET")).toBeTruthy();
  });

  test("shows why a schedule cannot be used", async () => {
    await renderForm(undefined, { explain: () => problem(400, { detail: "February has no 30th." }) });
    expect((await screen.findByText("February has no 30th.")).closest("[role=alert]")).toBeTruthy();
  });

  test("warns of a run that the change to daylight saving time skips", async () => {
    const change = {
      at: "2027-03-28T01:00:00.000Z",
      text: "On 28 March the clock goes from 02:00 to 03:00",
      effect: "02:30 does not run.",
      affected: [{ local: "Sun 2027-03-28 02:30", mark: "skipped", runs: [] }],
      affectedCount: 1,
    };
    await renderForm(undefined, { explain: { ...explained, changes: [change] } });
    expect(await screen.findByText("02:30 does not run.")).toBeTruthy();
  });

  test("asks the server once for a burst of typing", async () => {
    const { user, sent } = await renderForm();
    await screen.findByText("Every day at 02:30");
    const before = sent.length;
    await user.type(screen.getByLabelText(/^Cron expression/), "1234");
    await waitFor(() => expect(sent.length).toBeGreaterThan(before));
    expect(sent.length).toBe(before + 1);
  });
});

test("a pasted crontab line is offered as a schedule and a name, and fills in both", async () => {
  const found = {
    ...explained,
    schedule: { ...NIGHTLY, expression: "5 4 * * 0" },
    suggestedName: "vacuum",
    notes: ["The command was left out."],
  };
  const { user } = await renderForm(undefined, { explain: found });
  await user.click(await screen.findByRole("button", { name: "Use this schedule" }));
  expect(screen.getByLabelText<HTMLTextAreaElement>(/^Cron expression/).value).toBe("5 4 * * 0");
  expect(screen.getByLabelText<HTMLInputElement>("Name").value).toBe("vacuum");
});

describe("what runs the job", () => {
  const runner = () => screen.getByRole<HTMLInputElement>("combobox", { name: "What runs this job?" });
  const cron = () => screen.getByLabelText(/^Cron expression/);

  test("is plain cron at first, and is found by the names that people use", async () => {
    const save = vi.fn<Save>().mockResolvedValue(undefined);
    const { user } = await renderForm(save);
    await waitFor(() => expect(runner().value).toBe("cron (Debian, Ubuntu, most Linux)"));
    await user.click(runner());
    await screen.findByRole("option", { name: "fugit" });
    await user.clear(runner());
    await user.type(runner(), "sidekiq");
    await user.click(await screen.findByRole("option", { name: "fugit" }));
    expect(screen.queryByRole("option", { name: "Kubernetes CronJob" })).toBeNull();
    await user.click(submit());
    expect(save.mock.calls[0]?.[0].schedule).toEqual({ ...NIGHTLY, scheduler: "fugit" });
  });

  test("stays what it was on an edit", async () => {
    const save = vi.fn<Save>().mockResolvedValue(undefined);
    const { user } = await renderForm(save, { values: { scheduler: "kubernetes" }, isNew: false });
    await waitFor(() => expect(runner().value).toBe("Kubernetes CronJob"));
    await user.click(screen.getByRole("button", { name: "Save" }));
    expect(save.mock.calls[0]?.[0].schedule).toEqual({ ...NIGHTLY, scheduler: "kubernetes" });
  });

  test("may be a systemd timer, which is another kind of schedule", async () => {
    const { user } = await renderForm();
    await user.click(runner());
    await user.click(await screen.findByRole("option", { name: "systemd timer (OnCalendar)" }));
    expect(screen.getByLabelText(/^OnCalendar expression/)).toBeTruthy();
  });

  test("is proposed for six fields, and taken with a click", async () => {
    const { user } = await renderForm();
    await user.clear(cron());
    await user.type(cron(), "0 30 2 * * *");
    await screen.findByText(/This line has six fields/);
    await user.click(screen.getByRole("button", { name: "Spring @Scheduled" }));
    await waitFor(() => expect(runner().value).toBe("Spring @Scheduled"));
    expect(screen.queryByText(/This line has six fields/)).toBeNull();
  });

  test("is not asked again for a line once it was refused", async () => {
    const { user } = await renderForm();
    await user.clear(cron());
    await user.type(cron(), "@every 90m");
    await user.click(await screen.findByRole("button", { name: "No" }));
    expect(screen.queryByText(/counts from the last start/)).toBeNull();
    await user.type(cron(), "{backspace}s");
    expect(await screen.findByText(/counts from the last start/)).toBeTruthy();
  });

  test("is taken from a pasted CronJob, or refused so that cron stays", async () => {
    const save = vi.fn<Save>().mockResolvedValue(undefined);
    const found = {
      ...explained,
      schedule: { ...NIGHTLY, scheduler: "kubernetes" },
      notes: ["This is a Kubernetes CronJob, so it is read as Kubernetes CronJob reads it."],
    };
    const { user } = await renderForm(save, { explain: found });
    await screen.findByText(/This is a Kubernetes CronJob/);
    await user.click(screen.getByRole("button", { name: "No, cron runs it" }));
    await user.click(submit());
    expect(save.mock.calls[0]?.[0].schedule).toMatchObject({ scheduler: "debian-cron" });
  });

  test("decides how the common schedules are written", async () => {
    const { user } = await renderForm(undefined, { values: { scheduler: "quartz" } });
    await user.click(screen.getByRole("button", { name: "Weekdays 09:00" }));
    await waitFor(() => expect((cron() as HTMLTextAreaElement).value).toBe("0 0 9 ? * MON-FRI"));
  });

  test("is shown with what it does otherwise, and with missed runs", async () => {
    const message = "APScheduler counts weekdays from Monday = 0: this runs Tuesday to Saturday at 09:00.";
    await renderForm(undefined, { explain: { ...explained, lints: [{ code: "otherwise", message }] } });
    expect(await screen.findByText(message)).toBeTruthy();
    expect(screen.getByText("After it was down, cron (Debian) makes up nothing.")).toBeTruthy();
  });
});

test("a broken channel can be chosen, but says that it is broken", async () => {
  const save = vi.fn<Save>().mockResolvedValue(undefined);
  const { user } = await renderForm(save);
  await user.click(screen.getByRole("checkbox", { name: "SMS (broken)" }));
  await user.click(submit());
  expect(save.mock.calls[0]?.[0].channelIds).toEqual(["ops", "sms"]);
});

test("the settings that are off by default are sent once they are set", async () => {
  const save = vi.fn<Save>().mockResolvedValue(undefined);
  const { user } = await renderForm(save);
  await user.click(screen.getByText("More settings"));
  await user.type(await screen.findByLabelText("Max runtime: amount"), "2");
  await user.selectOptions(screen.getByLabelText("Tolerance"), "in-a-row");
  await user.click(screen.getByLabelText("Only POST counts"));
  await user.click(submit());
  expect(save.mock.calls[0]?.[0]).toMatchObject({
    maxRuntimeSeconds: 120,
    tolerance: { kind: "in-a-row", bad: 2, tolerateMissed: false },
    methods: "POST",
  });
});

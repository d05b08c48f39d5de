import { randomUUIDv7 } from "node:crypto";
import { type CheckSettings, defaultSettings, fold, newCheck, nextAt } from "@overdue/core";
import {
  type CheckDetails,
  type CheckWithChannels,
  createCheck,
  type NewCheck,
  PlanLimitReached,
  type Db,
  findProjectChecks,
  isPingUuidTaken,
  listChannelNames,
} from "@overdue/db";
import { lintSchedule, type Schedule, ScheduleInput } from "@overdue/schedules";
import { z } from "zod";
import { Refusal } from "../refusal.ts";
import { defineCommand, id, requireProject } from "./command.ts";

type Imported = {
  created: number;
  alreadyThere: number;
  /** What could not be imported, and what is odd about an imported schedule, one sentence each. */
  problems: { check: string; problem: string }[];
};

type Into = { projectId: string; keepUuids: boolean; now: number; onProgress: (done: number) => void };

/** Creates the checks of the source in a project; checks of an earlier import stay as they are. */
async function importChecks(db: Db, source: Source, into: Into): Promise<Imported> {
  const isThere = newMatcher(await findProjectChecks(db, into.projectId));
  const channels = await channelsByTheirId(db, source, into.projectId);
  const report: Imported = { created: 0, alreadyThere: 0, problems: [] };
  for (const [done, check] of source.checks.entries()) {
    if (isThere(check)) report.alreadyThere += 1;
    else await importCheck(db, check, { into, channels, report });
    into.onProgress(done + 1);
  }
  return report;
}

type Channels = Map<string, { ours: string | null; label: string }>;

async function channelsByTheirId(db: Db, source: Source, projectId: string): Promise<Channels> {
  const ours = await listChannelNames(db, projectId);
  return new Map(
    source.channels.map(({ id, name, kind }) => {
      const same = ours.filter((channel) => channel.name === name);
      return [id, { ours: same.length === 1 ? (same[0]?.id ?? null) : null, label: `${kind} “${name}”` }];
    }),
  );
}

async function importCheck(
  db: Db,
  check: SourceCheck,
  { into, channels, report }: { into: Into; channels: Channels; report: Imported },
): Promise<void> {
  const addProblem = (problem: string) => report.problems.push({ check: check.name || check.uuid, problem });
  const converted = convert(check);
  if (converted.kind === "problem") return void addProblem(converted.problem);
  if (into.keepUuids && (await isPingUuidTaken(db, check.uuid)))
    return void addProblem("its UUID belongs to a check of another project here, or to a deleted one.");
  const theirs = check.channels.split(",").filter((id) => id !== "");
  const found = theirs.map((id) => channels.get(id));
  const input = {
    projectId: into.projectId,
    details: converted.details,
    ...newState(check, converted.settings, into.now),
    channelIds: found.flatMap((channel) => channel?.ours ?? []),
    ...(into.keepUuids && { pingUuid: check.uuid, ...badgeUuid(check) }),
  };
  const full = await createWhereRoom(db, input);
  if (full !== null) return void addProblem(full);
  report.created += 1;
  lintSchedule(converted.settings.schedule).forEach(addProblem);
  for (const channel of found)
    if (channel?.ours === null)
      addProblem(`there is not exactly one channel with the name of its ${channel.label}: link one by hand.`);
}

/** Creates a check. @returns why it is not, where the plan of the organization allows no more; null: it was created */
async function createWhereRoom(db: Db, input: NewCheck): Promise<string | null> {
  try {
    await createCheck(db, input);
    return null;
  } catch (error) {
    if (error instanceof PlanLimitReached) return error.message;
    throw error;
  }
}

/** The state of an imported check: that of a new one, because pings are not imported, and paused if the source's is. */
function newState({ status }: SourceCheck, settings: Parameters<typeof newCheck>[2], now: number) {
  const fresh = newCheck(randomUUIDv7(), now, settings);
  const check = status === "paused" ? fold(fresh, { kind: "pause", at: now }).check : fresh;
  return { check, nextAt: nextAt(check) };
}

/** The id in the check's badge URL, which is kept so that badges continue to work. */
function badgeUuid({ badge_url: url }: SourceCheck): { badgeUuid?: string } {
  const uuid = /\/b\/\d\/([0-9a-f-]{36})\.svg$/.exec(url ?? "")?.[1];
  return uuid === undefined ? {} : { badgeUuid: uuid };
}

/**
 * Returns a function that says whether an earlier import has created a check already: there is one with the same UUID, or
 * with the same name, slug and tags. Each existing check is matched only once.
 */
function newMatcher(existing: readonly CheckWithChannels[]): (check: SourceCheck) => boolean {
  const left = new Set(existing);
  return ({ uuid, name, slug, tags }) => {
    const all = [...left];
    const found =
      all.find((row) => row.pingUuid === uuid) ??
      all.find((row) => row.name === name && row.slug === slug && row.tags === tags);
    return found !== undefined && left.delete(found);
  };
}

/** A check converted for Overdue, or why it cannot be imported. */
type Converted =
  | { kind: "check"; details: Partial<CheckDetails>; settings: CheckSettings }
  | { kind: "problem"; problem: string };

function convert(check: SourceCheck): Converted {
  const { data: schedule, error } = ScheduleInput.safeParse(toSchedule(check));
  if (error !== undefined)
    return { kind: "problem", problem: `its schedule: ${error.issues[0]?.message ?? "unreadable"}` };
  const settings = {
    ...defaultSettings,
    schedule,
    graceSeconds: check.grace,
    manualResume: check.manual_resume,
  };
  return { kind: "check", details: toDetails(check), settings };
}

function toDetails(check: SourceCheck): Partial<CheckDetails> {
  return {
    name: check.name,
    slug: check.slug,
    tags: check.tags,
    description: check.desc,
    methods: check.methods,
    startKeywords: check.start_kw,
    successKeywords: check.success_kw,
    failureKeywords: check.failure_kw,
    filterSubject: check.filter_subject,
    filterBody: check.filter_body,
    filterHttpBody: check.filter_http_body,
    filterDefaultFail: check.filter_default_fail,
  };
}

function toSchedule({ timeout, schedule, tz = "UTC" }: SourceCheck): Schedule {
  if (schedule === undefined) return { kind: "interval", everySeconds: timeout ?? 0 };
  const expression = schedule.trim();
  const isCron = !expression.includes("\n") && expression.split(/\s+/).length === 5;
  if (!isCron) return { kind: "oncalendar", expression, timezone: tz };
  // Healthchecks parses cron lines with cronsim.
  return { kind: "cron", expression, scheduler: "cronsim", timezone: tz };
}

const yesOrNo = z.enum(["yes", "no"], "must be yes or no");

export const importCommands = {
  "import healthchecks": defineCommand({
    options: z.object({
      project: id,
      url: z.url({ protocol: /^https?$/, error: "must be the address of a Healthchecks instance" }),
      "api-key": z.string().length(32, "must be the read-write key, 32 characters"),
      "keep-uuids": yesOrNo.optional(),
    }),
    text: "recreate the checks of a live Healthchecks project here; --keep-uuids yes keeps old ping URLs working",
    run: async ({ db }, { project, url, "api-key": apiKey, "keep-uuids": keep = "no" }) => {
      await requireProject(db, project);
      const source = await readSource(url, apiKey);
      const into = {
        projectId: project,
        keepUuids: keep === "yes",
        now: Date.now(),
        onProgress: progressBar(source.checks.length),
      };
      const { created, alreadyThere, problems } = await importChecks(db, source, into);
      return [{ created: String(created), "already there": String(alreadyThere) }, ...problems];
    },
  }),
};

const BAR_WIDTH = 30;

/** Shows a progress bar if stderr is a terminal. */
function progressBar(total: number): (done: number) => void {
  if (!process.stderr.isTTY) return () => undefined;
  return (done) => {
    const filled = total === 0 ? BAR_WIDTH : Math.round((done / total) * BAR_WIDTH);
    const bar = "#".repeat(filled).padEnd(BAR_WIDTH, "-");
    process.stderr.write(`\r[${bar}] ${done} of ${total} checks${done === total ? "\n" : ""}`);
  };
}

const TIMEOUT_MS = 30_000;

/** A check as the API of a Healthchecks instance returns it for a read-write key. */
const SourceCheck = z.object({
  uuid: z.uuid(),
  name: z.string(),
  slug: z.string().default(""),
  tags: z.string(),
  desc: z.string().default(""),
  grace: z.int(),
  status: z.string(),
  timeout: z.int().optional(),
  schedule: z.string().optional(),
  tz: z.string().optional(),
  manual_resume: z.boolean().default(false),
  methods: z.string().default(""),
  start_kw: z.string().default(""),
  success_kw: z.string().default(""),
  failure_kw: z.string().default(""),
  filter_subject: z.boolean().default(false),
  filter_body: z.boolean().default(false),
  filter_http_body: z.boolean().default(false),
  filter_default_fail: z.boolean().default(false),
  badge_url: z.string().optional(),
  channels: z.string().default(""),
});
type SourceCheck = z.infer<typeof SourceCheck>;

const SourceChannel = z.object({ id: z.string(), name: z.string(), kind: z.string() });
type SourceChannel = z.infer<typeof SourceChannel>;

type Source = { checks: SourceCheck[]; channels: SourceChannel[] };

/** Reads the checks and channels of a project from a running instance. @throws Refusal if that fails */
async function readSource(url: string, apiKey: string): Promise<Source> {
  const get = (path: string) => read(new URL(`api/v3/${path}`, url.endsWith("/") ? url : `${url}/`), apiKey);
  const { checks } = parse(z.object({ checks: z.array(z.unknown()) }), await get("checks/"));
  const readable = checks.map((check) => parse(SourceCheck, check));
  const { channels } = parse(z.object({ channels: z.array(SourceChannel) }), await get("channels/"));
  return { checks: readable, channels };
}

async function read(url: URL, apiKey: string): Promise<unknown> {
  const response = await request(url, apiKey);
  if (response.status === 401)
    throw new Refusal(`${url.host} refuses --api-key: it must be the read-write key of the project.`);
  if (!response.ok) throw new Refusal(`${url.host} answers ${response.status} to ${url.pathname}.`);
  return await response.json().catch(() => {
    throw new Refusal(`${url.host} does not answer ${url.pathname} as Healthchecks does: check --url.`);
  });
}

async function request(url: URL, apiKey: string): Promise<Response> {
  try {
    return await fetch(url, { headers: { "x-api-key": apiKey }, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (cause) {
    throw new Refusal(`${url.host} cannot be reached: check --url.`, { cause });
  }
}

function parse<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const { data, error } = schema.safeParse(value);
  if (error === undefined) return data;
  const [issue] = error.issues;
  const field = issue?.path.map(String).join(".") ?? "";
  throw new Refusal(`The answer of that instance has an unexpected ${field}: ${issue?.message}.`);
}

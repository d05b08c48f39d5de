import { channelKinds, isKindName, parseSettings } from "@overdue/channels";
import {
  createChannel,
  createKey,
  createProject,
  exportConfig,
  findChannel,
  listAllProjects,
  listChannels,
  queueTest,
  readState,
  setRetention,
} from "@overdue/db";
import { stringify } from "yaml";
import { z } from "zod";
import { Refusal } from "../refusal.ts";
import { defineCommand, id, requireProject, text } from "./command.ts";

export const projectCommands = {
  "project create": defineCommand({
    options: z.object({ name: text }),
    text: "create a project with an API key, a read-only key and a ping key",
    audit: "project.create",
    run: async ({ db }, { name }) => {
      const project = await createProject(db, { name, ownerId: null });
      const writing = await createKey(db, { projectId: project.id, name: "admin", scope: "write" });
      const reading = await createKey(db, { projectId: project.id, name: "admin, read-only", scope: "read" });
      return {
        project: project.id,
        api_key: writing.key,
        readonly_key: reading.key,
        ping_key: project.pingKey,
      };
    },
  }),
  "project list": defineCommand({
    options: z.object({}),
    text: "list all projects",
    run: async ({ db }) => {
      const projects = await listAllProjects(db);
      return projects.map(({ id, name, pingKey, organizationId }) => ({
        id,
        name,
        ping_key: pingKey,
        organization: organizationId,
      }));
    },
  }),
};

/** A whole number within bounds, as an option's text. */
function within(least: number, most: number) {
  const problem = `must be a whole number from ${least} to ${most.toLocaleString("en")}`;
  return z
    .string()
    .regex(/^\d{1,6}$/, problem)
    .transform(Number)
    .refine((given) => given >= least && given <= most, problem);
}

const RETENTION = {
  pings: within(10, 100_000).optional(),
  "ping-days": within(1, 1_100).optional(),
  // Strips, status pages and uptime show 90 days.
  "run-days": within(90, 1_100).optional(),
};

export const retentionCommands = {
  "project retention": defineCommand({
    options: z.object({ project: id, ...RETENTION }),
    text: "change what is kept of each check of a project: the newest --pings, for --ping-days at the most, and runs and expected times for --run-days; what is beyond goes for good within hours",
    audit: "project.retention",
    before: async ({ db }, { project }) => {
      const { keptPings, keptPingDays, keptRunDays } = await requireProject(db, project);
      return {
        pings: String(keptPings),
        "ping-days": String(keptPingDays),
        "run-days": String(keptRunDays),
      };
    },
    run: async ({ db }, { project, pings, "ping-days": pingDays, "run-days": runDays }) => {
      const given = {
        ...(pings !== undefined && { keptPings: pings }),
        ...(pingDays !== undefined && { keptPingDays: pingDays }),
        ...(runDays !== undefined && { keptRunDays: runDays }),
      };
      await requireProject(db, project);
      if (Object.keys(given).length === 0) throw new Refusal("Give --pings, --ping-days or --run-days.");
      const kept = await setRetention(db, project, given);
      return {
        project,
        pings: String(kept?.keptPings),
        "ping days": String(kept?.keptPingDays),
        "run days": String(kept?.keptRunDays),
      };
    },
  }),
};

const yesOrNo = z.enum(["yes", "no"], "must be yes or no");

export const exportCommands = {
  export: defineCommand({
    options: z.object({ project: id, secrets: yesOrNo.optional() }),
    text: "print the project as a file for PUT /v1/projects/<id>/config; --secrets yes includes the settings of channels in plain text",
    run: async ({ db, keyring }, { project, secrets = "no" }) => {
      await requireProject(db, project);
      const { file, leftOut } = exportConfig(await readState(db, keyring, project), secrets === "yes");
      const notes = leftOut.map((what) => `# left out: ${what}`);
      return [...notes, stringify(file).trimEnd()].join("\n");
    },
  }),
};

const KINDS = Object.keys(channelKinds).join(", ");
const LIST_MAX = 1_000;

export const channelCommands = {
  "channel create": defineCommand({
    options: z.object({ project: id, kind: text, name: text, set: z.array(z.string()).optional() }),
    text: `create a channel that is alerted by all checks of the project; kinds: ${KINDS}; --set key=value for each setting`,
    audit: "channel.create",
    run: async ({ db, keyring }, { project, kind, name, set = [] }) => {
      await requireProject(db, project);
      const { settings, hint, shownOnce } = readSettings(kind, set);
      const channel = { projectId: project, kind, name, settings, hint, checkIds: "all" as const };
      const { id: channelId } = await createChannel(db, keyring, channel);
      return { id: channelId, ...shownOnce };
    },
  }),
  "channel list": defineCommand({
    options: z.object({ project: id }),
    text: "list the channels of a project",
    run: async ({ db }, { project }) => {
      await requireProject(db, project);
      const channels = await listChannels(db, project, { limit: LIST_MAX, after: null });
      return channels.map((channel) => ({
        id: channel.id,
        kind: channel.kind,
        name: channel.name,
        hint: channel.hint,
        broken: channel.brokenBecause,
      }));
    },
  }),
  "channel test": defineCommand({
    options: z.object({ project: id, channel: id }),
    text: "queue a test message to a channel; the running product sends it",
    run: async ({ db }, { project, channel }) => {
      const ref = { projectId: project, channelId: channel };
      if (!(await findChannel(db, ref))) throw new Refusal(`There is no channel ${channel} in that project.`);
      return { delivery: (await queueTest(db, ref)).id };
    },
  }),
};

function readSettings(kind: string, set: string[]) {
  if (!isKindName(kind)) throw new Refusal(`--kind must be one of ${KINDS}.`);
  const parsed = parseSettings(kind, readPairs(set));
  if (parsed.ok) return parsed;
  const [problem] = parsed.problems;
  throw new Refusal(`--set ${problem?.field}: ${problem?.message}`);
}

/** Parses `key=value` texts; `headers.Accept=text/plain` sets one name inside `headers`. */
function readPairs(texts: string[]): Record<string, unknown> {
  const settings: Record<string, string | Record<string, string>> = {};
  for (const text of texts) {
    const [, key = "", name, value = ""] = /^(\w+)(?:\.([^=]+))?=(.*)$/s.exec(text) ?? refusePair(text);
    if (name === undefined) settings[key] = value;
    else settings[key] = { ...asNames(settings[key]), [name]: value };
  }
  return settings;
}

function asNames(setting: string | Record<string, string> | undefined): Record<string, string> {
  return typeof setting === "object" ? setting : {};
}

function refusePair(text: string): never {
  throw new Refusal(
    `--set needs key=value, such as url=https://example.org/hook, and not ${text.split("=")[0]}.`,
  );
}

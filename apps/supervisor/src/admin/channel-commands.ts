import { channelKinds, isKindName, parseSettings } from "@overdue/channels";
import { createChannel, findChannel, listChannels, queueTest } from "@overdue/db";
import { z } from "zod";

import { Refusal } from "../refusal.ts";
import { defineCommand, id, requireProject, text } from "./command.ts";

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

/** Reads `key=value` texts; `headers.Accept=text/plain` sets one name inside `headers`. */
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

import { channelKinds, type KindName, parseSettings } from "@overdue/channels";
import {
  createChannel,
  createPerson,
  createRotation,
  createRoute,
  createWindow,
  type Db,
  editChannel,
  type Keyring,
} from "@overdue/db";
import { DAY_MS, HOUR_MS } from "@overdue/schedules";

import type { Job } from "./jobs.ts";

/** The channels of the invented company. Their hosts do not exist, so nothing that is seeded can reach anybody. */
export type Channels = {
  mailbox: string;
  chat: string;
  tickets: string;
  /** What the people of the rotation carry. */
  phones: readonly string[];
};

type Seeded = { db: Db; keyring: Keyring; projectId: string };

const PEOPLE = ["Ada", "Grace", "Linus"];
const EVERY_CHANGE = { changes: true, failures: false, runs: false, notices: false };
const ANY = { tags: [], reasons: [], severities: [], checkIds: [] };

/** Creates channels of several kinds, people with their phones, a weekly rotation and three routes. */
export async function seedAlerting({ db, keyring, projectId }: Seeded): Promise<Channels> {
  const add = (kind: KindName, name: string, settings: object) =>
    addChannel({ db, keyring, projectId }, { kind, name, settings });
  const mailbox = await add("email", "ops mailbox", { to: "ops@example.org" });
  const chat = await add("mattermost", "#operations", { url: "https://chat.example.org/hooks/k7f2m9c4qd" });
  const tickets = await add("webhook", "ticket system", { url: "https://tickets.example.org/overdue" });
  const phones: string[] = [];
  for (const person of PEOPLE)
    phones.push(
      await add("ntfy", `${person}'s phone`, {
        server: "https://ntfy.example.org",
        topic: `overdue-${person.toLowerCase()}`,
      }),
    );
  await useAsFallback({ db, keyring, projectId }, mailbox);
  const rotationId = await seedRotation({ db, projectId, phones });
  await seedRoutes({ db, projectId, rotationId, mailbox, chat });
  return { mailbox, chat, tickets, phones };
}

/** The channels in a check's own list: of critical ones chat and tickets, of what is for information only the chat. */
export function channelsOf(job: Job, { mailbox, chat, tickets }: Channels): string[] {
  if (job.severity === "critical") return [chat, tickets];
  return job.severity === "warning" ? [chat, mailbox] : [chat];
}

async function addChannel(
  { db, keyring, projectId }: Seeded,
  { kind, name, settings }: { kind: KindName; name: string; settings: object },
): Promise<string> {
  const parsed = parseSettings(kind, settings);
  if (!parsed.ok) throw new Error(`${channelKinds[kind].title}: ${JSON.stringify(parsed.problems)}`);
  const input = { projectId, kind, name, settings: parsed.settings, hint: parsed.hint, checkIds: [] };
  return (await createChannel(db, keyring, input)).id;
}

async function useAsFallback({ db, keyring, projectId }: Seeded, channelId: string): Promise<void> {
  const edit = {
    name: null,
    settings: null,
    addressAuthor: null,
    checkIds: null,
    isFallback: true,
    proveWeekly: true,
    collectMinutes: null,
    groups: undefined,
    version: null,
  };
  await editChannel(db, { projectId, channelId }, { keyring, edit });
}

async function seedRotation({
  db,
  projectId,
  phones,
}: {
  db: Db;
  projectId: string;
  phones: readonly string[];
}): Promise<string> {
  const personIds: string[] = [];
  for (const [index, name] of PEOPLE.entries()) {
    const channelIds = phones.slice(index, index + 1);
    personIds.push((await createPerson(db, projectId, { name, channelIds })).id);
  }
  const today = Date.now() - (Date.now() % DAY_MS);
  const standIn = { personId: personIds[1] ?? "", from: today + 2 * DAY_MS, until: today + 4 * DAY_MS };
  const rotation = await createRotation(db, projectId, {
    name: "Operations",
    timezone: "Europe/Berlin",
    every: "week",
    startsOn: new Date(today - 90 * DAY_MS).toISOString().slice(0, 10),
    handOverAt: "09:00",
    personIds,
    overrides: [standIn],
  });
  return rotation.id;
}

type Targets = { db: Db; projectId: string; rotationId: string; mailbox: string; chat: string };

async function seedRoutes({ db, projectId, rotationId, mailbox, chat }: Targets): Promise<void> {
  const onCall = { kind: "on-call" as const, rotationId };
  const mail = { kind: "channel" as const, channelId: mailbox };
  const room = { kind: "channel" as const, channelId: chat };
  await createRoute(db, projectId, {
    name: "Critical jobs wake who is on call",
    match: { ...ANY, severities: ["critical"] },
    notifyOn: EVERY_CHANGE,
    steps: [
      { afterMinutes: 0, targets: [onCall], ifUnacknowledged: true },
      { afterMinutes: 30, targets: [mail, room], ifUnacknowledged: true },
    ],
    repeatMinutes: 240,
    hours: null,
    recovery: true,
  });
  await createRoute(db, projectId, {
    name: "Reports matter in office hours",
    match: { ...ANY, tags: ["report"] },
    notifyOn: EVERY_CHANGE,
    steps: [{ afterMinutes: 15, targets: [mail], ifUnacknowledged: true }],
    repeatMinutes: null,
    hours: {
      timezone: "Europe/Berlin",
      weekdays: [1, 2, 3, 4, 5],
      from: "08:00",
      to: "18:00",
      outside: { kind: "hold" },
    },
    recovery: false,
  });
  await createRoute(db, projectId, {
    name: "What is worth a look",
    match: { ...ANY, tags: ["backup"] },
    notifyOn: { changes: false, failures: false, runs: false, notices: true },
    steps: [{ afterMinutes: 0, targets: [room], ifUnacknowledged: false }],
    repeatMinutes: null,
    hours: null,
    recovery: false,
  });
}

/** Creates maintenance windows: one each week, and one that has passed. */
export async function seedMaintenance({ db, projectId }: { db: Db; projectId: string }): Promise<void> {
  const past = Date.now() - 6 * DAY_MS;
  await createWindow(db, projectId, {
    name: "restart of the hosts",
    rule: {
      kind: "weekly",
      weekdays: [7],
      time: "03:00",
      minutes: 90,
      timezone: "Europe/Berlin",
    },
    tags: ["db1", "db2"],
    checkIds: [],
    createdBy: "Grace",
  });
  await createWindow(db, projectId, {
    name: "new switch in rack 2",
    rule: { kind: "once", from: past, until: past + 2 * HOUR_MS },
    tags: ["cleanup"],
    checkIds: [],
    createdBy: "Ada",
  });
}

import {
  addStatusUpdate,
  createStatusPage,
  createStatusPost,
  createWindow,
  type Db,
  findProjectChecks,
  hashPassword,
  schema,
} from "@overdue/db";
import { DAY_MS, MINUTE_MS } from "@overdue/schedules";

const SUBSCRIBERS = ["grace@example.org", "support@example.com", "shop-team@example.com"];
const PUBLIC_GROUPS = { backup: "Backups", shop: "Shop", report: "Reports" };

/**
 * Creates a status page with checks in three groups, upcoming maintenance, an open incident, one that has ended, and
 * subscribers; and a second page, whose password is "a password for this page".
 */
export async function seedStatusPage(db: Db, projectId: string): Promise<void> {
  const now = Date.now();
  const groups = Object.entries(PUBLIC_GROUPS).map(async ([tag, group]) =>
    (await findProjectChecks(db, projectId, { tags: [tag] }))
      .slice(0, 4)
      .map(({ id, name }) => ({ checkId: id, group, name: publicName(name) })),
  );
  const entries = [
    ...new Map((await Promise.all(groups)).flat().map((entry) => [entry.checkId, entry])).values(),
  ];
  const [first, second] = entries.map(({ checkId }) => checkId);
  const { id: pageId } = await createStatusPage(db, projectId, {
    name: "Status of our jobs",
    slug: `jobs-${projectId.slice(-6)}`,
    description: "Backups, invoices and what the website needs.\nQuestions: ops@example.org",
    timezone: "Europe/Berlin",
    entries,
  });
  const from = now + 26 * 60 * MINUTE_MS;
  const rule = { kind: "once", from, until: from + 90 * MINUTE_MS } as const;
  const checkIds = [first, second].flatMap((id) => id ?? []);
  await createWindow(db, projectId, { name: "move db2", rule, tags: [], checkIds, createdBy: "Ada" });
  const ref = { projectId, pageId };
  const askedAt = new Date(now - 20 * DAY_MS);
  const confirmed = { projectId, pageId, askedAt, confirmedAt: askedAt };
  // The function that subscribes an address would send it a mail.
  await db.insert(schema.statusSubscribers).values(SUBSCRIBERS.map((email) => ({ ...confirmed, email })));
  await createStatusPage(db, projectId, {
    name: "Jobs of the intranet",
    slug: `intranet-${projectId.slice(-6)}`,
    visibility: "password",
    passwordHash: await hashPassword("a password for this page"),
    entries: entries.slice(0, 3),
  });
  for (const post of POSTS) {
    const [opening, ...updates] = post.updates;
    if (opening === undefined) continue;
    const written = await createStatusPost(db, ref, {
      title: post.title,
      checkIds: post.isAbout ? checkIds.slice(0, 1) : [],
      incidentId: null,
      ...toUpdate(opening, now),
    });
    for (const update of updates)
      await addStatusUpdate(db, { ...ref, postId: written?.id ?? "" }, toUpdate(update, now));
  }
}

function publicName(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1).replaceAll("-", " ");
}

type SeedUpdate = {
  state: "investigating" | "identified" | "resolved" | "notice";
  text: string;
  hoursAgo: number;
};

const toUpdate = ({ hoursAgo, ...update }: SeedUpdate, now: number) => ({
  ...update,
  by: "Ada",
  at: now - hoursAgo * 60 * MINUTE_MS,
});

const POSTS: readonly { title: string; isAbout: boolean; updates: readonly SeedUpdate[] }[] = [
  {
    title: "We move to new machines next week",
    isAbout: false,
    updates: [
      { state: "notice", text: "Nothing changes for you. Backups may take longer than usual.", hoursAgo: 80 },
    ],
  },
  {
    title: "Backups of Tuesday were late",
    isAbout: true,
    updates: [
      { state: "investigating", text: "The backups of tonight have not begun.", hoursAgo: 130 },
      { state: "resolved", text: "A disk was full. All backups have run since.", hoursAgo: 127 },
    ],
  },
  {
    title: "Backups take longer than usual",
    isAbout: true,
    updates: [
      { state: "investigating", text: "We are looking into it.", hoursAgo: 2 },
      {
        state: "identified",
        text: "One of two links to the second site is down.\nWe use the other one.",
        hoursAgo: 1,
      },
    ],
  },
];

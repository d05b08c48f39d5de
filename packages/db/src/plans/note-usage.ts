import {
  COUNTED_LIMITS,
  type CountedLimit,
  limitSentence,
  limitsOf,
  NO_NOTICE,
  noteLimit,
  type PlanNotice,
} from "@overdue/core";
import type { Instant } from "@overdue/schedules";
import { and, eq, sql } from "drizzle-orm";

import { queueAccountMail } from "../accounts/account-mails.ts";
import type { Db, Tx } from "../database.ts";
import { organizationMembers, planNotices, users } from "../schema/index.ts";
import { listUsage, type OrganizationUsage } from "./usage.ts";

const AT_ONCE = 200;

/** Looks how near each organization is to the limits of its plan, and queues the mails that are due. */
export async function notePlanUsage(db: Db, now: Instant): Promise<void> {
  for (let after: string | null = null; ;) {
    const found = await listUsage(db, { limit: AT_ONCE, after });
    for (const organization of found) await noteOrganization(db, organization, now);
    const last = found.at(-1);
    if (last === undefined || found.length < AT_ONCE) return;
    after = last.organizationId;
  }
}

async function noteOrganization(db: Db, found: OrganizationUsage, now: Instant): Promise<void> {
  const { organizationId, plan, usage } = found;
  const limits = limitsOf(plan, COUNTED_LIMITS);
  if (limits.length === 0) return;
  const notices = await readNotices(db, organizationId);
  for (const { limit, allowed } of limits) {
    const before = notices.get(limit) ?? NO_NOTICE;
    const used = usage[limit];
    const { notice, mail } = noteLimit(before, { used, allowed, now, monthBegan: monthBegan(now) });
    if (notice.level === before.level && mail === null) continue;
    await db.transaction(async (tx) => {
      await storeNotice(tx, { organizationId, limit, used, allowed, notice, now });
      if (mail !== null) await queueMails(tx, found, { limit, mail });
    });
  }
}

async function readNotices(db: Db, organizationId: string): Promise<Map<string, PlanNotice>> {
  const rows = await db.select().from(planNotices).where(eq(planNotices.organizationId, organizationId));
  return new Map(
    rows.map(({ limit, level, nearMailedAt, reachedMailedAt }) => [
      limit,
      {
        level,
        nearMailedAt: nearMailedAt?.getTime() ?? null,
        reachedMailedAt: reachedMailedAt?.getTime() ?? null,
      },
    ]),
  );
}

type Noted = {
  organizationId: string;
  limit: CountedLimit;
  used: number;
  allowed: number;
  notice: PlanNotice;
  now: Instant;
};

async function storeNotice(
  tx: Tx,
  { organizationId, limit, used, allowed, notice, now }: Noted,
): Promise<void> {
  const set = {
    level: notice.level,
    nearMailedAt: dateOf(notice.nearMailedAt),
    reachedMailedAt: dateOf(notice.reachedMailedAt),
    used,
    allowed,
    notedAt: new Date(now),
  };
  await tx
    .insert(planNotices)
    .values({ organizationId, limit, ...set })
    .onConflictDoUpdate({ target: [planNotices.organizationId, planNotices.limit], set });
}

function monthBegan(now: Instant): Instant {
  const at = new Date(now);
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth());
}

function dateOf(at: Instant | null): Date | null {
  return at === null ? null : new Date(at);
}

const WORDS: Record<CountedLimit, string> = {
  checks: "checks",
  members: "members",
  projects: "projects",
  channels: "channels",
  alertsPerMonth: "alerts a month",
};

/** To the owners; that more alerts than allowed were sent, to the operators too, since the sending goes on. */
async function queueMails(
  tx: Tx,
  { organizationId, organizationName, plan, usage }: OrganizationUsage,
  { limit, mail }: { limit: CountedLimit; mail: "near" | "reached" },
): Promise<void> {
  const sentence = limitSentence(plan, limit, usage[limit]);
  if (sentence === null) return;
  const said = {
    subject: `${organizationName} ${mail === "near" ? "is near" : "has reached"} a limit: ${WORDS[limit]}`,
    sentences: [sentence, "Nothing that you have is touched: pings are taken and alerts are sent as before."],
    button: "See the usage",
    path: `/organizations/${organizationId}`,
  };
  const operators = limit === "alertsPerMonth" && mail === "reached" ? await operatorAddresses(tx) : [];
  const addresses = new Set([...(await ownerAddresses(tx, organizationId)), ...operators]);
  for (const email of addresses) await queueAccountMail(tx, { kind: "plan", email, said });
}

/** The proven addresses of the owners of an organization. */
async function ownerAddresses(tx: Db | Tx, organizationId: string): Promise<string[]> {
  const rows = await tx
    .select({ email: users.email })
    .from(organizationMembers)
    .innerJoin(users, eq(users.id, organizationMembers.userId))
    .where(
      and(
        eq(organizationMembers.organizationId, organizationId),
        eq(organizationMembers.role, "owner"),
        eq(users.emailVerified, true),
      ),
    );
  return rows.map(({ email }) => email);
}

async function operatorAddresses(tx: Tx): Promise<string[]> {
  const rows = await tx
    .select({ email: users.email })
    .from(users)
    .where(sql`${users.isOperator} and ${users.emailVerified}`);
  return rows.map(({ email }) => email);
}

import { instantIn, reasonWord } from "@overdue/channels";
import { REASONS } from "@overdue/core";
import { z } from "zod";

import { SnoozeInput } from "../incidents/snooze-input.ts";
import { Limit } from "./check-tools.ts";
import { CheckNamed, findCheckId, incidentsOf } from "./find-check.ts";
import { parseResponse, type Session, ToolRefusal } from "./session.ts";
import { countText, defineTool, quoteName } from "./tool.ts";

const IncidentRow = z.object({
  id: z.string(),
  checkId: z.string(),
  checkName: z.string(),
  severity: z.string(),
  reason: z.enum(REASONS),
  openedAt: z.string(),
  resolvedAt: z.string().nullable(),
  acknowledgedAt: z.string().nullable(),
  acknowledgedBy: z.string().nullable(),
  snoozedUntil: z.string().nullable(),
});
type IncidentRow = z.output<typeof IncidentRow>;

export const listIncidents = defineTool({
  name: "list_incidents",
  title: "List incidents",
  description:
    "Lists what is down now, newest first, with reason, acknowledgement and snooze; or all incidents with state all.",
  effect: "reads",
  input: z.object({
    state: z.enum(["open", "all"]).default("open"),
    check: CheckNamed.optional(),
    limit: Limit.default(20),
    cursor: z.string().max(200).optional().meta({ description: "`next` of the page before." }),
  }),
  output: z.object({ items: z.array(IncidentRow), next: z.string().nullable() }),
  run: async ({ state, check, limit, cursor }, session) => {
    const query = {
      state,
      limit: String(limit),
      ...(cursor !== undefined && { cursor }),
      ...(check !== undefined && { checkId: await findCheckId(session, check) }),
    };
    return await parseResponse(session.ofProject.incidents.$get({ param: session.param, query }));
  },
  say: async ({ items, next }, session) => {
    const { timezone } = await session.project();
    return [
      items.length === 0 ? "There is no incident." : `${countText(items.length, "incident")}, newest first.`,
      ...items.map((row) => `- ${incidentText(row, timezone)}`),
      ...(next === null ? [] : [`There are more: pass cursor "${next}".`]),
    ].join("\n");
  },
});

function incidentText(row: IncidentRow, timezone: string): string {
  const when = (at: string) => instantIn(Date.parse(at), timezone);
  const { acknowledgedAt, acknowledgedBy, snoozedUntil, resolvedAt } = row;
  return [
    `${quoteName(row.checkName)}: ${reasonWord(row.reason)} since ${when(row.openedAt)}`,
    row.severity,
    ...(resolvedAt === null ? [] : [`recovered ${when(resolvedAt)}`]),
    ...(acknowledgedAt === null
      ? []
      : [
          `acknowledged ${when(acknowledgedAt)}${acknowledgedBy === null ? "" : ` by ${quoteName(acknowledgedBy)}`}`,
        ]),
    ...(snoozedUntil === null
      ? []
      : [`snoozed until ${snoozedUntil === "recovery" ? "it recovers" : when(snoozedUntil)}`]),
    `incident ${row.id}`,
  ].join("; ");
}

const Which = z.object({
  incident: z.uuid("Use the id of an incident, from list_incidents.").optional(),
  check: CheckNamed.optional().meta({
    description: "In place of `incident`: the check, whose open incident is meant.",
  }),
});

/** @throws ToolRefusal where none is named, or the check has none */
async function incidentNamed(session: Session, { incident, check }: z.output<typeof Which>): Promise<string> {
  if (incident !== undefined) return incident;
  if (check === undefined) throw new ToolRefusal("incident: name an incident by its id, or a check.");
  const [open] = await incidentsOf(session, await findCheckId(session, check), "open");
  if (open === undefined)
    throw new ToolRefusal(`check: ${quoteName(check)} is not down, so there is nothing to act on.`);
  return open.id;
}

async function saidAfter({ checkName, ...row }: IncidentRow, session: Session): Promise<string> {
  return `Done. ${incidentText({ checkName, ...row }, (await session.project()).timezone)}`;
}

export const acknowledgeIncident = defineTool({
  name: "acknowledge_incident",
  title: "Acknowledge an incident",
  description:
    "Says that somebody takes care of it: escalation and reminders stop. Only do it where a person asked for it. In the app it can be taken back.",
  effect: "repeatable change",
  input: Which,
  output: IncidentRow,
  run: async (which, session) => {
    const param = { ...session.param, incidentId: await incidentNamed(session, which) };
    return await parseResponse(session.ofProject.incidents[":incidentId"].acknowledge.$post({ param }));
  },
  say: saidAfter,
});

export const snoozeIncident = defineTool({
  name: "snooze_incident",
  title: "Snooze an incident",
  description:
    "Nobody is notified of the incident for a while; its recovery is sent all the same. Only do it where a person asked for it.",
  effect: "repeatable change",
  input: Which,
  passed: { snooze: SnoozeInput },
  output: IncidentRow,
  run: async ({ passed, ...which }, session) => {
    const param = { ...session.param, incidentId: await incidentNamed(session, which) };
    const { snooze } = session.ofProject.incidents[":incidentId"];
    // The API checks what was sent.
    const json = (passed["snooze"] ?? {}) as z.input<typeof SnoozeInput>;
    return await parseResponse(snooze.$post({ param, json }));
  },
  say: saidAfter,
});

import { isKindName, parseSettings } from "@overdue/channels";
import { type ChannelRef, createChannel, editChannel, findChannel, unagreedChats } from "@overdue/db";
import type { z } from "zod";

import { type ChannelInput, type ChannelPatch, channelView } from "./channel-view.ts";
import { consentInstruction } from "./telegram-routes.ts";
import { type AppContext, namedBy } from "../http/context.ts";
import { recordChange } from "../http/audit.ts";
import { requireFound } from "../http/edits.ts";
import { ApiError } from "../http/problem.ts";

/** @throws 404 */
export async function readChannel(c: AppContext, ref: ChannelRef) {
  return channelView(requireFound("channel", await findChannel(c.var.deps.db, ref)));
}

export async function addChannel(c: AppContext, projectId: string, input: z.output<typeof ChannelInput>) {
  const { db, keyring } = c.var.deps;
  const { settings, hint, shownOnce } = parseInput(input.kind, input.settings);
  await refuseChatsWithoutConsent(c, projectId, { kind: input.kind, settings });
  const row = await createChannel(db, keyring, { ...input, projectId, settings, hint, namedBy: namedBy(c) });
  return { ...(await readChannel(c, { projectId, channelId: row.id })), shownOnce };
}

/** Writes what was sent. @throws 404, 412 */
export async function changeChannel(
  c: AppContext,
  ref: ChannelRef,
  { patch, version }: { patch: z.output<typeof ChannelPatch>; version: number | null },
) {
  const { db, keyring } = c.var.deps;
  const before = await readChannel(c, ref);
  const { kind } = before;
  const replaced = patch.settings === undefined ? null : parseInput(kind, patch.settings);
  if (replaced !== null)
    await refuseChatsWithoutConsent(c, ref.projectId, { kind, settings: replaced.settings });
  const edit = {
    name: patch.name ?? null,
    settings: replaced,
    namedBy: namedBy(c),
    checkIds: patch.checkIds ?? null,
    version,
    isFallback: patch.isFallback ?? null,
    proveWeekly: patch.proveWeekly ?? null,
    collectMinutes: patch.collectMinutes ?? null,
    groups: patch.groups,
  };
  requireFound("channel", await editChannel(db, ref, { keyring, edit }));
  const after = recordChange(c, { before, after: await readChannel(c, ref) });
  return { ...after, shownOnce: replaced?.shownOnce ?? {} };
}

/** @throws 400 where the instance's bot would write to a Telegram chat that has not agreed to it */
async function refuseChatsWithoutConsent(
  c: AppContext,
  projectId: string,
  channel: { kind: string; settings: Record<string, unknown> },
): Promise<void> {
  const { db, keyring } = c.var.deps;
  const unagreed = await unagreedChats(db, keyring, { projectId, wanted: [channel] });
  if (unagreed.length > 0) throw ApiError.invalid("settings.chat", await consentInstruction(db));
}

function parseInput(kind: string, input: unknown) {
  if (!isKindName(kind)) throw ApiError.invalid("kind", "There is no such kind of channel.");
  const result = parseSettings(kind, input);
  if (result.ok) return result;
  const errors = result.problems.map(({ field, message }) => ({ field: `settings.${field}`, message }));
  const detail = errors.map(({ field, message }) => `${field}: ${message}`).join(" ");
  throw new ApiError("invalid_input", detail, { errors });
}

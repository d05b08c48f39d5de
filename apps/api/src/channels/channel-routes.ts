import { isKindName, parseSettings } from "@overdue/channels";
import {
  askAgain,
  type AskResult,
  type ChannelRef,
  createChannel,
  type Db,
  deleteChannel,
  editChannel,
  findChannel,
  listChannels,
  loadPushKeys,
  queueTest,
  restoreChannel,
  testsWithinMinute,
  findUnagreedChats,
} from "@overdue/db";
import { z } from "zod";

import { READ_DETAILS, WRITE, WRITE_SETTINGS } from "../http/access.ts";
import { recordChange } from "../http/audit.ts";
import { type AppContext, addressAuthor } from "../http/context.ts";
import { expectedVersion, requireFound, withETag } from "../http/edits.ts";
import { ApiError } from "../http/problem.ts";
import { resource } from "../http/resource.ts";
import { createRouter, json, route } from "../http/route.ts";
import { OfChannel, PageQuery, readCursor, toPage } from "../http/schemas.ts";
import { ChannelInput, ChannelPatch, ChannelView, channelView, SavedChannelView } from "./channel-view.ts";
import { consentInstruction } from "./telegram-routes.ts";

const tags = ["Channels"];
const TESTS_PER_MINUTE_MAX = 5;

const channels = resource({
  path: "/v1/projects/{projectId}/channels",
  id: "channelId",
  params: OfChannel,
  access: READ_DETAILS,
  editAccess: WRITE_SETTINGS,
  noun: "channel",
  nouns: "channels",
  tag: "Channels",
  query: PageQuery,
  order: "Channels, oldest first.",
  view: ChannelView,
  saved: SavedChannelView,
  input: ChannelInput,
  patch: ChannelPatch,
  descriptions: {
    create: "`shownOnce` contains the secrets that were generated for it. They are not shown again.",
    read: "Its secrets are never shown.",
    edit: "Writes only the fields that are sent; settings are replaced as a whole.",
  },
});

const PushKeyView = z
  .object({
    publicKey: z.string().meta({ description: "65 bytes in base64url, as `applicationServerKey`." }),
  })
  .meta({ id: "PushKey" });

export const channelRoutes = createRouter()
  .openapi(
    route(
      { auth: "signed-in", key: null },
      {
        method: "get",
        path: "/v1/push-key",
        summary: "Read the key for push subscriptions of browsers",
        description:
          "A browser subscribes with this key; its subscription becomes a channel of the kind `web-push`.",
        tags,
        responses: { 200: json(PushKeyView, "The instance's public key (RFC 8292).") },
      },
    ),
    async (c) => {
      const { publicKey } = await loadPushKeys(c.var.deps.db, c.var.deps.keyring);
      return c.json({ publicKey }, 200);
    },
  )
  .openapi(channels.list, async (c) => {
    const { limit, cursor } = c.req.valid("query");
    const from = { limit: limit + 1, after: readCursor(cursor, z.uuid()) };
    const { db, keyring, now } = c.var.deps;
    const rows = await listChannels(db, c.req.valid("param").projectId, from);
    const page = toPage(rows, limit, (last) => last.id);
    return c.json(
      { ...page, items: page.items.map((row) => channelView(row, { keyring, now: now() })) },
      200,
    );
  })
  .openapi(channels.create, async (c) => {
    const view = await addChannel(c, c.req.valid("param").projectId, c.req.valid("json"));
    return c.json(withETag(c, view), 201);
  })
  .openapi(channels.read, async (c) => {
    const view = await readChannel(c, c.req.valid("param"));
    return c.json(withETag(c, view), 200);
  })
  .openapi(channels.edit, async (c) => {
    const version = expectedVersion(c.req.valid("header"));
    const view = await changeChannel(c, c.req.valid("param"), { patch: c.req.valid("json"), version });
    return c.json(withETag(c, view), 200);
  })
  .openapi(channels.remove, async (c) => {
    requireFound("channel", await deleteChannel(c.var.deps.db, c.req.valid("param")));
    return c.body(null, 204);
  })
  .openapi(channels.restore, async (c) => {
    const ref = c.req.valid("param");
    requireFound("channel", await restoreChannel(c.var.deps.db, ref));
    return c.json(withETag(c, await readChannel(c, ref)), 200);
  })
  .openapi(
    route(WRITE, {
      method: "post",
      path: "/v1/projects/{projectId}/channels/{channelId}/test",
      summary: "Send a test message",
      description: "It is sent like an alert. The delivery shows the result.",
      tags,
      request: { params: OfChannel },
      responses: { 202: json(z.object({ deliveryId: z.uuid() }), "Queued.") },
    }),
    async (c) => {
      const ref = c.req.valid("param");
      refuseUnconfirmed(await readChannel(c, ref));
      const { id } = await queueLimitedTest(c.var.deps.db, ref);
      return c.json({ deliveryId: id }, 202);
    },
  )
  .openapi(
    route(WRITE, {
      method: "post",
      path: "/v1/projects/{projectId}/channels/{channelId}/confirmation",
      summary: "Ask for a confirmation again",
      description:
        "Sends the mail again by which the owner of an address agrees to get alerts: at most three times a day to one address, and fifty times a day for one project.",
      tags,
      request: { params: OfChannel },
      responses: { 202: json(ChannelView, "The channel; the mail is on its way.") },
    }),
    async (c) => {
      const ref = c.req.valid("param");
      await readChannel(c, ref);
      requireAsked(await askAgain(c.var.deps.db, ref));
      return c.json(withETag(c, await readChannel(c, ref)), 202);
    },
  );

/** Refuses a test to an address whose owner has not agreed to get mails. @throws 409 */
function refuseUnconfirmed({ brokenBy, unconfirmedSince }: z.output<typeof ChannelView>): void {
  if (brokenBy === "recipient") {
    throw new ApiError("conflict", "The recipient unsubscribed: save the address anew, and they are asked.");
  }
  if (unconfirmedSince !== null) {
    throw new ApiError(
      "conflict",
      "Nobody has confirmed this address yet: you can send a test afterwards. Ask for the confirmation again if the mail was lost.",
    );
  }
}

/** @throws 409 if nothing waits for a confirmation, 429 after too many mails */
function requireAsked(result: AskResult): void {
  if (result === "nothing to ask") {
    throw new ApiError("conflict", "This channel does not wait for a confirmation.");
  }
  if (result === "too often") {
    throw new ApiError(
      "too_many_requests",
      "Too many mails: at most three a day and ten a month to one address, and fifty a day for one project. Try again tomorrow.",
    );
  }
}

// Limited, since nobody should be able to flood strangers with tests.
async function queueLimitedTest(db: Db, ref: ChannelRef) {
  if ((await testsWithinMinute(db, ref.projectId)) >= TESTS_PER_MINUTE_MAX) {
    throw new ApiError("too_many_requests", "At most five tests a minute: wait a moment.");
  }
  return await queueTest(db, ref);
}

/** @throws 404 */
async function readChannel(c: AppContext, ref: ChannelRef) {
  const { db, keyring, now } = c.var.deps;
  return channelView(requireFound("channel", await findChannel(db, ref)), { keyring, now: now() });
}

async function addChannel(c: AppContext, projectId: string, input: z.output<typeof ChannelInput>) {
  const { db, keyring } = c.var.deps;
  const { settings, hint, shownOnce } = parseInput(input.kind, input.settings);
  await refuseChatsWithoutConsent(c, projectId, { kind: input.kind, settings });
  const row = await createChannel(db, keyring, {
    ...input,
    projectId,
    settings,
    hint,
    addressAuthor: addressAuthor(c),
  });
  return { ...(await readChannel(c, { projectId, channelId: row.id })), shownOnce };
}

/** Writes the fields that were sent. @throws 404, 412 */
async function changeChannel(
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
    addressAuthor: addressAuthor(c),
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

/** Refuses a Telegram chat that has not agreed to messages of the instance's bot. @throws 400 */
async function refuseChatsWithoutConsent(
  c: AppContext,
  projectId: string,
  channel: { kind: string; settings: Record<string, unknown> },
): Promise<void> {
  const { db, keyring } = c.var.deps;
  const unagreed = await findUnagreedChats(db, keyring, { projectId, wanted: [channel] });
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

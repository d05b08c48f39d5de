import { startHttpFake, type FakeRequest, type Fault } from "./http-fake.ts";
import { newLedger, type Ledger } from "./ledger.ts";
import { parseTelegramHtml } from "./telegram-html.ts";

export type TelegramMessage = {
  chat: string;
  topic: number | null;
  /** The text as a person sees it, without markup. */
  text: string;
  /** The text as it was sent. */
  source: string;
  parseMode: string | null;
  messageId: number;
  receivedAt: number;
};

type TelegramCall = { method: string; given: Record<string, unknown> };

/** Why a chat accepts no messages. */
type ChatFate = "blocked" | "gone" | { movedTo: string };

/** The Bot API. The ledger contains only delivered messages. */
export type FakeTelegram = Ledger<TelegramMessage> & {
  /** For `TELEGRAM_API_ROOT`. */
  root: string;
  token: string;
  /** Every request, delivered or not. */
  requests: Ledger<FakeRequest>;
  next(...faults: Fault[]): void;
  setFate(chat: string, fate: ChatFate): void;
  /** Sends a message or a press of a button to the webhook, or to the poll of `getUpdates`. */
  pushUpdate(update: Record<string, unknown>): void;
  /** Sets the function that calls the webhook. An update is kept until it returns 200. */
  onWebhook(reach: Reach): void;
  /** Calls of other methods than `sendMessage`, such as `answerCallbackQuery`. */
  calls: Ledger<TelegramCall>;
  /** How often a second poll for updates has ended the first with 409. */
  conflicts(): number;
  close(): Promise<void>;
};

/** Posts an update. @returns the status of the response */
type Reach = (request: { url: string; secret: string; body: string }) => Promise<number>;

/** A 429 as the Bot API sends it. */
export function telegramLimit(seconds: number): Fault {
  const description = `Too Many Requests: retry after ${seconds}`;
  return failure(429, description, { retry_after: seconds });
}

const TOKEN = "123456789:AAFakeTokenForTestsOnly_0123456789abc";
const TEXT_CHARS_MAX = 4_096;

export async function startFakeTelegram(): Promise<FakeTelegram> {
  const ledger = newLedger<TelegramMessage>();
  const requests = newLedger<FakeRequest>();
  const script: Fault[] = [];
  const fates = new Map<string, ChatFate>();
  const updates: Record<string, unknown>[] = [];
  const calls = newLedger<TelegramCall>();
  const waiting: Waiting = { poll: null, conflicts: 0 };
  let nextId = 1;
  const hook: Hook = { url: "", secret: "", reach: () => Promise.resolve(502), lastError: null };
  const api = { ledger, fates, updates, calls, hook };
  const server = await startHttpFake((request, answer) => {
    requests.add(request);
    const fault = script.shift();
    if (fault !== undefined) answer(fault);
    else if (/\/getUpdates$/i.test(request.path)) pollUpdates({ api, waiting }, request, answer);
    else answer(respond(api, request));
  });
  return {
    ...ledger,
    root: server.url,
    token: TOKEN,
    requests,
    next: (...faults) => script.push(...faults),
    setFate: (chat, fate) => fates.set(chat, fate),
    pushUpdate: (update) => {
      updates.push({ update_id: nextId++, ...update });
      if (hook.url === "") waiting.poll?.look();
      else void callHook(api);
    },
    onWebhook: (reach) => {
      hook.reach = reach;
    },
    calls,
    conflicts: () => waiting.conflicts,
    close: server.close,
  };
}

type Api = {
  ledger: Ledger<TelegramMessage>;
  fates: Map<string, ChatFate>;
  updates: Record<string, unknown>[];
  calls: Ledger<TelegramCall>;
  hook: Hook;
};
type Hook = { url: string; secret: string; reach: Reach; lastError: { at: number; message: string } | null };
/** The open long poll, if any, and how many were ended by another. */
type Waiting = { poll: { look(): void; end(fault: Fault): void } | null; conflicts: number };

/** Holds the response until there is an update. As in Telegram, a second poll ends the first with 409. */
function pollUpdates(
  { api, waiting }: { api: Api; waiting: Waiting },
  request: FakeRequest,
  answer: (fault: Fault) => void,
): void {
  const given = parameters(request);
  if (api.hook.url !== "") return answer(failure(409, BESIDE_WEBHOOK));
  if (waiting.poll !== null) {
    waiting.conflicts += 1;
    waiting.poll.end(
      failure(
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
      ),
    );
  }
  const fresh = () =>
    api.updates.filter((update) => Number(update["update_id"]) >= Number(given["offset"] ?? 0));
  const end = (fault: Fault) => {
    clearTimeout(timer);
    if (waiting.poll === poll) waiting.poll = null;
    answer(fault);
  };
  const timer = setTimeout(() => end(success(fresh())), Number(given["timeout"] ?? 0) * 1_000);
  const poll = { look: () => fresh().length > 0 && end(success(fresh())), end };
  waiting.poll = poll;
  poll.look();
}

const BESIDE_WEBHOOK =
  "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";

/** Sends the waiting updates to the webhook in order, until one is not accepted. */
async function callHook({ hook, updates }: Api): Promise<void> {
  for (const update of updates.slice()) {
    const { url, secret } = hook;
    const status = url === "" ? 0 : await hook.reach({ url, secret, body: JSON.stringify(update) });
    if (status !== 200) {
      hook.lastError = { at: Date.now(), message: `Wrong response from the webhook: ${status}` };
      return;
    }
    updates.splice(updates.indexOf(update), 1);
  }
}

function setHook(api: Api, given: Record<string, unknown>): Fault {
  const url = textOf(given["url"]);
  if (!url.startsWith("https://")) {
    return failure(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook");
  }
  if (!["", "80", "88", "443", "8443"].includes(new URL(url).port)) {
    return failure(400, "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443");
  }
  Object.assign(api.hook, { url, secret: textOf(given["secret_token"]) });
  void callHook(api);
  return success(true);
}

function hookInfo({ hook, updates }: Api): Fault {
  const { url, lastError } = hook;
  return success({
    url,
    has_custom_certificate: false,
    pending_update_count: updates.length,
    ...(lastError !== null && {
      last_error_date: Math.floor(lastError.at / 1_000),
      last_error_message: lastError.message,
    }),
  });
}

function respond(api: Api, request: FakeRequest): Fault {
  const [, token, method = ""] = /^\/bot([^/]+)\/(\w+)/.exec(request.path) ?? [];
  if (token !== TOKEN) return failure(401, "Unauthorized");
  const given = parameters(request);
  switch (method.toLowerCase()) {
    case "getme":
      return success({ id: 123_456_789, is_bot: true, first_name: "Overdue", username: "overdue_test_bot" });
    case "sendmessage":
      return sendMessage(api, given, request.receivedAt);
    case "setwebhook":
      api.calls.add({ method, given });
      return setHook(api, given);
    case "getwebhookinfo":
      api.calls.add({ method, given });
      return hookInfo(api);
    case "deletewebhook":
      api.hook.url = "";
      api.calls.add({ method, given });
      return success(true);
    case "answercallbackquery":
    case "editmessagetext":
      api.calls.add({ method, given });
      return success(true);
    default:
      return failure(404, "Not Found");
  }
}

function sendMessage(api: Api, given: Record<string, unknown>, receivedAt: number): Fault {
  const chat = textOf(given["chat_id"]);
  const refused = refusal(api, chat);
  if (refused !== null) return refused;
  const source = textOf(given["text"]);
  const parsed = given["parse_mode"] === "HTML" ? parseTelegramHtml(source) : { text: source };
  if ("fault" in parsed) return failure(400, `Bad Request: can't parse entities: ${parsed.fault}`);
  if (parsed.text.trim() === "") return failure(400, "Bad Request: message text is empty");
  if (parsed.text.length > TEXT_CHARS_MAX) return failure(400, "Bad Request: message is too long");
  const messageId = api.ledger.received.length + 1;
  api.ledger.add({
    chat,
    topic: given["message_thread_id"] === undefined ? null : Number(given["message_thread_id"]),
    text: parsed.text,
    source,
    parseMode: given["parse_mode"] === undefined ? null : textOf(given["parse_mode"]),
    messageId,
    receivedAt,
  });
  return success({
    message_id: messageId,
    date: Math.floor(receivedAt / 1_000),
    chat: { id: chat },
    text: parsed.text,
  });
}

function refusal(api: Api, chat: string): Fault | null {
  const fate = api.fates.get(chat);
  if (chat === "") return failure(400, "Bad Request: chat_id is empty");
  if (fate === undefined) return null;
  if (fate === "blocked") return failure(403, "Forbidden: bot was blocked by the user");
  if (fate === "gone") return failure(400, "Bad Request: chat not found");
  return failure(400, "Bad Request: group chat was upgraded to a supergroup chat", {
    migrate_to_chat_id: Number(fate.movedTo),
  });
}

function parameters(request: FakeRequest): Record<string, unknown> {
  const query = Object.fromEntries(new URL(request.path, "http://fake").searchParams);
  const isJson = request.headers["content-type"]?.startsWith("application/json") ?? false;
  if (isJson && request.body !== "") return { ...query, ...JSON.parse(request.body) };
  return { ...query, ...Object.fromEntries(new URLSearchParams(request.body)) };
}

function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function success(result: unknown): Fault {
  return { status: 200, body: JSON.stringify({ ok: true, result }), headers: JSON_TYPE };
}

function failure(status: number, description: string, extra?: Record<string, unknown>): Fault {
  const body = {
    ok: false,
    error_code: status,
    description,
    ...(extra === undefined ? {} : { parameters: extra }),
  };
  return { status, body: JSON.stringify(body), headers: JSON_TYPE };
}

const JSON_TYPE = { "content-type": "application/json" };

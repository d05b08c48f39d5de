import {
  bodyOf,
  firstOf,
  formOf,
  isText,
  json,
  list,
  waitSeconds,
  type ProviderBehaviour,
} from "./provider-behaviour.ts";

/** Chat services, which behave as their documentation says. */

export const discord: ProviderBehaviour = {
  settings: (url) => ({ url: `${url}/api/webhooks/123456789012345678/tokentoken` }),
  refuses: (request) => {
    const body = bodyOf(request);
    const embeds = list(body["embeds"]);
    const invalid = json(400, { code: 50_035, message: "Invalid Form Body", errors: {} });
    const length = (value: unknown) => (typeof value === "string" ? value.length : 0);
    const total = embeds.flatMap((embed) => [
      length(embed["title"]),
      length(embed["description"]),
      ...list(embed["fields"]).flatMap((field) => [length(field["name"]), length(field["value"])]),
    ]);
    return firstOf([
      [
        !/^\/api\/webhooks\/\d+\/\w+/.test(request.path),
        json(404, { code: 10_015, message: "Unknown Webhook" }),
      ],
      [embeds.length === 0 && !isText(body["content"], 2_000), invalid],
      [embeds.some((embed) => !isText(embed["title"], 256) || length(embed["description"]) > 4_096), invalid],
      [
        embeds.some((embed) => list(embed["fields"]).some((field) => !isText(field["value"], 1_024))),
        invalid,
      ],
      [total.reduce((sum, part) => sum + part, 0) > 6_000, invalid],
    ]);
  },
  // Without `wait` the response has no body.
  accepts: ({ path }) =>
    path.includes("wait=true") ? json(200, { id: "1100000000000000001" }) : { status: 204 },
  limit: (seconds) =>
    waitSeconds(seconds, {
      message: "You are being rate limited.",
      retry_after: seconds + 0.25,
      global: false,
    }),
  gone: json(404, { message: "Unknown Webhook", code: 10_015 }),
};

export const teams: ProviderBehaviour = {
  settings: (url) => ({ url: `${url}/workflows/abc/triggers/manual/paths/invoke?sig=x` }),
  refuses: (request) => {
    const [attachment] = list(bodyOf(request)["attachments"]);
    const isCard = attachment?.["contentType"] === "application/vnd.microsoft.card.adaptive";
    const error = { error: { code: "TriggerInputSchemaMismatch", message: "Invalid type." } };
    return firstOf([
      [!isCard, json(400, error)],
      [request.body.length > 28_000, json(413, { error: { code: "RequestEntityTooLarge", message: "" } })],
    ]);
  },
  accepts: () => ({ status: 202 }),
  limit: (seconds) => waitSeconds(seconds, { error: { code: "TooManyRequests", message: "" } }),
  gone: json(404, { error: { code: "WorkflowNotFound", message: "The workflow 'abc' could not be found." } }),
};

export const googleChat: ProviderBehaviour = {
  settings: (url) => ({ url: `${url}/v1/spaces/AAAA/messages?key=k&token=t` }),
  refuses: (request) => {
    const body = bodyOf(request);
    const error = { error: { code: 400, status: "INVALID_ARGUMENT", message: "Message cannot be empty." } };
    return firstOf([[list(body["cardsV2"]).length === 0 && !isText(body["text"], 32_000), json(400, error)]]);
  },
  accepts: () => json(200, { name: "spaces/AAAA/messages/BBBB.BBBB", thread: {} }),
  limit: (seconds) =>
    waitSeconds(seconds, { error: { code: 429, status: "RESOURCE_EXHAUSTED", message: "Quota" } }),
  gone: json(404, { error: { code: 404, status: "NOT_FOUND", message: "Requested entity was not found." } }),
};

/** All errors have the same id, and their status in the body. */
function mattermostError(status_code: number) {
  return json(status_code, {
    id: "web.incoming_webhook.general.app_error",
    message: "Failed to handle the payload of media type application/json for incoming webhook xxx.",
    detailed_error: "",
    status_code,
  });
}

export const mattermost: ProviderBehaviour = {
  settings: (url) => ({ url: `${url}/hooks/xxxgeneratedkeyxxx` }),
  refuses: (request) => {
    const body = bodyOf(request);
    const empty = !isText(body["text"], 16_383) && list(body["attachments"]).length === 0;
    return firstOf([[empty, json(400, { id: "web.incoming_webhook.text.app_error", status_code: 400 })]]);
  },
  accepts: () => ({ status: 200, body: "ok" }),
  limit: (seconds) => ({
    status: 429,
    body: "limit exceeded",
    headers: { "retry-after": String(seconds), "x-ratelimit-reset": String(seconds) },
  }),
  gone: mattermostError(404),
  otherAnswers: {
    "removed hook": mattermostError(400),
    "removed hook, before version 10": json(400, {
      id: "web.incoming_webhook.invalid.app_error",
      message: "Invalid webhook.",
      status_code: 400,
    }),
    "locked channel": mattermostError(403),
    "channel gone": mattermostError(404),
    "too large": mattermostError(413),
    "hooks switched off": mattermostError(501),
  },
};

export const rocketChat: ProviderBehaviour = {
  settings: (url) => ({ url: `${url}/hooks/64f0/tokentoken` }),
  refuses: (request) => {
    const body = bodyOf(request);
    const empty = !isText(body["text"], 5_000) && list(body["attachments"]).length === 0;
    return firstOf([[empty, json(400, { success: false, error: "Invalid message" })]]);
  },
  accepts: () => json(200, { success: true }),
  // Instead of `Retry-After` it sends an instant in milliseconds, and a sentence.
  limit: (seconds) =>
    json(
      429,
      {
        success: false,
        error: `Error, too many requests. Please slow down. You must wait ${seconds} seconds before trying this endpoint again. [error-too-many-requests]`,
      },
      { "x-ratelimit-reset": String(Date.now() + seconds * 1_000) },
    ),
  otherAnswers: { "switched off hook": { status: 503, body: "Service Unavailable" } },
  gone: json(404, { success: false, error: "Invalid integration id or token provided." }),
};

const MATRIX_ANSWERS = {
  "unknown path": {
    status: 404,
    headers: { "content-type": "text/html" },
    body: "<html><head><title>404 - No Such Resource</title></head></html>",
  },
  "unknown room": json(403, { errcode: "M_FORBIDDEN", error: "User not in room" }),
  "wrong token": json(401, { errcode: "M_UNKNOWN_TOKEN", error: "Invalid access token passed." }),
  "no body": json(400, { errcode: "M_UNKNOWN", error: "'body' not in content" }),
  "too large": json(413, { errcode: "M_TOO_LARGE", error: "event too large" }),
};

export const matrix: ProviderBehaviour = {
  settings: (url) => ({ homeserver: url, room: "!abc:example.org", token: "syt_good" }),
  refuses: (request) => {
    const body = bodyOf(request);
    const path = /^\/_matrix\/client\/v3\/rooms\/!abc%3Aexample\.org\/send\/m\.room\.message\/[\w-]+$/;
    return firstOf([
      [!request.path.startsWith("/_matrix/"), MATRIX_ANSWERS["unknown path"]],
      [request.method !== "PUT" || !path.test(request.path), MATRIX_ANSWERS["unknown room"]],
      [request.headers["authorization"] !== "Bearer syt_good", MATRIX_ANSWERS["wrong token"]],
      [body["body"] === undefined || !isText(body["msgtype"], 20), MATRIX_ANSWERS["no body"]],
      [!isText(body["body"], 60_000), MATRIX_ANSWERS["too large"]],
    ]);
  },
  accepts: () => json(200, { event_id: "$abc" }),
  limit: (seconds) =>
    waitSeconds(seconds, {
      errcode: "M_LIMIT_EXCEEDED",
      error: "Too Many Requests",
      retry_after_ms: seconds * 1_000,
    }),
  gone: MATRIX_ANSWERS["unknown room"],
  otherAnswers: MATRIX_ANSWERS,
};

export const zulip: ProviderBehaviour = {
  settings: (url) => ({ server: url, bot: "overdue-bot@example.org", key: "k3y", to: "ops" }),
  refuses: (request) => {
    const form = formOf(request);
    const login = `Basic ${Buffer.from("overdue-bot@example.org:k3y").toString("base64")}`;
    const bad = (msg: string) => json(400, { result: "error", code: "BAD_REQUEST", msg });
    return firstOf([
      [
        request.headers["authorization"] !== login,
        json(401, { result: "error", code: "INVALID_API_KEY", msg: "Invalid API key" }),
      ],
      [!isText(form["content"], 10_000), bad("Message must not be empty")],
      [form["type"] === "stream" && !isText(form["topic"], 60), bad("Topic can't be empty")],
    ]);
  },
  accepts: () => json(200, { result: "success", msg: "", id: 42 }),
  limit: (seconds) =>
    json(429, { result: "error", code: "RATE_LIMIT_HIT", msg: "API usage exceeded", "retry-after": seconds }),
  gone: json(400, { result: "error", code: "STREAM_DOES_NOT_EXIST", msg: "Channel 'ops' does not exist" }),
  otherAnswers: {
    // Every refusal without a code of its own has this one.
    "some fault of the request": json(400, { result: "error", code: "BAD_REQUEST", msg: "Invalid topic" }),
    "not allowed": json(400, {
      result: "error",
      code: "BAD_REQUEST",
      msg: "Not authorized to send to channel 'ops'",
    }),
  },
};

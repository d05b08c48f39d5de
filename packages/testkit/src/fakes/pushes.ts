import {
  bodyOf,
  firstOf,
  isText,
  json,
  list,
  waitSeconds,
  type ProviderBehaviour,
} from "./provider-behaviour.ts";

/** Push, phone and on-call services, which behave as their documentation says. */

function ntfyError(code: number, error: string) {
  const http = Math.floor(code / 100);
  return json(http, { code, http, error, link: "https://ntfy.sh/docs/publish/" });
}

const NTFY_ANSWERS = {
  "wrong token": ntfyError(40_101, "unauthorized"),
  "protected topic": ntfyError(40_301, "forbidden"),
  "message too long": ntfyError(40_014, "invalid request: attachments not allowed"),
  "body too large": ntfyError(41_303, "JSON body too large"),
  "too many actions": ntfyError(40_018, "invalid request: actions invalid"),
  "too many requests": ntfyError(42_901, "limit reached: too many requests"),
  "daily quota": ntfyError(42_908, "limit reached: daily message quota reached"),
};

export const ntfy: ProviderBehaviour = {
  settings: (url) => ({ server: url, topic: "overdue-x7f3k2", token: "tk_good" }),
  refuses: (request) => {
    const body = bodyOf(request);
    return firstOf([
      [request.headers["authorization"] === undefined, ntfyError(40_301, "forbidden")],
      [request.headers["authorization"] !== "Bearer tk_good", ntfyError(40_101, "unauthorized")],
      [!isText(body["topic"], 64), ntfyError(40_009, "invalid request: topic invalid")],
      [Buffer.byteLength(request.body) > 8_192, NTFY_ANSWERS["body too large"]],
      // ntfy makes a longer message an attachment.
      [Buffer.byteLength(String(body["message"])) > 4_096, NTFY_ANSWERS["message too long"]],
      [list(body["actions"]).length > 3, NTFY_ANSWERS["too many actions"]],
    ]);
  },
  // It echoes the whole message, and replaces an empty one by "triggered".
  accepts: (request) => {
    const { message, ...rest } = bodyOf(request);
    const about = { id: "hwQ2YpKdmg", time: 1_795_138_800, expires: 1_795_182_000, event: "message" };
    return json(200, { ...about, ...rest, message: message === "" ? "triggered" : message });
  },
  // The response never says how long to wait.
  limit: () => ntfyError(42_901, "limit reached: too many requests"),
  gone: ntfyError(40_301, "forbidden"),
  otherAnswers: NTFY_ANSWERS,
};

function gotifyError(errorCode: number, error: string, errorDescription: string) {
  return json(errorCode, { error, errorCode, errorDescription });
}

const GOTIFY_TOKEN = `gtfya.${"A1b2".repeat(10)}C3d`;
const GOTIFY_CLIENT = `gtfyc.${"A1b2".repeat(10)}C3d`;
const GOTIFY_ANSWERS = {
  "wrong token": gotifyError(
    401,
    "Unauthorized",
    "you need to provide a valid access token or user credentials to access this api",
  ),
  "client's token": gotifyError(
    400,
    "Bad Request",
    "appid is required when not authenticating with an application token",
  ),
  "unknown path": gotifyError(404, "Not Found", "page not found"),
};

export const gotify: ProviderBehaviour = {
  settings: (url) => ({ server: url, token: GOTIFY_TOKEN }),
  refuses: (request) => {
    const body = bodyOf(request);
    return firstOf([
      [request.path !== "/message", GOTIFY_ANSWERS["unknown path"]],
      [request.headers["x-gotify-key"] === GOTIFY_CLIENT, GOTIFY_ANSWERS["client's token"]],
      [request.headers["x-gotify-key"] !== GOTIFY_TOKEN, GOTIFY_ANSWERS["wrong token"]],
      [!isText(body["message"], 100_000), json(400, { error: "Bad Request", errorCode: 400 })],
    ]);
  },
  accepts: () => json(200, { id: 25, appid: 5, date: "2026-11-20T01:40:00Z" }),
  limit: (seconds) => waitSeconds(seconds, { error: "Too Many Requests", errorCode: 429 }),
  gone: GOTIFY_ANSWERS["wrong token"],
  otherAnswers: GOTIFY_ANSWERS,
};

export const pushover: ProviderBehaviour = {
  settings: (url) => ({ server: url, user: "u".repeat(30), token: "a".repeat(30) }),
  refuses: (request) => {
    const body = bodyOf(request);
    const bad = (errors: string[]) => json(400, { status: 0, request: "r", errors });
    return firstOf([
      [!isText(body["message"], 1_024), bad(["message cannot be blank"])],
      [!isText(body["title"], 250), bad(["title is too long"])],
      [!isText(body["url"], 512), bad(["url is too long"])],
      [
        body["priority"] === 2 && (body["retry"] === undefined || body["expire"] === undefined),
        bad(["retry missing"]),
      ],
    ]);
  },
  accepts: () => json(200, { status: 1, request: "647d2300-702c-4b38-8b2f-d56326ae460b" }),
  limit: (seconds) =>
    json(
      429,
      { status: 0, errors: ["over quota"] },
      { "x-limit-app-reset": String(Math.ceil(Date.now() / 1_000) + seconds) },
    ),
  gone: json(400, {
    status: 0,
    user: "invalid",
    errors: ["user identifier is not a valid user, group, or subscribed user key"],
  }),
};

export const pushbullet: ProviderBehaviour = {
  settings: (url) => ({ server: url, token: "o.good" }),
  refuses: (request) => {
    const body = bodyOf(request);
    const wrong = json(401, {
      error: {
        code: "invalid_access_token",
        type: "invalid_request",
        message: "Access token is missing or invalid.",
      },
    });
    return firstOf([
      [request.headers["access-token"] !== "o.good", wrong],
      [
        !isText(body["guid"], 100) || !isText(body["title"], 1_000),
        json(400, { error: { code: "invalid_param" } }),
      ],
    ]);
  },
  accepts: () => json(200, { iden: "ujpah72o0sjAoRtnM0jc", active: true }),
  limit: (seconds) =>
    json(
      429,
      { error: { code: "too_many_requests" } },
      { "x-ratelimit-reset": String(Math.ceil(Date.now() / 1_000) + seconds) },
    ),
  gone: json(401, {
    error: { code: "invalid_access_token", message: "Access token is missing or invalid." },
  }),
};

export const signal: ProviderBehaviour = {
  settings: (url) => ({ server: url, number: "+491701234567", recipients: ["+491709876543"] }),
  refuses: (request) => {
    const body = bodyOf(request);
    const recipients = Array.isArray(body["recipients"]) ? body["recipients"] : [];
    return firstOf([
      [request.path !== "/v2/send", { status: 404, body: "404 page not found" }],
      [
        recipients.length === 0,
        json(400, { error: "Couldn't process request - please provide at least one recipient" }),
      ],
      [!isText(body["message"], 2_000), json(400, { error: "Couldn't process request - message missing" })],
    ]);
  },
  accepts: () => json(201, { timestamp: "1795138800000" }),
  limit: (seconds) =>
    waitSeconds(seconds, { error: "Failed to send message due to rate limiting", challenge_tokens: [""] }),
  gone: json(400, { error: "Failed to send (some) messages: Unregistered user" }),
};

const TWILIO = {
  account: `AC${"0".repeat(32)}`,
  token: "f".repeat(32),
  to: "+491701234567",
  from: "+15550100999",
};

function twilio(what: "Messages" | "Calls"): ProviderBehaviour {
  const path = `/2010-04-01/Accounts/${TWILIO.account}/${what}.json`;
  const login = `Basic ${Buffer.from(`${TWILIO.account}:${TWILIO.token}`).toString("base64")}`;
  const error = (status: number, code: number, message: string) => json(status, { code, message, status });
  return {
    settings: (url) => ({ ...TWILIO, server: url }),
    refuses: (request) => {
      const form = new URLSearchParams(request.body);
      const content = form.get(what === "Messages" ? "Body" : "Twiml");
      return firstOf([
        [request.path !== path, error(404, 20_404, "The requested resource was not found")],
        [request.headers["authorization"] !== login, error(401, 20_003, "Authenticate")],
        [
          !isText(content, what === "Messages" ? 1_600 : 4_000),
          error(400, 21_617, "The body exceeds the limit"),
        ],
        [
          what === "Calls" && !/^<Response><Say loop="2">[^<>]+<\/Say><\/Response>$/.test(content ?? ""),
          error(400, 12_100, "Document parse failure"),
        ],
        [!form.has("To") || !form.has("From"), error(400, 21_604, "A 'To' phone number is required")],
      ]);
    },
    accepts: () => json(201, { sid: "SM00000000000000000000000000000001", status: "queued" }),
    limit: (seconds) => waitSeconds(seconds, { code: 20_429, message: "Too Many Requests", status: 429 }),
    gone: error(400, 21_211, "Invalid 'To' Phone Number: +49"),
  };
}

export const sms = twilio("Messages");
export const call = twilio("Calls");

export const pagerduty: ProviderBehaviour = {
  settings: (url) => ({ server: url, key: "e".repeat(32) }),
  refuses: (request) => {
    const body = bodyOf(request);
    const [event] = list([body["payload"]]);
    const invalid = (errors: string[]) =>
      json(400, { status: "invalid event", message: "Event object is invalid", errors });
    return firstOf([
      [!isText(body["dedup_key"], 255), invalid(["'dedup_key' is missing or blank"])],
      [
        !["trigger", "resolve"].includes(String(body["event_action"])),
        invalid(["'event_action' is invalid"]),
      ],
      [
        body["event_action"] === "trigger" && !isText(event?.["summary"], 1_024),
        invalid(["'payload.summary' is missing or blank"]),
      ],
      [
        body["event_action"] === "trigger" && !isText(event?.["source"], 1_024),
        invalid(["'payload.source' is missing or blank"]),
      ],
    ]);
  },
  accepts: (request) =>
    json(202, { status: "success", message: "Event processed", dedup_key: bodyOf(request)["dedup_key"] }),
  limit: (seconds) =>
    waitSeconds(seconds, {
      status: "throttle exceeded",
      message: "Requests for this service are arriving too quickly.",
    }),
  gone: json(400, {
    status: "invalid event",
    message: "Event object is invalid",
    errors: ["Invalid routing key"],
  }),
};

export const opsgenie: ProviderBehaviour = {
  settings: (url) => ({ server: url, key: "eb243592-faa2-4ba2-a551q-1afdf565c889" }),
  refuses: (request) => {
    const body = bodyOf(request);
    const isClose = /^\/v2\/alerts\/[\w-]+\/close\?identifierType=alias$/.test(request.path);
    return firstOf([
      [
        !request.headers["authorization"]?.startsWith("GenieKey "),
        json(401, { message: "Could not authenticate" }),
      ],
      [!isClose && request.path !== "/v2/alerts", json(404, { message: "Not found" })],
      [
        !isClose && (!isText(body["message"], 130) || !isText(body["alias"], 512)),
        json(422, { message: "Request body is not processable." }),
      ],
    ]);
  },
  accepts: () =>
    json(202, {
      result: "Request will be processed",
      took: 0.107,
      requestId: "43a29c5c-3dbf-4fa4-9c26-f4f71023e120",
    }),
  limit: (seconds) => waitSeconds(seconds, { message: "You are making too many requests!" }),
  gone: json(403, { message: "Could not authenticate", took: 0.001 }),
};

export const splunkOnCall: ProviderBehaviour = {
  settings: (url) => ({ url: `${url}/integrations/generic/20131114/alert/abc/ops` }),
  refuses: (request) => {
    const body = bodyOf(request);
    const types = ["CRITICAL", "WARNING", "ACKNOWLEDGEMENT", "INFO", "RECOVERY"];
    return firstOf([
      [
        !types.includes(String(body["message_type"])),
        json(400, { result: "failure", message: "invalid message_type" }),
      ],
    ]);
  },
  accepts: (request) => json(200, { result: "success", entity_id: bodyOf(request)["entity_id"] }),
  limit: (seconds) => waitSeconds(seconds, { result: "failure", message: "rate limited" }),
  gone: json(404, { result: "failure", message: "not found" }),
};

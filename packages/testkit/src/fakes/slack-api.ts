import type { FakeRequest, Fault } from "./http-fake.ts";
import { newLedger, type Ledger } from "./ledger.ts";
import { slackFault } from "./slack-blocks.ts";

type SlackPost = { channel: string; ts: string; payload: Record<string, unknown> };

/** The part of Slack's Web API that an instance's app uses, with Slack's error codes. */
export type FakeSlackApi = {
  clientId: string;
  clientSecret: string;
  /** Makes a code of the OAuth flow, as Slack sends it once a person has agreed. It works once. */
  newCode(place: { team: string; channel: string; name: string }): string;
  /** Makes `chat.postMessage` fail with this error from now on, such as `token_revoked`; null: it succeeds again. */
  refuse(error: string | null): void;
  posts: Ledger<SlackPost>;
  /** The `response_url` of a pressed button. */
  responseUrl: string;
  answers: Ledger<Record<string, unknown>>;
};

type Place = { team: string; channel: string; name: string };

/** `answer` returns null for a request that is not for the Web API. */
export function fakeSlackApi(url: string): { api: FakeSlackApi; answer(request: FakeRequest): Fault | null } {
  const codes = new Map<string, { place: Place; used: boolean }>();
  const tokens = new Map<string, Place>();
  const posts = newLedger<SlackPost>();
  const answers = newLedger<Record<string, unknown>>();
  let refusal: string | null = null;
  const api: FakeSlackApi = {
    clientId: "123.456",
    clientSecret: "client-secret-of-tests",
    newCode: (place) => {
      const code = `code-${codes.size + 1}`;
      codes.set(code, { place, used: false });
      return code;
    },
    refuse: (error) => {
      refusal = error;
    },
    posts,
    responseUrl: `${url}/actions/T0/1/abc`,
    answers,
  };
  const exchange = (form: URLSearchParams): Fault => {
    const known = codes.get(form.get("code") ?? "");
    if (form.get("client_id") !== api.clientId) return refusalFault("invalid_client_id");
    if (form.get("client_secret") !== api.clientSecret) return refusalFault("bad_client_secret");
    if (known === undefined) return refusalFault("invalid_code");
    if (known.used) return refusalFault("code_already_used");
    if (!(form.get("redirect_uri") ?? "").endsWith("/slack/callback"))
      return refusalFault("bad_redirect_uri");
    known.used = true;
    const token = `xoxb-${tokens.size + 1}-fake`;
    tokens.set(token, known.place);
    return okAnswer({ ok: true, access_token: token, token_type: "bot", ...installAnswer(known.place) });
  };
  const post = (request: FakeRequest): Fault => {
    const place = tokens.get((request.headers["authorization"] ?? "").replace("Bearer ", ""));
    const payload: Record<string, unknown> = JSON.parse(request.body);
    if (place === undefined) return refusalFault("invalid_auth");
    if (refusal !== null) return refusalFault(refusal);
    if (payload["channel"] !== place.channel) return refusalFault("channel_not_found");
    const fault = slackFault(request.body);
    if (fault !== null) return refusalFault(fault);
    const ts = `1795138800.${String(posts.received.length + 1).padStart(6, "0")}`;
    posts.add({ channel: place.channel, ts, payload });
    return okAnswer({ ok: true, channel: place.channel, ts, message: payload });
  };
  const answer = (request: FakeRequest): Fault | null => {
    if (request.path === "/api/oauth.v2.access") return exchange(new URLSearchParams(request.body));
    if (request.path === "/api/chat.postMessage") return post(request);
    if (!request.path.startsWith("/actions/")) return null;
    answers.add(JSON.parse(request.body));
    return { status: 200, body: "ok" };
  };
  return { api, answer };
}

function installAnswer({ team, channel, name }: Place) {
  return {
    scope: "incoming-webhook,chat:write,chat:write.public",
    bot_user_id: "U0BOT",
    app_id: "A0APP",
    team: { id: team, name: "Acme" },
    enterprise: null,
    authed_user: { id: "U1" },
    incoming_webhook: {
      channel: name,
      channel_id: channel,
      configuration_url: "https://acme.slack.com/x",
      url: "x",
    },
  };
}

function refusalFault(error: string): Fault {
  return error === "ratelimited"
    ? { ...okAnswer({ ok: false, error }), status: 429, headers: { ...JSON_TYPE, "retry-after": "7" } }
    : okAnswer({ ok: false, error });
}

function okAnswer(body: Record<string, unknown>): Fault & object {
  return { status: 200, body: JSON.stringify(body), headers: JSON_TYPE };
}

const JSON_TYPE = { "content-type": "application/json" };

import type { HttpRequest } from "./kind.ts";

type Rest = Partial<Pick<HttpRequest, "method" | "headers" | "onlyHosts" | "trusted">>;

/** A request that posts a JSON document, unless `rest` says otherwise. */
export function jsonRequest(url: string, document: unknown, rest: Rest = {}): HttpRequest {
  return newRequest(url, JSON.stringify(document), {
    ...rest,
    headers: { "content-type": "application/json", ...rest.headers },
  });
}

/** A request that posts a form, as browsers do. */
export function formRequest(url: string, form: Record<string, string>, rest: Rest = {}): HttpRequest {
  return newRequest(url, new URLSearchParams(form).toString(), {
    ...rest,
    headers: { "content-type": "application/x-www-form-urlencoded", ...rest.headers },
  });
}

/** `Authorization: Basic …`; both parts are ASCII. */
export function basicAuth(user: string, password: string): { authorization: string } {
  return { authorization: `Basic ${btoa(`${user}:${password}`)}` };
}

function newRequest(url: string, body: string, rest: Rest): HttpRequest {
  return {
    method: "POST",
    url,
    headers: {},
    body,
    trusted: false,
    onlyHosts: null,
    signed: null,
    ...rest,
  };
}

import { z } from "zod";

import { ADDRESS_HEADER, withHiddenErrors } from "./better-auth.ts";
import type { AppContext } from "../http/context.ts";
import { ApiError, codeForStatus, type ProblemCode } from "../http/problem.ts";

const Refusal = z.object({ code: z.string().optional(), message: z.string().optional() });

/** Our sentences for better-auth's refusals; each names the way out and tells nobody which accounts exist. */
const SENTENCES: Record<string, string> = {
  INVALID_EMAIL_OR_PASSWORD: "The e-mail address or the password is wrong.",
  INVALID_EMAIL: "The e-mail address or the password is wrong.",
  INVALID_PASSWORD: "The password is wrong.",
  PASSWORD_TOO_SHORT: "password: Use at least 12 characters.",
  PASSWORD_TOO_LONG: "password: Use at most 128 characters.",
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: "This account could not be made. If you have one already, sign in.",
  USER_ALREADY_EXISTS: "This account could not be made. If you have one already, sign in.",
};

/** Where its own status would tell more than ours should, or means something else here. */
const STATUS: Record<string, ProblemCode> = {
  INVALID_EMAIL: "unauthorized",
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: "conflict",
  USER_ALREADY_EXISTS: "conflict",
};

/**
 * Asks better-auth through its own front door, so that its limits and checks count, and hands on its cookies.
 * @throws ApiError for whatever it refuses
 */
export async function callAuth(c: AppContext, path: string, body: Record<string, unknown>): Promise<unknown> {
  const { auth, settings } = c.var.deps;
  const request = new Request(`${settings.publicUrl}/api/auth${path}`, {
    method: "POST",
    headers: headersFor(c),
    body: JSON.stringify(body),
  });
  const response = await withHiddenErrors(() => auth.handler(request));
  if (!response.ok) throw await refusal(response);
  for (const cookie of response.headers.getSetCookie()) c.header("set-cookie", cookie, { append: true });
  return await response.json();
}

function headersFor(c: AppContext): Headers {
  const headers = new Headers({ "content-type": "application/json", origin: c.var.deps.settings.publicUrl });
  for (const name of ["cookie", "user-agent"]) {
    const value = c.req.header(name);
    if (value !== undefined) headers.set(name, value);
  }
  const address = c.var.deps.clientAddress(c);
  if (address !== null) headers.set(ADDRESS_HEADER, address);
  return headers;
}

async function refusal(response: Response): Promise<ApiError> {
  const { code = "", message } = Refusal.catch({}).parse(await response.json().catch(() => ({})));
  return new ApiError(
    STATUS[code] ?? codeForStatus(response.status),
    SENTENCES[code] ?? "This was refused: check the fields and try again.",
    {
      cause: message,
    },
  );
}

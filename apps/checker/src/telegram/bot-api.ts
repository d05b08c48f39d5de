import type { HttpRequest } from "@overdue/channels";
import { z } from "zod";

import type { Egress } from "../egress/egress.ts";

/** Calls the Bot API as the instance's bot. Never throws. */
export type BotApi = (method: string, parameters: Record<string, unknown>) => Promise<BotAnswer>;
/** `waitMs`: how long Telegram asks to wait; null if it does not. */
type BotAnswer = { ok: true; result: unknown } | { ok: false; because: string; waitMs: number | null };

const Answer = z.object({
  ok: z.boolean(),
  result: z.unknown().optional(),
  description: z.string().optional(),
  parameters: z.object({ retry_after: z.number().optional() }).optional(),
});

export function openBotApi(egress: Egress, { apiRoot, token }: { apiRoot: string; token: string }): BotApi {
  return async (method, parameters) => {
    const answer = await egress.send(
      requestTo(`${apiRoot.replace(/\/+$/, "")}/bot${token}/${method}`, parameters),
    );
    if ("failed" in answer) return { ok: false, because: answer.failed, waitMs: null };
    return read(answer.body);
  };
}

function requestTo(url: string, parameters: Record<string, unknown>): HttpRequest {
  return {
    method: "POST",
    url,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(parameters),
    trusted: true,
    onlyHosts: null,
    signed: null,
  };
}

function read(body: string): BotAnswer {
  const answer = parseAnswer(body);
  if (answer === null) return { ok: false, because: "Telegram's answer could not be read.", waitMs: null };
  if (answer.ok) return { ok: true, result: answer.result };
  const seconds = answer.parameters?.retry_after;
  return {
    ok: false,
    because: answer.description ?? "Telegram refused without a reason.",
    waitMs: seconds === undefined ? null : seconds * 1_000,
  };
}

function parseAnswer(body: string): z.output<typeof Answer> | null {
  try {
    return Answer.parse(JSON.parse(body));
  } catch {
    return null;
  }
}

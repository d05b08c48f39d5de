import { type Expectation, problemsWith } from "./expectation.ts";
import { send, type Sent } from "./send.ts";
import type { Served } from "./serve.ts";
import { namesOf, type Tenant, tenant } from "./tenant.ts";
import { at, fill, filledIn, type Values } from "./values.ts";

/** A case as `cases.json` has it; the top of that file says how to read it. */
export type Case = { id: string; section: string; title: string; steps: Step[] };

type Step = { req: Asked; expect: Expectation; save?: Values };
type Asked = {
  method: string;
  path: string;
  key?: "rw" | "ro" | "other";
  headers?: Record<string, string>;
  json?: unknown;
  body?: string | { $base64: string };
};

/** Plays a case in a fresh project up to the first step that goes wrong, and says what did. */
export async function runCase({ steps }: Case, served: Served): Promise<string[]> {
  const { url } = served;
  const who = await tenant(served);
  const values = namesOf(who);
  for (const [i, step] of steps.entries()) {
    const sent = request(step.req, { values, url, who });
    const answer = await send(sent);
    const expected = filledIn(step.expect, values) as Expectation;
    const problems = problemsWith(answer, expected);
    if (problems.length > 0)
      return problems.map((problem) => `step ${i + 1}, ${sent.method} ${sent.url}: ${problem}`);
    const saved = Object.entries(step.save ?? {});
    if (saved.length > 0) {
      const json: unknown = JSON.parse(answer.body.toString("utf8"));
      for (const [name, path] of saved) values[name] = String(at(json, path));
    }
  }
  return [];
}

function request(asked: Asked, { values, url, who }: { values: Values; url: string; who: Tenant }): Sent {
  const path = fill(asked.path, values);
  return {
    method: asked.method,
    url: path.startsWith("http") ? path : `${url}${path}`,
    headers: {
      ...(asked.json !== undefined && { "Content-Type": "application/json" }),
      ...(asked.key !== undefined && { "X-Api-Key": who.keys[asked.key] }),
      ...(filledIn(asked.headers ?? {}, values) as Values),
    },
    body: bodyOf(asked, values),
  };
}

function bodyOf({ json, body }: Asked, values: Values): Buffer | null {
  if (json !== undefined) return Buffer.from(JSON.stringify(filledIn(json, values)));
  if (body === undefined) return null;
  return typeof body === "string" ? Buffer.from(fill(body, values)) : Buffer.from(body.$base64, "base64");
}

import { z } from "zod";

import { Refusal } from "../../refusal.ts";

const TIMEOUT_MS = 30_000;

/** A check as the API of a Healthchecks instance shows it to a read-write key. */
const SourceCheck = z.object({
  uuid: z.uuid(),
  name: z.string(),
  slug: z.string().default(""),
  tags: z.string(),
  desc: z.string().default(""),
  grace: z.int(),
  status: z.string(),
  timeout: z.int().optional(),
  schedule: z.string().optional(),
  tz: z.string().optional(),
  manual_resume: z.boolean().default(false),
  methods: z.string().default(""),
  start_kw: z.string().default(""),
  success_kw: z.string().default(""),
  failure_kw: z.string().default(""),
  filter_subject: z.boolean().default(false),
  filter_body: z.boolean().default(false),
  filter_http_body: z.boolean().default(false),
  filter_default_fail: z.boolean().default(false),
  badge_url: z.string().optional(),
  channels: z.string().default(""),
});
export type SourceCheck = z.infer<typeof SourceCheck>;

const SourceChannel = z.object({ id: z.string(), name: z.string(), kind: z.string() });
type SourceChannel = z.infer<typeof SourceChannel>;

export type Source = { checks: SourceCheck[]; channels: SourceChannel[] };

/** Reads the checks and channels of a project from a running instance. @throws Refusal where that fails */
export async function readSource(url: string, apiKey: string): Promise<Source> {
  const get = (path: string) => read(new URL(`api/v3/${path}`, url.endsWith("/") ? url : `${url}/`), apiKey);
  const { checks } = parse(z.object({ checks: z.array(z.unknown()) }), await get("checks/"));
  const readable = checks.map((check) => parse(SourceCheck, check));
  const { channels } = parse(z.object({ channels: z.array(SourceChannel) }), await get("channels/"));
  return { checks: readable, channels };
}

async function read(url: URL, apiKey: string): Promise<unknown> {
  const response = await request(url, apiKey);
  if (response.status === 401)
    throw new Refusal(`${url.host} refuses --api-key: it must be the read-write key of the project.`);
  if (!response.ok) throw new Refusal(`${url.host} answers ${response.status} to ${url.pathname}.`);
  return await response.json().catch(() => {
    throw new Refusal(`${url.host} does not answer ${url.pathname} as Healthchecks does: check --url.`);
  });
}

async function request(url: URL, apiKey: string): Promise<Response> {
  try {
    return await fetch(url, { headers: { "x-api-key": apiKey }, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (cause) {
    throw new Refusal(`${url.host} cannot be reached: check --url.`, { cause });
  }
}

function parse<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const { data, error } = schema.safeParse(value);
  if (error === undefined) return data;
  const [issue] = error.issues;
  const field = issue?.path.map(String).join(".") ?? "";
  throw new Refusal(`The answer of that instance has an unexpected ${field}: ${issue?.message}.`);
}

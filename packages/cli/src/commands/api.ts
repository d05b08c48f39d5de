import { type Config, readConfig } from "../config.ts";
import type { Machine } from "../machine.ts";
import { send } from "../report/http.ts";
import { CommandError } from "../errors.ts";
import { VERSION } from "../version.ts";

const REQUEST_MS_MAX = 30_000;

type Request = {
  method?: "GET" | "POST" | "PATCH" | "PUT";
  /** Sent as JSON. */
  body?: unknown;
  given?: Config;
};

/** Asks the API. Throws a `CommandError` in a sentence, the server's own where it has one. */
export async function askApi<Answer>(
  machine: Machine,
  path: string,
  { method = "GET", body, given = readConfig(machine) }: Request = {},
): Promise<Answer> {
  const { url, apiKey } = given;
  if (url === null)
    throw new CommandError("The address of Overdue is not set: set OVERDUE_URL, or run overdue login.");
  if (apiKey === null)
    throw new CommandError(
      `This needs an API key${method === "GET" ? "" : " of the scope write"}: set OVERDUE_API_KEY, or run overdue login.`,
    );
  const headers = {
    Authorization: `Bearer ${apiKey}`,
    "User-Agent": `overdue/${VERSION}`,
    ...(body !== undefined && { "Content-Type": "application/json" }),
  };
  const answer = await send(`${url}${path}`, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
    timeoutMs: REQUEST_MS_MAX,
    env: machine.env,
  }).catch((error: Error) => {
    throw new CommandError(`${url} could not be asked: ${error.message}.`);
  });
  if (answer.status >= 200 && answer.status < 300)
    return (answer.text === "" ? null : JSON.parse(answer.text)) as Answer;
  throw new CommandError(
    `${url} refused the key or the request: status ${answer.status}${detailOf(answer.text)}`,
  );
}

/** Reads a list of the API to its end. `path` has no query. */
export async function readList<Item>(machine: Machine, path: string): Promise<Item[]> {
  const found: Item[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const more: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page: { items: Item[]; next: string | null } = await askApi(
      machine,
      `${path}?limit=${PER_PAGE}${more}`,
    );
    found.push(...page.items);
    cursor = page.next;
  }
  return found;
}

const PER_PAGE = 200;

function detailOf(text: string): string {
  try {
    const { detail } = JSON.parse(text) as { detail?: string };
    return detail === undefined ? "." : `: ${detail}`;
  } catch {
    return ".";
  }
}

type Project = { id: string; name: string };

/** The project that the key belongs to. */
export async function projectOf(machine: Machine, given = readConfig(machine)): Promise<Project> {
  const { items } = await askApi<{ items: Project[] }>(machine, "/v1/projects", { given });
  const [project] = items;
  if (project === undefined) throw new CommandError("The key belongs to no project.");
  return project;
}

import { readConfig } from "../config.ts";
import type { Machine } from "../machine.ts";
import { send } from "../report/http.ts";
import { Failure } from "../usage-error.ts";
import { VERSION } from "../version.ts";

const REQUEST_MS_MAX = 30_000;

/** Asks the API for what a key may read. Throws a `Failure` in a sentence. */
export async function askApi<Answer>(
  machine: Machine,
  path: string,
  given = readConfig(machine),
): Promise<Answer> {
  const { url, apiKey } = given;
  if (url === null)
    throw new Failure("The address of Overdue is not set: set OVERDUE_URL, or run overdue login.");
  if (apiKey === null)
    throw new Failure("This needs a key that may read: set OVERDUE_API_KEY, or run overdue login.");
  const headers = { Authorization: `Bearer ${apiKey}`, "User-Agent": `overdue/${VERSION}` };
  const answer = await send(`${url}${path}`, {
    method: "GET",
    headers,
    timeoutMs: REQUEST_MS_MAX,
    env: machine.env,
  }).catch((error: Error) => {
    throw new Failure(`${url} could not be asked: ${error.message}.`);
  });
  if (answer.status !== 200)
    throw new Failure(
      `${url} refused the key or the request: status ${answer.status}${detailOf(answer.text)}`,
    );
  return JSON.parse(answer.text) as Answer;
}

function detailOf(text: string): string {
  try {
    const { detail } = JSON.parse(text) as { detail?: string };
    return detail === undefined ? "." : `: ${detail}`;
  } catch {
    return ".";
  }
}

/** The project that the key belongs to. */
export async function projectOf(
  machine: Machine,
  given = readConfig(machine),
): Promise<{ id: string; name: string }> {
  const { items } = await askApi<{ items: { id: string; name: string }[] }>(machine, "/v1/projects", given);
  const [project] = items;
  if (project === undefined) throw new Failure("The key belongs to no project.");
  return project;
}

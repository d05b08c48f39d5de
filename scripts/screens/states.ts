import type { BrowserContext, Page } from "playwright";

/** What is to be seen of an app that waits, fails, is cut off or is refused. `prepare` runs before the page is opened. */
export type State = {
  name: string;
  path: string;
  prepare?: (page: Page) => Promise<unknown>;
  /** What a person does once the page is there. */
  act?: (page: Page) => Promise<void>;
};

type Ids = { at: string; checkId: string; incidentId: string };

const API = /\/v1\/projects\/[^/]+\//;
const PROBLEM = { contentType: "application/problem+json" };
const FAILED = {
  title: "Something went wrong",
  status: 500,
  code: "internal",
  detail: "Something went wrong.",
};
const TOO_MANY = {
  title: "Too many requests",
  status: 429,
  code: "rate_limited",
  detail: "Too many requests: try again in 20 s.",
};

/** Loading, failing, refused and offline for the pages that people open most, and an edit that somebody else overtook. */
export function statesOf({ at, checkId, incidentId }: Ids): State[] {
  const pages = {
    checks: `${at}/checks`,
    check: `${at}/checks/${checkId}`,
    incident: `${at}/incidents/${incidentId}`,
  };
  const ofPages = Object.entries({ ...pages, day: `${at}/day`, channels: `${at}/channels` }).flatMap(
    ([name, path]): State[] => [
      { name: `${name}-loading`, path, prepare: (page) => page.route(API, () => undefined) },
      { name: `${name}-failed`, path, prepare: answer(500, FAILED), act: untilItFails },
      { name: `${name}-refused`, path, prepare: answer(429, TOO_MANY), act: untilItFails },
      { name: `${name}-offline`, path, act: goOffline },
    ],
  );
  return [
    ...ofPages,
    { name: "check-edit-conflict", path: `${at}/checks/${checkId}/edit`, act: overtake(at, checkId) },
  ];
}

function answer(status: number, body: object): (page: Page) => Promise<unknown> {
  return (page) =>
    page.route(API, (route) => route.fulfill({ status, ...PROBLEM, body: JSON.stringify(body) }));
}

/** The app tries again by itself before it says that something failed. */
const GIVEN_UP_MS = 20_000;

async function untilItFails(page: Page): Promise<void> {
  await page
    .getByRole("button", { name: "Try again" })
    .first()
    .waitFor({ timeout: GIVEN_UP_MS })
    .catch(() => undefined);
}

/** The banner comes once the stream of events has been away for a few seconds. */
const BANNER_MS = 8_000;

async function goOffline(page: Page): Promise<void> {
  await page.context().setOffline(true);
  await page.waitForTimeout(BANNER_MS);
}

/** Saves a form whose check was edited by another tab meanwhile. */
function overtake(at: string, checkId: string): (page: Page) => Promise<void> {
  return async (page) => {
    const grace = 60 * (31 + (Date.now() % 20));
    await patch(page.context(), `/v1${at}/checks/${checkId}`, { graceSeconds: grace });
    await page.getByLabel("Description").fill("Call Grace.");
    await page.getByRole("button", { name: "Save" }).first().click();
    await page
      .getByText(/Somebody else changed this/)
      .first()
      .waitFor({ timeout: GIVEN_UP_MS })
      .catch(() => undefined);
  };
}

async function patch({ request }: BrowserContext, path: string, data: object): Promise<void> {
  const current = await request.get(path);
  const { etag = "" } = current.headers();
  const origin = new URL(current.url()).origin;
  await request.patch(path, { data, headers: { origin, "if-match": etag } });
}

import type { Browser, Page, Request } from "playwright";

/** What one visit to the list cost. Times are in milliseconds, sizes in bytes as transferred. */
export type Visit = {
  interactive: number;
  requests: number;
  answer: number;
  nodes: number;
  keystroke: number;
  live: number;
};

type Options = {
  origin: string;
  projectId: string;
  storageState: Awaited<ReturnType<Awaited<ReturnType<Browser["newContext"]>>["storageState"]>>;
  /** Pings one of the checks. */
  ping: () => Promise<unknown>;
};

const VIEWPORT = { width: 1280, height: 800 };
const SETTLE_MS = 2_000;

/** Opens the list with an empty cache, types into its filter, and pings a check of it. */
export async function visitList(browser: Browser, options: Options): Promise<Visit> {
  const { origin, projectId, storageState, ping } = options;
  const context = await browser.newContext({ viewport: VIEWPORT, storageState, baseURL: origin });
  const page = await context.newPage();
  const answers: Promise<number>[] = [];
  page.on("requestfinished", (request) => {
    // A long list comes without strips; the page requests those by id, which is not counted.
    if (/\/check-overviews(?!\?id=)/.test(request.url())) answers.push(sizeOf(request));
  });
  await page.addInitScript(WATCH);
  await page.goto(`/projects/${projectId}/checks`, { waitUntil: "commit" });
  await page.getByRole("list", { name: "Checks" }).getByRole("listitem").first().waitFor();
  await page.waitForTimeout(SETTLE_MS);
  const interactive = await page.evaluate<number>("window.bench.interactive()");
  const sizes = await Promise.all(answers);
  const nodes = await page.evaluate(() => document.querySelectorAll("*").length);
  const keystroke = await typeSlowly(page);
  const live = await longestFrame(page, async () => {
    const refreshed = page.waitForResponse((response) => response.url().includes("check-overviews?id="));
    await ping();
    await refreshed;
    await page.waitForTimeout(300);
  });
  await context.close();
  return { interactive, requests: sizes.length, answer: Math.max(...sizes), nodes, keystroke, live };
}

async function sizeOf(request: Request): Promise<number> {
  return (await request.sizes()).responseBodySize;
}

/** Types some letters. @returns the median of the longest frame after each */
async function typeSlowly(page: Page): Promise<number> {
  await page.keyboard.press("/");
  const times: number[] = [];
  for (const letter of "job 123")
    times.push(
      await longestFrame(page, async () => {
        await page.keyboard.press(letter === " " ? "Space" : letter);
        await page.waitForTimeout(250);
      }),
    );
  await page.getByRole("textbox", { name: "Filter by text" }).fill("");
  await page.waitForTimeout(500);
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}

async function longestFrame(page: Page, act: () => Promise<void>): Promise<number> {
  await page.evaluate("window.bench.startFrames()");
  await act();
  return await page.evaluate<number>("window.bench.longestFrame()");
}

/**
 * Runs in the page. Interactive: the rows are shown and the main thread has finished its last long task. The length of a frame
 * is what it takes beyond the 1/60 s between two screen updates.
 */
const WATCH = `window.bench = (() => {
  let rows = 0, lastTask = 0, longest = 0, last = 0, isWatching = false;
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) lastTask = Math.max(lastTask, startTime + duration);
  }).observe({ type: "longtask", buffered: true });
  const look = setInterval(() => {
    if (document.querySelector('[aria-label="Checks"] li') === null) return;
    rows = performance.now();
    clearInterval(look);
  }, 4);
  const frame = (now) => {
    longest = Math.max(longest, now - last - 1000 / 60);
    last = now;
    if (isWatching) requestAnimationFrame(frame);
  };
  return {
    interactive: () => Math.round(Math.max(rows, lastTask)),
    startFrames: () => new Promise((done) => requestAnimationFrame((now) => {
      last = now; longest = 0; isWatching = true;
      requestAnimationFrame(frame);
      done();
    })),
    longestFrame: () => { isWatching = false; return Math.round(longest); },
  };
})()`;

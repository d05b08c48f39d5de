import { type Browser, chromium } from "playwright";

/** Switches off Chromium's own network traffic. */
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts the Chromium that `npm test` found. */
export function startBrowser(): Promise<Browser> {
  const executablePath = process.env["CHROMIUM_PATH"];
  return chromium.launch({ args: ARGUMENTS, ...(executablePath !== undefined && { executablePath }) });
}

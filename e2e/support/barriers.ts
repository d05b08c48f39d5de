import axe, { type AxeResults } from "axe-core";
import type { Page } from "playwright-core";

/** What keeps somebody from using a page, by day and by night: the rule, and where it is broken first. */
export async function barriersIn(page: Page): Promise<string[]> {
  await page.evaluate(STILL);
  await page.evaluate(axe.source);
  const byDay = await brokenRules(page, "light", "axe.run({ resultTypes: ['violations'] })");
  // At night nothing is otherwise but the colours.
  const byNight = await brokenRules(page, "dark", "axe.run({ runOnly: ['color-contrast'] })");
  return [...byDay, ...byNight];
}

async function brokenRules(page: Page, colorScheme: "light" | "dark", run: string): Promise<string[]> {
  await page.emulateMedia({ colorScheme });
  const { violations } = await page.evaluate<Pick<AxeResults, "violations">>(run);
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html} (${colorScheme})`);
}

/** A colour that fades in is no barrier, and is measured by chance. */
const STILL = `{
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("*, *::before, *::after { transition: none !important; animation: none !important }");
  document.adoptedStyleSheets.push(sheet);
}`;

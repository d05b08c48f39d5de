import axe, { type AxeResults } from "axe-core";
import type { Page } from "playwright-core";

/** What keeps somebody from using a page, in light and in dark: the rule, and where it is broken first. */
export async function barriersIn(page: Page): Promise<string[]> {
  await page.evaluate(STILL);
  await page.evaluate(axe.source);
  const found = new Set<string>();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await page.evaluate<Pick<AxeResults, "violations">>(
      "axe.run({ resultTypes: ['violations'] })",
    );
    for (const { id, impact, nodes } of violations) {
      if (impact === "serious" || impact === "critical")
        found.add(`${id}: ${nodes[0]?.html} (${colorScheme})`);
    }
  }
  return [...found];
}

/** A colour that fades in is no barrier, and is measured by chance. */
const STILL = `{
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("*, *::before, *::after { transition: none !important; animation: none !important }");
  document.adoptedStyleSheets.push(sheet);
}`;

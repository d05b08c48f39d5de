import axe, { type AxeResults } from "axe-core";
import type { Page } from "playwright";

type ColorScheme = "light" | "dark";

/** The rules about colours. Colour schemes differ only in these. */
const OF_COLOURS = ["color-contrast", "link-in-text-block"];

/** The serious violations of accessibility rules on a page, in its colour schemes: each rule, and its first violation. */
export async function accessibilityViolations(
  page: Page,
  [first, ...others]: readonly [ColorScheme, ...ColorScheme[]] = ["light", "dark"],
): Promise<string[]> {
  if (!(await page.evaluate<boolean>("'axe' in window"))) {
    await page.evaluate(STILL);
    await page.evaluate(axe.source);
  }
  const violations = await violationsIn(page, first, "axe.run({ resultTypes: ['violations'] })");
  for (const other of others) {
    violations.push(
      ...(await violationsIn(page, other, `axe.run({ runOnly: ${JSON.stringify(OF_COLOURS)} })`)),
    );
  }
  return violations;
}

async function violationsIn(page: Page, colorScheme: ColorScheme, run: string): Promise<string[]> {
  await page.emulateMedia({ colorScheme });
  // The app changes its scheme a moment later. Pages without the app do not have this mark.
  const mark = "data-mantine-color-scheme";
  await page.locator(`html:not([${mark}]), html[${mark}="${colorScheme}"]`).waitFor({ state: "attached" });
  const { violations } = await page.evaluate<Pick<AxeResults, "violations">>(run);
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => {
      const [first] = nodes.filter(({ html }) => !isListOfField(id, html));
      return first === undefined ? [] : [`${id}: ${first.html} (${colorScheme}): ${first.any[0]?.message}`];
    });
}

/** Whether the element is the list of a field. The arrow keys of the field scroll it, so it needs no focus of its own. */
function isListOfField(rule: string, html: string): boolean {
  return rule === "scrollable-region-focusable" && /^<[^>]* role="listbox"/.test(html);
}

/** Stops animations, because the measured contrast of a colour that fades in would depend on chance. */
const STILL = `{
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("*, *::before, *::after { transition: none !important; animation: none !important }");
  document.adoptedStyleSheets.push(sheet);
}`;

import axe, { type AxeResults } from "axe-core";
import type { Page } from "playwright";

type ColorScheme = "light" | "dark";

/** The rules that look at colours, in which alone one scheme differs from another. */
const OF_COLOURS = ["color-contrast", "link-in-text-block"];

/**
 * The serious violations of accessibility rules on a page, in the colour schemes that it can take: each rule, and where
 * it is violated first.
 */
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
  // The app follows a moment later; pages without it have no such mark.
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

/** The list of a field scrolls by the arrow keys of the field, so it needs no stop of its own. */
function isListOfField(rule: string, html: string): boolean {
  return rule === "scrollable-region-focusable" && /^<[^>]* role="listbox"/.test(html);
}

/** Stops animations: the contrast of a colour that fades in would be measured by chance. */
const STILL = `{
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("*, *::before, *::after { transition: none !important; animation: none !important }");
  document.adoptedStyleSheets.push(sheet);
}`;

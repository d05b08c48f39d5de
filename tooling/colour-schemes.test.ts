import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

const THEME = readFileSync(join(import.meta.dirname, "../apps/web/src/app/theme.css"), "utf8");

test.each(["light", "dark"])(
  "the theme names the %s scheme without a variable, for light-dark()",
  (scheme) => {
    // The build replaces light-dark() by variables, which it sets only where it reads a scheme.
    const [, rules = ""] = THEME.split(`:root[data-mantine-color-scheme="${scheme}"] {`);
    expect(rules.split("}")[0]).toContain(`\n  color-scheme: ${scheme};\n`);
  },
);

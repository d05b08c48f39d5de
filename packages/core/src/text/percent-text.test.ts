import { expect, test } from "vitest";

import { percentText } from "./percent-text.ts";

test.each([
  [1, "100%"],
  [0.999_999, "99.99%"],
  [0.5, "50%"],
  [0.57, "57%"],
  [0.985, "98.5%"],
  [0, "0%"],
  [null, "–"],
])("the share %s is shown as %s", (share, text) => expect(percentText(share)).toBe(text));

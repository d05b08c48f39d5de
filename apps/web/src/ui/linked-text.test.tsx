// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { renderPart } from "../../test/render.tsx";
import { LinkedText } from "./description.tsx";

test("addresses in a description are links, without the punctuation after them", async () => {
  await renderPart(
    <LinkedText text="Runbook: https://wiki.example.org/backup. Or (http://localhost:8000/a?b=c)." />,
  );
  expect(screen.getAllByRole("link").map((link) => link.getAttribute("href"))).toEqual([
    "https://wiki.example.org/backup",
    "http://localhost:8000/a?b=c",
  ]);
  expect(screen.getByText(/^Runbook/).textContent).toBe(
    "Runbook: https://wiki.example.org/backup. Or (http://localhost:8000/a?b=c).",
  );
});

test.each(["javascript:alert(1)", "<a href='https://example.org'>", "data:text/html,x"])(
  "a text that is not a plain address stays text: %s",
  async (text) => {
    const { container } = await renderPart(<LinkedText text={text} />);
    expect(container.querySelector("p")?.textContent).toBe(text);
    expect(container.querySelector("a[href^='javascript'], a[href^='data']")).toBeNull();
  },
);

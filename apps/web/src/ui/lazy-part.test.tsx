// @vitest-environment happy-dom
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Suspense } from "react";
import { expect, test } from "vitest";

import { lazyPart } from "./lazy-part.ts";

test("a part whose code cannot be loaded waits for the connection, and what was typed around it stays", async () => {
  let isConnected = false;
  const Part = lazyPart(async () => {
    if (!isConnected) throw new TypeError("Failed to fetch");
    return await Promise.resolve({ default: () => <p>the part</p> });
  });
  render(
    <>
      <input aria-label="Name" />
      <Suspense fallback={null}>
        <Part />
      </Suspense>
    </>,
  );
  const field = screen.getByRole("textbox", { name: "Name" });
  await userEvent.type(field, "typed while away");
  isConnected = true;
  window.dispatchEvent(new Event("online"));
  expect(await screen.findByText("the part")).toBeTruthy();
  expect(field).toHaveProperty("value", "typed while away");
});

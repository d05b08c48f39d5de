import { lazyRouteComponent as libraryComponent } from "@tanstack/react-router";
import type { ComponentType } from "react";

/**
 * A page whose code is loaded when it is first visited. Where the code is missing after an upgrade, the router reloads
 * the page; without a connection a reload would lose the app, so that the error then says that nothing can be reached.
 */
export function lazyRouteComponent<Name extends string, Module extends Record<Name, ComponentType<object>>>(
  load: () => Promise<Module>,
  name: Name,
) {
  return libraryComponent(() => load().catch(explain), name);
}

async function explain(error: unknown): Promise<never> {
  throw (await isServerThere()) ? error : new TypeError("The code of the page could not be loaded.");
}

/** Whether the server answers anything at all. */
export async function isServerThere(): Promise<boolean> {
  return await fetch("/health/live", { cache: "no-store" }).then(
    () => true,
    () => false,
  );
}

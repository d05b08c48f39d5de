type Route = { options: object; children?: unknown };

/** The paths of a route tree that lead to a page, parameters as `$name`. */
export function pathsOf(route: Route, above = ""): string[] {
  const own = "path" in route.options ? String(route.options.path) : "";
  const path = `${above}/${own}`.replaceAll(/\/+/g, "/").replace(/(?<=.)\/$/, "");
  const children = Object.values(Object(route.children)) as Route[];
  return children.length === 0 ? [path] : children.flatMap((child) => pathsOf(child, path));
}

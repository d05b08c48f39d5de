import { checkRoutes } from "./checks/check-routes.ts";
import type { Deps } from "./deps.ts";
import { registeredRoutes } from "./http/access.ts";
import { notFound, onError } from "./http/on-error.ts";
import { createRouter } from "./http/route.ts";
import { documentOf, documentSecurity, openapiRoutes } from "./openapi.ts";
import { projectRoutes } from "./projects/project-routes.ts";

/** Everything documented, for the typed client. */
function restRoutes() {
  return createRouter().route("/", projectRoutes).route("/", checkRoutes);
}

export type Api = ReturnType<typeof restRoutes>;

/** The whole application on its dependencies: no port, no environment. @throws where a route has no guard. */
export function createApp(deps: Deps) {
  const app = createRouter();
  app.use("/*", async (c, next) => {
    c.set("deps", deps);
    await next();
  });
  app.route("/", restRoutes());
  app.route(
    "/",
    openapiRoutes(() => documentOf(app, deps.settings.version)),
  );
  documentSecurity(app);
  app.onError(onError);
  app.notFound(notFound);
  registeredRoutes(app.routes);
  return app;
}

import { authRoutes } from "./auth/auth-routes.ts";
import { channelRoutes } from "./channels/channel-routes.ts";
import { checkRoutes } from "./checks/check-routes.ts";
import { pauseRoutes } from "./checks/pause-routes.ts";
import { deliveryRoutes } from "./deliveries/delivery-routes.ts";
import type { Deps } from "./deps.ts";
import { historyRoutes } from "./history/history-routes.ts";
import { pingHistoryRoutes } from "./history/ping-routes.ts";
import { registeredRoutes } from "./http/access.ts";
import { notFound, onError } from "./http/on-error.ts";
import { createRouter } from "./http/route.ts";
import { instanceRoutes } from "./instance/instance-routes.ts";
import { keyRoutes } from "./keys/key-routes.ts";
import { meRoutes } from "./me/me-routes.ts";
import { memberRoutes } from "./members/member-routes.ts";
import { documentOf, documentSecurity, openapiRoutes } from "./openapi.ts";
import { projectRoutes } from "./projects/project-routes.ts";
import { scheduleRoutes } from "./schedules/schedule-routes.ts";

/** Everything documented, for the typed client. */
function restRoutes() {
  return createRouter()
    .route("/", authRoutes)
    .route("/", meRoutes)
    .route("/", instanceRoutes)
    .route("/", projectRoutes)
    .route("/", memberRoutes)
    .route("/", keyRoutes)
    .route("/", checkRoutes)
    .route("/", pauseRoutes)
    .route("/", scheduleRoutes)
    .route("/", pingHistoryRoutes)
    .route("/", historyRoutes)
    .route("/", channelRoutes)
    .route("/", deliveryRoutes);
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

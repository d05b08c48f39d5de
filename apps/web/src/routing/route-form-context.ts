import { createFormContext } from "@mantine/form";

import type { RouteValues } from "./route-values.ts";

export const [RouteFormProvider, useRouteFormContext, useRouteForm] = createFormContext<RouteValues>();

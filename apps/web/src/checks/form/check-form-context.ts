import { createFormContext } from "@mantine/form";

import type { CheckFormValues } from "./check-form-values.ts";

export const [CheckFormProvider, useCheckFormContext, useCheckForm] = createFormContext<CheckFormValues>();

import type { z } from "zod";

/**
 * A field that may be left out. To the types it is never `undefined`; at run time it is `.optional()`, since JSON knows
 * no undefined and the maker of the OpenAPI document takes `.exactOptional()` for required.
 */
export function mayBeLeftOut<S extends z.ZodType>(schema: S): z.ZodExactOptional<S> {
  return schema.optional() as unknown as z.ZodExactOptional<S>;
}

export { compareVerdicts, type Comparison, type Difference, type SeenThere, type Span } from "./compare.ts";
export {
  forwardRequest,
  type ForwardedPing,
  SHADOW_PLACEHOLDERS,
  SHADOW_PRODUCTS,
  type ShadowProduct,
} from "./forward.ts";
export { type KeysFrom, SHADOW_FACTS } from "./products.ts";
export { canBeAsked, readVerdicts, type Verdict, verdictRequest } from "./verdicts.ts";

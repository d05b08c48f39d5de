/** More than the error of a floating-point product, so that 0.57 × 10,000 is not rounded down to 5,699. */
const ROUNDING_ERROR = 1e-9;

/** A share from 0 to 1 as "99.95%", never rounded up to 100, which would hide a fault; "–" for null. */
export function percentText(share: number | null): string {
  if (share === null) return "–";
  const floored = Math.floor(share * 10_000 + ROUNDING_ERROR) / 100;
  return share >= 1 ? "100%" : `${floored.toFixed(2).replace(/\.?0+$/, "")}%`;
}

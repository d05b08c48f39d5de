/** A share from 0 to 1 as "99.95%", never rounded up to 100, which would hide a fault; "–" for null. */
export function percentText(share: number | null): string {
  if (share === null) return "–";
  const floored = Math.floor(share * 10_000) / 100;
  return share >= 1 ? "100%" : `${floored.toFixed(2).replace(/\.?0+$/, "")}%`;
}

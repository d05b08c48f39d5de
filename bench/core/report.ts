/** Prints one rate, and its ratio to the rate of a fixed piece of work that is measured right after it. */
export function report({ name, unit, perSecond }: { name: string; unit: string; perSecond: number }): void {
  const ratio = perSecond / baseline();
  const rate = Math.round(perSecond).toLocaleString("en").padStart(12);
  console.log(`${rate} ${unit.padEnd(15)} ${ratio.toFixed(3).padStart(8)} × baseline   ${name}`);
}

export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

/** How many small objects per second this machine copies through JSON now; fewer if it is busy. */
function baseline(): number {
  const began = performance.now();
  let done = 0;
  let kept = { count: 0, list: [1, 2, 3], text: "baseline" };
  while (performance.now() - began < 100) {
    for (let count = 0; count < 1000; count += 1)
      kept = JSON.parse(JSON.stringify({ ...kept, count: kept.count + 1 })) as typeof kept;
    done += 1000;
  }
  return done / ((performance.now() - began) / 1000);
}

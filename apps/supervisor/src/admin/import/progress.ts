const WIDTH = 30;

/** A bar on the terminal that runs along; nothing where no person looks on. */
export function progress(total: number): (done: number) => void {
  if (!process.stderr.isTTY) return () => undefined;
  return (done) => {
    const filled = total === 0 ? WIDTH : Math.round((done / total) * WIDTH);
    const bar = "#".repeat(filled).padEnd(WIDTH, "-");
    process.stderr.write(`\r[${bar}] ${done} of ${total} checks${done === total ? "\n" : ""}`);
  };
}

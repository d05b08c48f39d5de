/** The first `count` times, each asked for from the one before, until `next` gives null or a time that is not later. */
export async function repeat({ after, count }, next) {
  const times = [];
  for (let at = after; times.length < count;) {
    const time = await next(at);
    if (time === null || time === undefined) break;
    times.push(Number(time));
    if (Number(time) <= at) break;
    at = Number(time);
  }
  return { instants: times };
}

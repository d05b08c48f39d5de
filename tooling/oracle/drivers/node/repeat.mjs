/** The first `count` times: asks `next` for the time after each, until it gives null or a time that is not later. */
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

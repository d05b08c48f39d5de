type Room = { most: number; behind: number };

/**
 * How many messages are on their way to one receiver at once: as few as keep its lane quick. A receiver that answers
 * within a moment gets one after the other, so that a crash repeats one message at the most; one that takes its time
 * gets as many as it takes to send it `PER_SECOND`.
 */
export type Gates = {
  /**
   * Runs `work` when its turn has come; it calls `answered` once the receiver has. `most`: how many the provider takes at
   * once; `behind`: how many more wait.
   */
  pass(channelId: string, room: Room, work: (answered: () => void) => Promise<void>): Promise<void>;
};

const PER_SECOND = 1_000;
/** Below this, one at a time is quick enough … */
const QUICK_MS = 25;
/** … unless a herd waits. */
const HERD = 1_500;
const AT_ONCE_FOR_HERD = 4;
/** Weight of the newest answer in what is expected of the next. */
const NEWEST = 0.3;

type Gate = {
  waiting: { room: Room; start: () => void }[];
  /** When each of those that are on their way began. */
  begun: Set<{ at: number }>;
  /** How long an answer takes. */
  usualMs: number;
  timer: NodeJS.Timeout | undefined;
};

export function openGates(now: () => number = () => performance.now()): Gates {
  const gates = new Map<string, Gate>();
  const gateOf = (channelId: string): Gate => {
    const gate = gates.get(channelId) ?? { waiting: [], begun: new Set(), usualMs: 0, timer: undefined };
    gates.set(channelId, gate);
    return gate;
  };
  return {
    pass: async (channelId, room, work) => {
      const gate = gateOf(channelId);
      const one = { at: 0 };
      await new Promise<void>((resolve) => {
        const start = () => {
          one.at = now();
          gate.begun.add(one);
          resolve();
        };
        gate.waiting.push({ room, start });
        open(gate, now);
      });
      const leave = () => {
        if (gate.begun.delete(one)) open(gate, now);
      };
      // What a quick receiver took stays in its place until that is recorded: a crash repeats no more than is here.
      const answered = () => {
        gate.usualMs += (now() - one.at - gate.usualMs) * NEWEST;
        if (gate.usualMs >= QUICK_MS) leave();
      };
      try {
        await work(answered);
      } finally {
        leave();
        if (gate.begun.size === 0 && gate.waiting.length === 0) forget(gates, channelId, gate);
      }
    },
  };
}

/** Starts as many as there is room for, and looks again soon where some must wait: silence widens the gate too. */
function open(gate: Gate, now: () => number): void {
  clearTimeout(gate.timer);
  let room = roomIn(gate, now()) - gate.begun.size;
  while (room > 0 && gate.waiting.length > 0) {
    room -= 1;
    gate.waiting.shift()?.start();
  }
  if (gate.waiting.length > 0) gate.timer = setTimeout(() => open(gate, now), QUICK_MS);
}

function roomIn({ waiting, begun, usualMs }: Gate, at: number): number {
  const [first] = waiting;
  if (first === undefined) return 0;
  const { most, behind } = first.room;
  const [oldest] = begun;
  const answerMs = Math.max(usualMs, oldest === undefined ? 0 : at - oldest.at);
  const fewest = behind + waiting.length > HERD ? AT_ONCE_FOR_HERD : 1;
  const wanted = answerMs < QUICK_MS ? fewest : Math.ceil((answerMs / 1_000) * PER_SECOND);
  return Math.min(most, Math.max(fewest, wanted));
}

function forget(gates: Map<string, Gate>, channelId: string, gate: Gate): void {
  clearTimeout(gate.timer);
  // What a slow receiver was like is worth keeping; a map of all that ever was is not.
  if (gate.usualMs < QUICK_MS || gates.size > 1_000) gates.delete(channelId);
}

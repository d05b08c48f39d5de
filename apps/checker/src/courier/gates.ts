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
/** A receiver that answers within this is quick: one at a time will do … */
const QUICK_MS = 25;
/** … unless a herd waits. */
const HERD = 1_500;
const AT_ONCE_FOR_HERD = 4;
/** The quickest of so many answers tells what the receiver takes; the others tell how busy we were ourselves. */
const ANSWERS = 8;
/** Before so many answers that took long nothing is known of a receiver; before all, where they took not so long … */
const ANSWERS_MIN = 3;
const AT_ONCE_UNKNOWN = 2;
/** … but that it is slow, when it was silent for so long. */
const SILENCE_MS = 75;
const LOOK_EVERY_MS = 25;
/** A timer that comes later than this tells of our own delay, not of the receiver's. */
const LATE_MS = 10;

type Gate = {
  waiting: { room: Room; start: () => void }[];
  /** When each of those that are on their way began. */
  begun: Set<{ at: number }>;
  /** How long the newest answers took. */
  answersMs: number[];
  /** How long it has been silent for certain. */
  silentMs: number;
  timer: NodeJS.Timeout | undefined;
};

export function openGates(now: () => number = () => performance.now()): Gates {
  const gates = new Map<string, Gate>();
  return {
    pass: async (channelId, room, work) => {
      const gate = gates.get(channelId) ?? newGate();
      gates.set(channelId, gate);
      const leave = await enter(gate, room, now);
      try {
        await work(leave.answered);
      } finally {
        leave.done();
        if (gate.begun.size === 0 && gate.waiting.length === 0) forget(gates, channelId, gate);
      }
    },
  };
}

function newGate(): Gate {
  return { waiting: [], begun: new Set(), answersMs: [], silentMs: 0, timer: undefined };
}

/** Resolves when there is room, with the ways to leave again. */
async function enter(gate: Gate, room: Room, now: () => number) {
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
  const done = () => {
    if (gate.begun.delete(one)) open(gate, now);
  };
  // What a quick receiver took stays in its place until that is recorded: a crash repeats no more than is here.
  const answered = () => {
    gate.silentMs = 0;
    gate.answersMs = [...gate.answersMs.slice(1 - ANSWERS), now() - one.at];
    if (usualMs(gate) >= QUICK_MS) done();
  };
  return { answered, done };
}

/** Starts as many as there is room for, and looks again soon where some must wait: silence widens the gate too. */
function open(gate: Gate, now: () => number): void {
  clearTimeout(gate.timer);
  let room = roomIn(gate) - gate.begun.size;
  while (room > 0 && gate.waiting.length > 0) {
    room -= 1;
    gate.waiting.shift()?.start();
  }
  if (gate.waiting.length > 0) lookAgain(gate, now);
}

function lookAgain(gate: Gate, now: () => number): void {
  const setAt = now();
  gate.timer = setTimeout(() => {
    const isLate = now() - setAt > LOOK_EVERY_MS + LATE_MS;
    const [oldest] = gate.begun;
    if (!isLate && oldest !== undefined) gate.silentMs = Math.max(gate.silentMs, now() - oldest.at);
    // Answers that lie in the sockets are read before it is decided.
    setImmediate(() => setImmediate(() => open(gate, now)));
  }, LOOK_EVERY_MS);
}

function roomIn(gate: Gate): number {
  const [first] = gate.waiting;
  if (first === undefined) return 0;
  const { most, behind } = first.room;
  const fewest = behind + gate.waiting.length > HERD ? AT_ONCE_FOR_HERD : 1;
  const wanted = Math.max(usualMs(gate) < QUICK_MS ? fewest : keepingUp(usualMs(gate)), bySilence(gate));
  const answersMin = usualMs(gate) < SILENCE_MS ? ANSWERS : ANSWERS_MIN;
  const isUnknown = gate.answersMs.length < answersMin && gate.silentMs < SILENCE_MS;
  return Math.min(most, isUnknown ? Math.min(wanted, AT_ONCE_UNKNOWN) : Math.max(fewest, wanted));
}

/** Silence may be our own: it opens the gate step by step, to no more than what its length asks for. */
function bySilence({ silentMs }: Gate): number {
  const steps = Math.floor((silentMs - SILENCE_MS) / LOOK_EVERY_MS);
  return steps < 0 ? 0 : Math.min(keepingUp(silentMs), AT_ONCE_UNKNOWN * 2 ** (steps + 1));
}

function keepingUp(answerMs: number): number {
  return Math.ceil((answerMs / 1_000) * PER_SECOND);
}

function usualMs({ answersMs }: Gate): number {
  return answersMs.length === 0 ? 0 : Math.min(...answersMs);
}

function forget(gates: Map<string, Gate>, channelId: string, gate: Gate): void {
  clearTimeout(gate.timer);
  // What a slow receiver was like is worth keeping; a map of all that ever was is not.
  if (usualMs(gate) < QUICK_MS || gates.size > 1_000) gates.delete(channelId);
}

export class Crash extends Error {}
export type CrashPoint = { write: number; when: "before" | "after" };

/** Counts writes and ends the process at one of them: after it nothing works until it is started again. */
export function fuse(point: CrashPoint | undefined) {
  let writes = 0;
  let dead = false;
  const alive = () => {
    if (dead) throw new Crash();
  };
  const guard = async <T>(write: () => Promise<T>): Promise<T> => {
    alive();
    const here = writes === point?.write ? point.when : undefined;
    writes += 1;
    if (here === "before") dead = true;
    alive();
    try {
      return await write();
    } finally {
      // also where the write failed
      if (here === "after") dead = true;
      alive();
    }
  };
  const read = async <T>(task: () => Promise<T>): Promise<T> => {
    alive();
    return task();
  };
  return { guard, read, isDead: () => dead, restart: () => void (dead = false), writes: () => writes };
}
export type Fuse = ReturnType<typeof fuse>;

import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import type { FailureStore } from "../../adapters/failure-store.ts";
import { dirtyDaysOf } from "../../adapters/stream-record.ts";
import type { SchoolDay } from "../../adapters/summary-store.ts";
import { withBackOff, type BackOff } from "../framework/back-off.ts";
import { concurrently } from "../../adapters/concurrently.ts";
import { errorName, type Log } from "../framework/log.ts";
import { summarizeDay, type Recomputed, type SummaryDeps } from "../../adapters/summarize-day.ts";

export type SummarizeDeps = SummaryDeps & {
  failures: Pick<FailureStore, "keep">;
  /** Runs the rules of a school whose days were summarised. */
  runRules: (days: readonly Recomputed[]) => Promise<void>;
  sleep: BackOff["sleep"];
  log: Log;
};
type Context = { getRemainingTimeInMillis: () => number };

/** A day to recompute, and the first stream record that says so. */
type Mark = SchoolDay & { sequence: string };

const WIDTH = 8;
const service = "summarize-school";

/**
 * Turns a batch of stream records into the school days that they make dirty, and recomputes each once. Names the
 * first record of what failed, so that the stream delivers from there again; what had succeeded bears repetition.
 */
export const summarizeSchool =
  (deps: SummarizeDeps) =>
  async (event: DynamoDBStreamEvent, context: Context): Promise<DynamoDBBatchResponse> => {
    const backOff = { remaining: () => context.getRemainingTimeInMillis(), sleep: deps.sleep };
    const failed: string[] = [];
    const attempt = async (sequence: string, task: () => Promise<unknown>) => {
      try {
        await withBackOff(backOff, task);
      } catch (error) {
        failed.push(sequence);
        deps.log({ service, event: "failed", error: errorName(error) });
      }
    };
    const { marks, unreadable } = readMarks(event.Records);
    for (const record of unreadable) {
      deps.log({ service, event: "unreadable_record" });
      await attempt(sequenceOf(record), () => deps.failures.keep(record));
    }
    const done: (Recomputed & Mark)[] = [];
    await concurrently(marks, WIDTH, (mark) =>
      attempt(mark.sequence, async () => void done.push({ ...mark, ...(await recompute(deps, mark)) })),
    );
    await concurrently([...bySchool(done).values()], WIDTH, (days) =>
      attempt(days[0]?.sequence ?? "", () => deps.runRules(days)),
    );
    const first = failed.sort(bySequence)[0];
    return { batchItemFailures: first === undefined ? [] : [{ itemIdentifier: first }] };
  };

async function recompute(deps: SummarizeDeps, mark: Mark): Promise<Recomputed> {
  const recomputed = await summarizeDay(deps, mark);
  const { length: unreadable } = recomputed.after.unreadable;
  if (unreadable > 0) deps.log({ service, event: "unreadable_session", counts: { unreadable } });
  return recomputed;
}

const sequenceOf = (record: DynamoDBRecord) => record.dynamodb?.SequenceNumber ?? "";
// sequence numbers are longer than a number is exact
const bySequence = (a: string, b: string) => Number(BigInt(a || 0) - BigInt(b || 0));

function readMarks(records: readonly DynamoDBRecord[]): { marks: Mark[]; unreadable: DynamoDBRecord[] } {
  const marks = new Map<string, Mark>();
  const unreadable: DynamoDBRecord[] = [];
  for (const record of records) {
    try {
      for (const { school_id, day } of dirtyDaysOf(record)) {
        const name = `${day}#${school_id}`;
        if (!marks.has(name)) marks.set(name, { school_id, day, sequence: sequenceOf(record) });
      }
    } catch {
      unreadable.push(record);
    }
  }
  return { marks: [...marks.values()], unreadable };
}

function bySchool<T extends Mark>(marks: readonly T[]): Map<string, T[]> {
  const schools = new Map<string, T[]>();
  const inOrder = [...marks].sort((a, b) => bySequence(a.sequence, b.sequence));
  for (const mark of inOrder) schools.set(mark.school_id, [...(schools.get(mark.school_id) ?? []), mark]);
  return schools;
}

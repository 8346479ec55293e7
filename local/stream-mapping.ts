import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import type { DynamoWire } from "./dynamo-wire.ts";
import type { MappingSpec } from "./template.ts";

const Record = z.looseObject({
  dynamodb: z.looseObject({ SequenceNumber: z.string(), ApproximateCreationDateTime: z.number() }),
});
type Record = z.infer<typeof Record>;
const Records = z.looseObject({ Records: z.array(Record), NextShardIterator: z.string().optional() });
const Shards = z.looseObject({
  StreamDescription: z.looseObject({ Shards: z.array(z.looseObject({ ShardId: z.string() })) }),
});
const Iterator = z.looseObject({ ShardIterator: z.string() });
const Answer = z.looseObject({
  batchItemFailures: z.array(z.looseObject({ itemIdentifier: z.string() })).default([]),
});

export type MappingDeps = {
  wire: DynamoWire;
  streamArn: string;
  invoke: (functionId: string, event: unknown) => Promise<unknown>;
  /** Keeps records that were given up, whole. */
  giveUp: (mapping: MappingSpec, records: unknown[]) => Promise<void>;
  /** Whether the functions' time is not the machine's. */
  isHurried: () => boolean;
  /** Tells whoever runs the stack. */
  say: (line: string) => void;
  checkpoint: { read: (id: string) => string | undefined; write: (id: string, sequence: string) => void };
};

/** Between two reads of a shard. Lambda reads four times a second; a person who tries things out waits less. */
const POLL_MS = 60;
/** While weeks go by in seconds nobody waits for a single session, and fewer, larger batches are read. */
const HURRIED_POLL_MS = 1000;
const RETRY_MS = [100, 200, 400, 800, 1600, 3200] as const;

/** One reader of the stream, as Lambda's event source mapping: in order, one batch at a time, retries block. */
export class StreamMapping {
  readonly #spec: MappingSpec;
  readonly #deps: MappingDeps;
  readonly #patterns: unknown[];
  #stopped = false;
  /** The last record that was read. */
  #last: string | undefined;

  constructor(spec: MappingSpec, deps: MappingDeps) {
    this.#spec = spec;
    this.#deps = deps;
    this.#patterns = (spec.FilterCriteria?.Filters ?? []).map(({ Pattern }) =>
      z.unknown().parse(JSON.parse(Pattern)),
    );
  }

  stop(): void {
    this.#stopped = true;
  }

  /** A reader that cannot read ends loudly, unless it was told to stop. */
  failed(error: unknown): void {
    if (!this.#stopped) throw error;
  }

  async run(): Promise<void> {
    let iterator: string | undefined;
    while (!this.#stopped) {
      const page = await this.#patiently(async () => {
        const ShardIterator = (iterator ??= await this.#iterator());
        // after a silence the next read begins behind the last record: an iterator lives for 15 minutes
        iterator = undefined;
        return this.#read(ShardIterator);
      });
      await this.#process(page.Records.filter((record) => this.#wanted(record)));
      this.#remember(page.Records.at(-1)?.dynamodb.SequenceNumber);
      iterator = page.NextShardIterator;
      await sleep(this.#deps.isHurried() ? HURRIED_POLL_MS : POLL_MS);
    }
  }

  #remember(sequence: string | undefined): void {
    if (sequence === undefined) return;
    this.#last = sequence;
    this.#deps.checkpoint.write(this.#spec.id, sequence);
  }

  async #read(ShardIterator: string) {
    const input = { ShardIterator, Limit: this.#spec.BatchSize };
    return Records.parse(await this.#deps.wire("DynamoDBStreams_20120810.GetRecords", input));
  }

  /** Asks until there is an answer: an engine that is busy or being restarted ends nothing. */
  async #patiently<T>(ask: () => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries += 1) {
      const answer = await ask().catch((error: unknown) => this.#silent(error, tries));
      if (answer !== undefined && tries > 0)
        this.#deps.say(`The database answers again; ${this.#spec.id} goes on.`);
      if (answer !== undefined) return answer;
      await sleep(RETRY_MS[Math.min(tries, RETRY_MS.length - 1)]);
    }
  }

  /** Says once that nothing was answered. Throws what no waiting mends. */
  #silent(error: unknown, tries: number): undefined {
    if (this.#stopped || error instanceof z.ZodError) throw error;
    if (tries === 0) this.#deps.say(`The database does not answer; ${this.#spec.id} waits and tries again.`);
  }

  async #iterator(): Promise<string> {
    const { wire, streamArn, checkpoint } = this.#deps;
    const shards = Shards.parse(
      await wire("DynamoDBStreams_20120810.DescribeStream", { StreamArn: streamArn }),
    );
    const ShardId = shards.StreamDescription.Shards[0]?.ShardId;
    const SequenceNumber = this.#last ?? checkpoint.read(this.#spec.id);
    const from =
      SequenceNumber === undefined
        ? { ShardIteratorType: "TRIM_HORIZON" }
        : { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", SequenceNumber };
    const input = { StreamArn: streamArn, ShardId, ...from };
    return Iterator.parse(await wire("DynamoDBStreams_20120810.GetShardIterator", input)).ShardIterator;
  }

  #wanted(record: Record): boolean {
    return this.#patterns.length === 0 || this.#patterns.some((pattern) => matches(pattern, record));
  }

  async #process(records: Record[]): Promise<void> {
    let left = records;
    for (let attempt = 0; left.length > 0 && !this.#stopped; attempt += 1) {
      const failedAt = await this.#attempt(left);
      if (failedAt === undefined) return;
      left = left.slice(failedAt);
      if (this.#tooOld(left[0])) return this.#deps.giveUp(this.#spec, left);
      await sleep(RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]);
      left = await this.#bisect(left);
    }
  }

  /** Processes the first half by itself, where the mapping asks for it, and returns what is left. */
  async #bisect(records: Record[]): Promise<Record[]> {
    if (!this.#spec.BisectBatchOnFunctionError || records.length < 2) return records;
    const middle = Math.ceil(records.length / 2);
    await this.#process(records.slice(0, middle));
    return records.slice(middle);
  }

  /** undefined when all went well, else the place of the first record to deliver again. */
  async #attempt(records: Record[]): Promise<number | undefined> {
    const Records = records.map((record) => ({
      ...record,
      awsRegion: "local",
      eventSourceARN: this.#deps.streamArn,
    }));
    try {
      const answer = Answer.parse((await this.#deps.invoke(this.#spec.FunctionName, { Records })) ?? {});
      const places = answer.batchItemFailures.map(({ itemIdentifier }) => placeOf(records, itemIdentifier));
      return places.length === 0 ? undefined : Math.min(...places);
    } catch {
      return 0;
    }
  }

  #tooOld(record: Record | undefined): boolean {
    const { MaximumRecordAgeInSeconds: limit } = this.#spec;
    const age = Date.now() / 1000 - (record?.dynamodb.ApproximateCreationDateTime ?? 0);
    return limit > 0 && age > limit;
  }
}

// an identifier that is not in the batch fails the whole batch, as on AWS
const placeOf = (records: Record[], sequence: string) =>
  Math.max(
    0,
    records.findIndex((record) => record.dynamodb.SequenceNumber === sequence),
  );

/** Filter patterns as far as the template uses them: nested fields, with a list of equal values or prefixes. */
export function matches(pattern: unknown, value: unknown): boolean {
  if (Array.isArray(pattern)) return pattern.some((rule) => ruleMatches(rule, value));
  if (!isObject(pattern)) throw new Error("the local stack does not know this filter pattern");
  return Object.entries(pattern).every(([name, inner]) =>
    matches(inner, isObject(value) ? value[name] : undefined),
  );
}

function ruleMatches(rule: unknown, value: unknown): boolean {
  if (typeof rule === "string") return rule === value;
  if (isObject(rule) && typeof rule["prefix"] === "string")
    return typeof value === "string" && value.startsWith(rule["prefix"]);
  throw new Error("the local stack does not know this filter rule");
}

const isObject = (value: unknown): value is { [name: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

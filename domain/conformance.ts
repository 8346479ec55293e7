import { faultsOfIssues, type Fault } from "./problem.ts";
import { CHECKS, type Check, type Finding, type Place, type SetUp } from "./conformance-checks.ts";
import { SessionEvent } from "./session-event.ts";

/** What a provider's events would run into, beyond the contract of each one. */
export type CheckResult = {
  check: string;
  /** `fail`: refused or wrong in reports; `warn`: works, and is worth a look; `skip`: there was nothing to look at. */
  level: "pass" | "warn" | "fail" | "skip";
  detail: string;
  /** Places of the first events that it concerns, as JSON pointers into what was given. */
  at: string[];
};

const MOST_PLACES = 5;
const pointerOf = ({ index, pointer = "" }: Finding) => `/${index}${pointer}`;

function resultOf({ check, level, well, mend }: Omit<Check, "find">, found: readonly Finding[]): CheckResult {
  if (found.length === 0) return { check, level: "pass", detail: well, at: [] };
  const detail = `${found.length} ${found.length === 1 ? "event" : "events"}: ${mend}`;
  return { check, level, detail, at: found.slice(0, MOST_PLACES).map(pointerOf) };
}

type Looking = { now: Date; setUp: SetUp | undefined };
/** What only the district's set-up could tell. */
const NO_SET_UP: CheckResult = {
  check: "schools, programs and contracts",
  level: "skip",
  detail: "not looked at: say whose events they are with --provider, on a stack where it is set up",
  at: [],
};

/** A check says of how many events it speaks, and nothing where it saw none. */
function looked(one: Check, events: readonly Place[], { now, setUp }: Looking): CheckResult {
  if (events.length === 0)
    return { check: one.check, level: "skip", detail: "not looked at: no event can be read", at: [] };
  const result = resultOf(one, one.find(events, { now, setUp }));
  return { ...result, detail: `${result.detail} (looked at ${events.length})` };
}

type Options = {
  /** Faults of an event that parsing hides. */
  hidden?: (index: number) => readonly Fault[];
  now: Date;
  /** What the district set up for the provider, where it is known. */
  setUp?: SetUp | undefined;
};

/** Everything that a provider would have got wrong: the contract, event by event, and what only all of them tell. */
export function conformanceOf(
  values: readonly unknown[],
  { hidden = () => [], now, setUp }: Options,
): { events: number; results: CheckResult[]; faults: { at: string; detail: string }[] } {
  const read = values.map((value, index) => ({ index, parsed: SessionEvent.safeParse(value) }));
  const faults = read.flatMap(({ index, parsed }) =>
    [...hidden(index), ...faultsOfIssues(parsed.error?.issues ?? [], values[index])].map(
      ({ pointer, detail }) => ({
        at: `/${index}${pointer}`,
        detail,
      }),
    ),
  );
  const broken = new Set(faults.map(({ at }) => Number(at.split("/")[1])));
  const contract = {
    check: "the contract of each event",
    level: "fail" as const,
    well: "Every event follows it.",
    mend: "broken; the list below says where and what to do.",
  };
  const events = read.flatMap(({ index, parsed: { data } }) =>
    data === undefined || broken.has(index) ? [] : [{ index, event: data }],
  );
  return {
    events: values.length,
    results: [
      resultOf(
        contract,
        [...broken].map((index) => ({ index })),
      ),
      ...CHECKS.filter(({ needsSetUp }) => needsSetUp !== true || setUp !== undefined).map((one) =>
        looked(one, events, { now, setUp }),
      ),
      ...(setUp === undefined ? [NO_SET_UP] : []),
    ],
    faults,
  };
}

import { describe, expect, it } from "vitest";
import type { Handover } from "../../adapters/handover.ts";
import type { MessageStore } from "../../adapters/message-store.ts";
import type { Contact } from "../../domain/contact.ts";
import { channelOf } from "../../domain/message.ts";
import { notify, type NotifyDeps } from "../../functions/notify/handler.ts";
import { sweep } from "../../functions/sweep/handler.ts";
import { alerting, lead, school, streamOf, TEXTS } from "../support/alerting.ts";
import { Crash, fuse, type CrashPoint } from "../support/fuse.ts";
import { announceSeed, seeded } from "../support/random.ts";
import { dayOf } from "../support/school.ts";
import { LAG_BOUNDS } from "../../domain/day-summary.ts";

const seed = announceSeed("crash matrix of the sender", 3003);
const context = { getRemainingTimeInMillis: () => 60_000 };

/** A day on which a provider held one session of five. */
const underDelivered = (day: string) =>
  dayOf(day, [], {
    providers: [
      {
        provider_id: "north-star",
        sessions_held: 1,
        not_held: [{ reason: "tutor_absent", sessions: 4 }],
        lag: LAG_BOUNDS.map((_, bin) => (bin === 0 ? 1 : 0)),
      },
    ],
  });

/** `throttled`: sends that a service cannot take; `flaky`: writes that the table throttles. */
type Scenario = { leads: number; batch: number; throttled: number; flaky: number; seed: number };
type Outcome = { lost: string[]; repeats: number; crashes: number; points: number };
/** Which order the sender keeps: the shipped one, or one that records before it sends (the control). */
type Variant = "shipped" | "record-first";

/**
 * Decides and sends the messages of a morning, with one crash at a write or a send; then starts again as Lambda does:
 * the sweep is run again, and the stream delivers again from the batch that had failed.
 */
async function run(
  scenario: Scenario,
  point: CrashPoint | undefined,
  variant: Variant = "shipped",
): Promise<Outcome> {
  const place = morning(scenario);
  await place.ready();
  const fused = fuse(point);
  const stream: string[] = [];
  const messages = recorded(place.world.messages, { guard: fused.guard, stream, scenario });
  const taken: string[] = [];
  const deps = sending(place, { messages, guard: fused.guard, taken, scenario });
  const sweeping = sweep({ ...place.world, messages });
  const send = notify(variant === "shipped" ? deps : recordFirst(deps, messages));
  let crashes = 0;
  const survive = async (task: () => Promise<unknown>) => {
    try {
      await task();
    } catch {
      // a handler may have caught the crash itself
    }
    if (fused.isDead()) crashes += 1;
    fused.restart();
  };
  await survive(() => sweeping({}));
  // what the crash cut off is done by the next sweep; what waited for its service comes later
  for (const clock of ["14:45", "15:00", "15:15", "15:30", "15:45", "16:15", "17:00", "18:00", "20:00"]) {
    for (let at = 0; at < stream.length;) {
      const batch = stream.slice(at, at + scenario.batch);
      let answer: Awaited<ReturnType<typeof send>> | undefined;
      await survive(async () => void (answer = await send(streamOf(batch), context)));
      const [failed] = answer?.batchItemFailures ?? [];
      if (answer !== undefined)
        at += failed === undefined ? batch.length : batch.indexOf(failed.itemIdentifier);
    }
    stream.length = 0;
    place.world.at(`2026-03-13T${clock}:00Z`);
    await survive(() => sweeping({}));
  }
  const wanted = place.contacts.flatMap(({ contact_id }) => [`mail ${contact_id}`, `text ${contact_id}`]);
  const lost = wanted.filter((one) => !taken.includes(one));
  return { lost, repeats: taken.length - new Set(taken).size, crashes, points: fused.writes() };
}

function morning({ leads }: Scenario) {
  const schools = Array.from({ length: leads }, (_, number) => school(`S${number}`));
  const contacts = schools.map(({ school_id }, number) =>
    lead(`lead-${number}`, [school_id], { ...TEXTS, phone: `+1303555${String(number).padStart(4, "0")}` }),
  );
  const world = alerting({ schools, contacts });
  const ready = async () => {
    for (const { school_id } of schools) await world.put(school_id, underDelivered("2026-03-12"));
  };
  return { contacts, world, ready };
}

type Guard = ReturnType<typeof fuse>["guard"];

type Recorded = { guard: Guard; stream: string[]; scenario: Scenario };

/** A write of something decided wakes the sender, as the stream's filter has it. */
function recorded(inner: MessageStore, { guard, stream, scenario }: Recorded): MessageStore {
  const random = seeded(scenario.seed + 1);
  let flaky = scenario.flaky;
  return {
    get: (id) => inner.get(id),
    of: (contact_id, from) => inner.of(contact_id, from),
    write: (message) =>
      guard(async () => {
        if (flaky > 0 && random.chance(0.3)) {
          flaky -= 1;
          throw Object.assign(new Error(), { name: "ProvisionedThroughputExceededException" });
        }
        const written = await inner.write(message);
        if (written && message.state === "decided") stream.push(message.message_id);
        return written;
      }),
  };
}

type Sending = { messages: MessageStore; guard: Guard; taken: string[]; scenario: Scenario };

function sending(
  place: ReturnType<typeof morning>,
  { messages, guard, taken, scenario }: Sending,
): NotifyDeps {
  const random = seeded(scenario.seed);
  let throttled = scenario.throttled;
  const take = (name: string) =>
    guard(async (): Promise<Handover> => {
      if (throttled > 0 && random.chance(0.3)) {
        throttled -= 1;
        return { outcome: "later", reason: "TooManyRequestsException" };
      }
      taken.push(name);
      return { outcome: "taken", receipt: `${taken.length}` };
    });
  const whose = (wanted: (contact: Contact) => boolean) => place.contacts.find(wanted)?.contact_id ?? "";
  return {
    ...place.world.notifyDeps,
    messages,
    sendMail: (to) => take(`mail ${whose(({ email }) => email === to)}`),
    sendText: (to) => take(`text ${whose(({ phone }) => phone === to)}`),
  };
}

function recordFirst(deps: NotifyDeps, messages: MessageStore): NotifyDeps {
  const before = async (message: Parameters<MessageStore["write"]>[0]) =>
    messages.write({ ...message, state: "sent", version: message.version + 1 });
  const wrap = (send: (to: string) => Promise<Handover>, channel: "mail" | "text") => async (to: string) => {
    const all = await Promise.all(
      ["lead-0", "lead-1", "lead-2", "lead-3"].map((id) => messages.of(id, "2026-03-13")),
    );
    const own = all.flat().find((message) => channelOf(message) === channel && message.state === "decided");
    if (own !== undefined) await before(own);
    return send(to);
  };
  const { sendMail, sendText } = deps;
  return {
    ...deps,
    sendMail: wrap((to) => sendMail(to, { subject: "", text: "", html: "", unsubscribe: undefined }), "mail"),
    sendText: wrap((to) => sendText!(to, ""), "text"),
  };
}

function scenarios(count: number): Scenario[] {
  const random = seeded(seed);
  return Array.from({ length: count }, () => ({
    leads: 1 + random.below(4),
    batch: 1 + random.below(6),
    throttled: random.chance(0.5) ? 1 + random.below(6) : 0,
    flaky: random.chance(0.5) ? 1 + random.below(4) : 0,
    seed: random.below(1_000_000),
  }));
}

async function matrix(list: readonly Scenario[], variant: Variant, most = Infinity) {
  const total = { runs: 0, lost: 0, tooOften: 0, crashes: 0 };
  for (const scenario of list) {
    const { points } = await run(scenario, undefined, variant);
    for (let write = 0; write < points && total.runs < most; write += 1) {
      for (const when of ["before", "after"] as const) {
        const { lost, repeats, crashes } = await run(scenario, { write, when }, variant);
        total.runs += 1;
        total.lost += lost.length;
        total.crashes += crashes;
        if (repeats > crashes) total.tooOften += 1;
      }
    }
  }
  return total;
}

describe("the sender, with a crash before and after each of its writes and sends", () => {
  it("sends each message without a crash exactly once", async () => {
    for (const scenario of scenarios(20)) {
      const { lost, repeats } = await run(scenario, undefined);
      expect([lost, repeats]).toEqual([[], 0]);
    }
  });

  it("loses nothing, and repeats at most one message a crash, in 9,000 runs", async () => {
    const total = await matrix(scenarios(300), "shipped");
    console.log(
      `sender: ${total.runs} runs, ${total.crashes} crashes, ${total.lost} lost, ${total.tooOften} repeated too often`,
    );
    expect(total.runs).toBeGreaterThanOrEqual(9000);
    expect(total.crashes).toBe(total.runs);
    expect([total.lost, total.tooOften]).toEqual([0, 0]);
  });

  it("would lose messages if it recorded before it sent (control)", async () => {
    expect((await matrix(scenarios(10), "record-first", 300)).lost).toBeGreaterThan(0);
  });

  it("ends the process where the fuse says (control)", async () => {
    const fused = fuse({ write: 0, when: "before" });
    await expect(fused.guard(async () => 1)).rejects.toThrow(Crash);
  });
});

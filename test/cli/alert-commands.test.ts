import { DescribePhoneNumbersCommand, PinpointSMSVoiceV2Client } from "@aws-sdk/client-pinpoint-sms-voice-v2";
import {
  DeleteSuppressedDestinationCommand,
  GetAccountCommand,
  GetConfigurationSetEventDestinationsCommand,
  GetEmailIdentityCommand,
  NotFoundException,
  SESv2Client,
} from "@aws-sdk/client-sesv2";
import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { mockClient } from "aws-sdk-client-mock";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { answerAlert } from "../../cli/alert-actions.ts";
import { alertsText, listAlerts, standingText } from "../../cli/alerts.ts";
import { contactsText, listContacts, unmute } from "../../cli/contacts.ts";
import { s3FailureBucket } from "../../adapters/failure-bucket.ts";
import { doctor, doctorText } from "../../cli/doctor.ts";
import { explainAlert, explanationText } from "../../cli/explain.ts";
import { previewDigest, previewText, writePreviews } from "../../cli/preview.ts";
import { readSettings, simulate, simulationText } from "../../cli/simulate.ts";
import { Program } from "../../domain/setup.ts";
import { alerting, desk, district, lead, school, TEXTS } from "../support/alerting.ts";
import { dayOf, pending, row } from "../support/school.ts";
import { temporaryFolder } from "../support/stack.ts";

const folder = temporaryFolder();
const absent = (day: string) => dayOf(day, [row(day, "absent_unexcused", { program_id: "math" })]);
const ALERT = "student-missed-sessions#1#2026-03-11";

const ses = mockClient(SESv2Client);
const sms = mockClient(PinpointSMSVoiceV2Client);
beforeEach(() => {
  ses.reset();
  sms.reset();
});

const sending = {
  sender: "rollcall@example.org",
  configurationSet: "mails",
  textOrigin: "arn:aws:sms-voice:us-east-1:1:phone-number/phone-1" as string | undefined,
};

async function scene() {
  const place = alerting({
    districts: [{ district_id: "D", settings: { missed_window_days: 9 } }],
    schools: [school("A"), school("B")],
    programs: [Program.parse({ program_id: "math" })],
    contacts: [lead("ada", ["A"]), lead("bea", ["A"], { language: "es" }), desk, district],
    default_owner: "district",
  });
  for (const day of ["2026-03-11", "2026-03-12"]) await place.put("A", absent(day));
  place.at("2026-03-13T13:00:00Z");
  await place.sweep();
  return place;
}

describe("rollcall alerts acknowledge and snooze", () => {
  it("answer an alert once, keep by whom and why, and show it in the list", async () => {
    const place = await scene();
    const answer = { alert: ALERT, school: undefined, by: "office", note: "called", now: place.clock() };
    await answerAlert(place, answer);
    await answerAlert(place, answer);
    const [alert] = await place.alerts.current("A");
    expect(alert?.history.map(({ step, by, note }) => [step, by, note])).toEqual([
      ["opened", undefined, undefined],
      ["acknowledged", "office", "called"],
    ]);
    const listed = await listAlerts(place, { all: false, school: undefined });
    expect(alertsText(listed, () => "2026-03-13")).toContain(`${ALERT}  acknowledged by office`);
    const snoozed = await answerAlert(place, { ...answer, until: "2999-01-05" });
    expect(standingText(snoozed, "2026-03-13")).toBe("snoozed until 2999-01-05");
  });

  it("refuse what is not there, what is over, and a day that is no day ahead", async () => {
    const place = await scene();
    const answer = { alert: ALERT, school: undefined, by: "office", note: undefined, now: place.clock() };
    await expect(answerAlert(place, { ...answer, alert: "x" })).rejects.toThrow("There is no alert x.");
    await expect(answerAlert(place, { ...answer, until: "2026-02-30" })).rejects.toThrow(
      "--until is no date",
    );
    await expect(answerAlert(place, { ...answer, until: "2020-01-01" })).rejects.toThrow("is not ahead");
    await place.put("A", dayOf("2026-03-12", [row("2026-03-12", "present")]));
    await place.rules("A", ["2026-03-12"]);
    await expect(answerAlert(place, answer)).rejects.toThrow("is resolved");
  });

  it("try again when somebody else was first", async () => {
    const place = await scene();
    let first = true;
    const alerts = {
      current: (id: string) => place.alerts.current(id),
      log: (id: string) => place.alerts.log(id),
      archive: async () => undefined,
      forget: () => Promise.resolve(),
      write: async (alert: Parameters<typeof place.alerts.write>[0]) => {
        if (first) {
          first = false;
          const [stored] = await place.alerts.current("A");
          await place.alerts.write({ ...stored!, version: stored!.version + 1, facts: { missed: 3 } });
        }
        return place.alerts.write(alert);
      },
    };
    await answerAlert(
      { ...place, alerts },
      { alert: ALERT, school: "A", by: "office", note: undefined, now: place.clock() },
    );
    expect((await place.alerts.current("A"))[0]).toMatchObject({ version: 3, facts: { missed: 3 } });
  });
});

describe("rollcall explain", () => {
  it("shows the facts, the thresholds and who set them, the owners and the trail", async () => {
    const place = await scene();
    const told = await explainAlert(place, { id: ALERT, school_id: undefined, now: place.clock() });
    expect(told).toMatchObject({
      standing: "open",
      owners: ["ada", "bea"],
      sessions: [{ day: "2026-03-11", status: "absent_unexcused" }, { day: "2026-03-12" }],
      thresholds: [
        { name: "missed_in_a_row", value: 2, set_by: "default" },
        {},
        { value: 9, set_by: "district" },
      ],
    });
    const text = explanationText(told);
    for (const piece of [
      "within 9 school days",
      "missed_window_days",
      "(district)",
      "ada, bea",
      "2026-03-13 13:00 UTC",
    ])
      expect(text).toContain(piece);
  });

  it("shows the days of a provider, where an alert is about one", async () => {
    const place = await scene();
    await place.put("B", dayOf("2026-03-11", [row("2026-03-11", "present")]));
    await place.put("B", dayOf("2026-03-12", [], { pending: [pending("2026-03-12")] }));
    await place.sweep(true);
    const told = await explainAlert(place, {
      id: "provider-feed-silent#north-star#2026-03-12",
      school_id: "B",
      now: place.clock(),
    });
    expect(told.days).toEqual([
      { day: "2026-03-11", held: 1, not_held: 0, waiting: 0 },
      { day: "2026-03-12", held: 0, not_held: 0, waiting: 1 },
    ]);
    expect(explanationText(told)).toContain("No report");
  });
});

describe("rollcall alerts simulate", () => {
  const settings = (text: string) => {
    const file = join(folder, "settings.yaml");
    writeFileSync(file, text);
    return readSettings(file);
  };
  const range = { from: "2026-03-09", to: "2026-03-20" };
  const run = async (text: string) =>
    simulate(await scene(), { ...range, settings: settings(text) }, () => undefined);

  it("tells how many alerts and mails other thresholds would have produced", async () => {
    const strict = await run("settings: { missed_in_a_row: 1 }");
    expect(strict.now.triggers["student-missed-sessions"]).toBe(1);
    expect(strict.then.triggers["student-missed-sessions"]).toBe(1);
    // a day earlier, so a day more of digests for each of two leads, and for the district once it is escalated
    expect(strict.then.digests - strict.now.digests).toBe(3);
    const off = await run("schools: [{ school_id: A, settings: { off: [student-missed-sessions] } }]");
    expect(off.then.triggers["student-missed-sessions"] ?? 0).toBe(0);
    expect(off.now.digests).toBeGreaterThan(0);
    const lax = await run(
      "programs: [{ program_id: math, settings: { missed_in_a_row: 9, missed_sessions: 9 } }]",
    );
    expect(lax.then.triggers["student-missed-sessions"] ?? 0).toBe(0);
    expect(simulationText(lax)).toMatch(/student-missed-sessions +1 +0 +-1/);
  });

  it("agrees with what the sweep opened and told, day by day", async () => {
    const place = await scene();
    for (let day = 14; day <= 20; day += 1) {
      place.at(`2026-03-${day}T13:00:00Z`);
      await place.sweep();
    }
    const opened = [...place.alerts.alerts.values()]
      .flatMap(({ history }) => history)
      .filter(({ step }) => step === "opened");
    const { now } = await simulate(
      place,
      { from: "2026-03-13", to: "2026-03-20", settings: settings("") },
      () => undefined,
    );
    expect(Object.values(now.triggers).reduce((sum, count) => sum + count, 0)).toBe(opened.length);
    expect(now.digests).toBe(
      [...place.messages.messages.values()].filter(({ state }) => state === "decided").length,
    );
  });

  it("refuses thresholds that are none, and names where", async () => {
    expect(() => settings("settings: { missed_in_a_row: 0 }")).toThrow("/settings/missed_in_a_row");
    expect(() => settings("settings: { mised: 2 }")).toThrow("mised");
    expect(() => readSettings(join(folder, "nothing.yaml"))).toThrow("cannot be read");
    await expect(run("schools: [{ school_id: Z, settings: { start_days: 3 } }]")).rejects.toThrow(
      "not set up",
    );
  });
});

describe("rollcall digest preview", () => {
  it("shows each lead's mail in her language at an instant, and sends nothing", async () => {
    const place = await scene();
    const decided = place.messages.messages.size;
    const previews = await previewDigest(place, "A", new Date("2026-03-13T15:00:00Z"));
    expect(previewText(previews)).toContain("To: ada\nSubject: Rollcall: 1 thing needs a look (March 13)");
    expect(previewText(previews)).toContain("1 alumno faltó a clase");
    const files = writePreviews(join(folder, "digest.html"), previews);
    expect(files.map((name) => name.split(/[\\/]/).at(-1))).toEqual(["digest.html", "digest-bea.html"]);
    expect(readFileSync(files[0]!, "utf8")).toContain("<li>1 student missed sessions");
    expect(place.messages.messages.size).toBe(decided);
    const before = await previewDigest(place, "A", new Date("2026-03-12T15:00:00Z"));
    expect(previewText(before)).toContain("To ada nothing is sent on 2026-03-12: nothing is open.");
    await expect(previewDigest(place, "Z", new Date())).rejects.toThrow("not set up");
  });
});

describe("rollcall contacts", () => {
  it("shows who is reached by what, without addresses, and lets an address in again", async () => {
    const place = await scene();
    const now = place.clock();
    await place.mutes.mute({
      channel: "mail",
      address: "ada@example.org",
      why: "bounced",
      at: now.toISOString(),
    });
    await place.notify();
    const views = await listContacts(place, now);
    expect(views.map(({ contact_id, mail, text }) => [contact_id, mail, text])).toEqual([
      ["ada", "bounced", "off"],
      ["bea", "on", "off"],
      ["desk", "on", "off"],
      ["district", "on", "on"],
    ]);
    expect(contactsText(views)).toMatch(/ada .*bounced.*2026-03-13 muted/);
    expect(contactsText(views)).not.toContain("@");
    ses.on(DeleteSuppressedDestinationCommand).rejects(new NotFoundException({ $metadata: {}, message: "" }));
    await unmute({ ...place, sending }, "ada", "mail");
    expect(ses.commandCalls(DeleteSuppressedDestinationCommand)[0]?.args[0].input).toEqual({
      EmailAddress: "ada@example.org",
    });
    expect((await listContacts(place, now))[0]).toMatchObject({ mail: "on" });
    await expect(unmute({ ...place, sending }, "ada", "mail")).rejects.toThrow("is not muted");
    await expect(unmute({ ...place, sending }, "ada", "pigeon")).rejects.toThrow("not one of mail, text");
    await expect(unmute({ ...place, sending: undefined }, "zoe", "mail")).rejects.toThrow("not set up");
  });
});

describe("rollcall doctor", () => {
  const failures = { list: async () => [], keep: async () => undefined, remove: async () => undefined };
  const s3 = new S3Client({ region: "us-east-1", credentials: { accessKeyId: "x", secretAccessKey: "x" } });
  const bucket = { failureBucket: s3FailureBucket(s3, "failures") };
  const objects = mockClient(s3);
  beforeEach(() => void objects.reset().on(ListObjectsV2Command).resolves({ Contents: [] }));
  const results = (checks: Awaited<ReturnType<typeof doctor>>) =>
    Object.fromEntries(checks.map(({ check, result }) => [check, result]));
  const healthy = () => {
    ses.on(GetAccountCommand).resolves({
      SendingEnabled: true,
      ProductionAccessEnabled: true,
      SendQuota: { Max24HourSend: 50_000, SentLast24Hours: 10 },
    });
    ses.on(GetEmailIdentityCommand).resolves({ VerifiedForSendingStatus: true });
    ses.on(GetConfigurationSetEventDestinationsCommand).resolves({
      EventDestinations: [{ Name: "x", Enabled: true, MatchingEventTypes: ["BOUNCE", "COMPLAINT"] }],
    });
    sms.on(DescribePhoneNumbersCommand).resolves({ PhoneNumbers: [{ Status: "ACTIVE" } as never] });
  };

  it("finds nothing broken in a deployment that is well", async () => {
    healthy();
    const place = await scene();
    const checks = await doctor({ ...place, ...bucket, failures, sending }, place.clock());
    expect(results(checks)).toEqual({
      "default owner": "ok",
      // school B has no lead: the district's office gets its digests
      "site leads": "warn",
      "stand-ins": "ok",
      addresses: "ok",
      messages: "ok",
      "stream records": "ok",
      "mail account": "ok",
      sender: "ok",
      bounces: "ok",
      texts: "ok",
    });
    expect(doctorText(checks)).toContain("Nothing is broken.");
  });

  it("says what to do about each thing that is broken", async () => {
    ses.on(GetAccountCommand).resolves({ SendingEnabled: true, ProductionAccessEnabled: false });
    ses.on(GetEmailIdentityCommand).resolves({ VerifiedForSendingStatus: false });
    ses.on(GetConfigurationSetEventDestinationsCommand).resolves({ EventDestinations: [] });
    const away = { until: "2026-03-20", stand_in: "nobody" };
    const place = alerting({
      schools: [school("A")],
      contacts: [lead("ada", ["A"], { on_leave: away }), lead("bea", ["A"], TEXTS)],
    });
    for (const day of ["2026-03-11", "2026-03-12"]) await place.put("A", absent(day));
    await place.sweep();
    await place.notify({ sendMail: async () => ({ outcome: "refused", reason: "MessageRejected" }) });
    await place.mutes.mute({ channel: "text", address: TEXTS.phone, why: "stopped", at: "" });
    const kept = { ...failures, list: async () => [{ name: "1", record: {} }] };
    const checks = await doctor(
      { ...place, ...bucket, failures: kept, sending: { ...sending, textOrigin: undefined } },
      place.clock(),
    );
    expect(results(checks)).toEqual({
      "default owner": "fail",
      "site leads": "ok",
      "stand-ins": "fail",
      addresses: "warn",
      messages: "fail",
      "stream records": "fail",
      "mail account": "fail",
      sender: "fail",
      bounces: "fail",
      texts: "warn",
    });
    const text = doctorText(checks);
    for (const piece of [
      "name a default_owner",
      "correct on_leave",
      "rollcall redrive",
      "production access",
      "register one",
    ])
      expect(text).toContain(piece);
    expect(text).toContain("7 to mend.");
  });

  it("says so when it may not ask, and what a sending stop or a half registered number is", async () => {
    const denied = Object.assign(new Error("no"), { name: "AccessDeniedException" });
    ses.on(GetEmailIdentityCommand).rejects(denied);
    ses.on(GetConfigurationSetEventDestinationsCommand).rejects(denied);
    ses.on(GetAccountCommand).resolves({ SendingEnabled: false });
    sms.on(DescribePhoneNumbersCommand).resolves({ PhoneNumbers: [{ Status: "PENDING" } as never] });
    const place = await scene();
    const checks = await doctor({ ...place, ...bucket, failures, sending }, place.clock());
    expect(results(checks)).toMatchObject({
      sender: "skip",
      bounces: "skip",
      "mail account": "fail",
      texts: "fail",
    });
    expect(doctorText(checks)).toContain("finish its registration");
    const local = await doctor({ ...place, ...bucket, failures, sending: undefined }, place.clock());
    expect(results(local)).toMatchObject({ sender: "skip", texts: "skip" });
  });
});

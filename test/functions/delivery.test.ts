import { SendTextMessageCommand, PinpointSMSVoiceV2Client } from "@aws-sdk/client-pinpoint-sms-voice-v2";
import { SendEmailCommand, SESv2Client } from "@aws-sdk/client-sesv2";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { sesSender } from "../../adapters/email-sender.ts";
import type { Handover } from "../../adapters/handover.ts";
import { endUserMessagingSender } from "../../adapters/sms-sender.ts";
import { redriveMessages } from "../../cli/redrive-messages.ts";
import { muteChannel } from "../../functions/mute-channel/handler.ts";
import { alerting, district, lead, linkIn, school, TEXTS } from "../support/alerting.ts";
import { dayOf, pending, row } from "../support/school.ts";

const ADDRESS = "ada@example.org";
const absent = (day: string) => dayOf(day, [row(day, "absent_unexcused")]);

/** A lead with an open alert, and her district; the digest of Friday the 13th is decided. */
async function friday(more: Parameters<typeof lead>[2] = {}) {
  const place = alerting({ schools: [school("A")], contacts: [lead("ada", ["A"], more), district] });
  await place.put("A", absent("2026-03-11"));
  await place.put("A", absent("2026-03-12"));
  await place.sweep();
  return place;
}
type Place = Awaited<ReturnType<typeof friday>>;
const DIGEST = "ada#2026-03-13#digest";
const stateOf = (place: Place, id = DIGEST) => place.messages.messages.get(id);

async function monday(place: Place) {
  place.at("2026-03-16T14:30:00Z");
  await place.put("A", dayOf("2026-03-13", [row("2026-03-13", "absent_excused")]));
  await place.sweep();
  await place.notify();
}
const toldTheDistrict = ({ mails }: Place) =>
  mails.some(
    ({ to, mail }) => to === district.email && mail.text.includes("Mail no longer gets to 1 person"),
  );

const ses = mockClient(SESv2Client);
const sms = mockClient(PinpointSMSVoiceV2Client);
const sendMail = sesSender({ sender: "rollcall@example.org", configurationSet: "mails" });
const sendText = endUserMessagingSender("arn:aws:sms-voice:us-east-1:1:phone-number/x");
const failure = (name: string, more: object = {}) =>
  Object.assign(new Error(`about ${ADDRESS}`), { name, ...more });

beforeEach(() => {
  ses.reset();
  sms.reset();
});

describe("SES", () => {
  it("gets the mail with both parts and the headers of a one-click way out", async () => {
    const place = await friday();
    ses.on(SendEmailCommand).resolves({ MessageId: "m1" });
    await place.notify({ sendMail });
    const { input } = ses.commandCalls(SendEmailCommand)[0]!.args[0];
    expect(input).toMatchObject({
      ConfigurationSetName: "mails",
      Destination: { ToAddresses: [ADDRESS] },
      Content: { Simple: { Headers: [{ Name: "List-Unsubscribe" }, { Name: "List-Unsubscribe-Post" }] } },
    });
    const [{ Value: way = "" } = {}, { Value: click } = {}] = input.Content?.Simple?.Headers ?? [];
    expect(way).toMatch(/^<https:\/\/api\.example\/v1\/unsubscribe\/[\w.-]+>$/);
    expect(click).toBe("List-Unsubscribe=One-Click");
    expect(stateOf(place)).toMatchObject({ state: "sent", receipt: "m1" });
  });

  it("that throttles is asked again within the call, and within the hours after it", async () => {
    const place = await friday();
    const slow = failure("TooManyRequestsException", { $fault: "client" });
    ses.on(SendEmailCommand).rejectsOnce(slow).rejectsOnce(slow).resolves({ MessageId: "m1" });
    await place.notify({ sendMail });
    expect(stateOf(place)).toMatchObject({ state: "sent" });
    const other = await friday();
    ses.reset();
    ses.on(SendEmailCommand).rejects(slow);
    const waits = [];
    for (let hour = 0; hour < 12; hour += 1) {
      await other.notify({ sendMail });
      const { state, attempts, next_at } = stateOf(other)!;
      waits.push([state, attempts]);
      if (state === "dead") break;
      other.at(new Date(Date.parse(next_at!) + 1000));
      await other.sweep();
    }
    expect(waits).toEqual([...[1, 2, 3, 4, 5].map((attempts) => ["waiting", attempts]), ["dead", 6]]);
    expect(JSON.stringify(other.lines)).toContain("not_sent");
    ses.reset();
    ses.on(SendEmailCommand).resolves({ MessageId: "m2" });
    const now = new Date("2026-03-14T14:30:00Z");
    expect(await redriveMessages(other, { now, dryRun: true })).toBe(1);
    expect(stateOf(other)).toMatchObject({ state: "dead" });
    expect(await redriveMessages(other, { now, dryRun: false })).toBe(1);
    await other.notify({ sendMail });
    expect(stateOf(other)).toMatchObject({ state: "sent", receipt: "m2" });
  });

  it.each(["AccountSuspendedException", "AccessDeniedException", "ENOTFOUND", "TypeError"])(
    "that answers %s is waited for: an account's trouble is not taken for a person's",
    async (name) => {
      const place = await friday();
      ses.on(SendEmailCommand).rejects(failure(name, { $fault: "client" }));
      await place.notify({ sendMail });
      expect(stateOf(place)).toMatchObject({ state: "waiting", reason: name });
    },
  );

  it("that stays away until the mail is given up: the district is told", async () => {
    const place = await friday();
    for (let hour = 0; hour < 12 && stateOf(place)?.state !== "dead"; hour += 1) {
      await place.notify({ sendMail: async () => ({ outcome: "later", reason: "Throttling" }) });
      place.at(new Date(Date.parse(stateOf(place)?.next_at ?? "2026-03-14T00:00:00Z") + 1000));
      await place.sweep();
    }
    expect(stateOf(place)).toMatchObject({ state: "dead" });
    await monday(place);
    expect(toldTheDistrict(place)).toBe(true);
    // what the lead missed is told to her as news
    expect(place.mails.find(({ to, mail }) => to === ADDRESS && mail.text.includes("1 new"))).toBeDefined();
  });

  it("that took a mail which could not be recorded at once got it once", async () => {
    const place = await friday();
    let failures = 6;
    const throttled = failure("ProvisionedThroughputExceededException");
    const messages = {
      get: (id: string) => place.messages.get(id),
      write: async (message: Parameters<typeof place.messages.write>[0]) => {
        if (failures-- > 0) throw throttled;
        return place.messages.write(message);
      },
    };
    await place.notify({ messages });
    expect([place.mails.length, stateOf(place)?.state]).toEqual([1, "sent"]);
  });

  it("that refuses for good: the message is kept, the district is told, and redrive brings it back", async () => {
    const place = await friday();
    ses.on(SendEmailCommand).rejects(failure("MessageRejected", { $fault: "client" }));
    const answer = await place.notify({ sendMail });
    expect(answer.batchItemFailures).toEqual([]);
    expect(stateOf(place)).toMatchObject({ state: "dead", reason: "MessageRejected" });
    expect(JSON.stringify([place.lines, [...place.messages.messages.values()]])).not.toContain(ADDRESS);
    place.at("2026-03-16T14:30:00Z");
    await place.sweep();
    await place.notify();
    expect(toldTheDistrict(place)).toBe(true);
  });
});

describe("an address that bounces or complains", () => {
  const event = (detail: object) => ({ source: "aws.ses", detail });
  const bounced = (bounceType: string, emailAddress = ADDRESS) =>
    event({ eventType: "Bounce", bounce: { bounceType, bouncedRecipients: [{ emailAddress }] } });
  const complained = event({
    eventType: "Complaint",
    complaint: { complainedRecipients: [{ emailAddress: `Ada <${ADDRESS.toUpperCase()}>` }] },
  });

  it.each([
    ["bounced", bounced("Permanent")],
    ["complained", complained],
  ])("is muted as %s, the district is told once, and the item stays", async (why, heard) => {
    const place = await friday();
    await place.notify();
    await muteChannel(place)(heard);
    await muteChannel(place)(heard);
    expect(await place.mutes.all()).toMatchObject([{ channel: "mail", address: ADDRESS, why }]);
    await monday(place);
    expect(stateOf(place, "ada#2026-03-16#digest")).toMatchObject({ state: "muted", reason: why });
    expect(toldTheDistrict(place)).toBe(true);
    expect((await place.alerts.current("A"))[0]).toMatchObject({ state: "open" });
    const before = place.mails.length;
    place.at("2026-03-17T14:30:00Z");
    await place.sweep();
    await place.notify();
    // the alert went to the district meanwhile, because nobody answered it; the address is no news
    expect(place.mails.slice(before).some(({ mail }) => mail.text.includes("no longer gets"))).toBe(false);
    expect(JSON.stringify(place.lines)).not.toContain(ADDRESS);
  });

  it("is written to again when it is corrected, and not muted by what may pass", async () => {
    const place = await friday();
    await muteChannel(place)(bounced("Transient"));
    await muteChannel(place)(event({ eventType: "Delivery" }));
    expect(await place.mutes.all()).toEqual([]);
    await muteChannel(place)(bounced("Permanent"));
    const { contacts, ...setup } = await place.setup.all();
    const corrected = contacts.map((contact) =>
      contact.contact_id === "ada" ? { ...contact, email: "ada.l@example.org" } : contact,
    );
    await place.setup.put({ ...setup, contacts: corrected });
    await place.notify();
    expect(place.mails.map(({ to }) => to)).toEqual(["ada.l@example.org"]);
  });
});

describe("a button in a mail", () => {
  const button = async (more: Parameters<typeof lead>[2] = {}) => {
    const place = await friday(more);
    await place.notify();
    return { place, url: linkIn(place.mails[0]?.mail, "acknowledge") };
  };

  it("changes nothing when the link is followed, however often, and acknowledges when it is pressed", async () => {
    const { place, url } = await button();
    const before = JSON.stringify([...place.alerts.alerts.values()]);
    for (let scanner = 0; scanner < 3; scanner += 1) {
      const page = await place.follow(url);
      expect(page).toMatchObject({ statusCode: 200 });
      expect(page.body?.match(/<button/g)).toHaveLength(1);
      expect(page.body).toContain("1 student missed sessions");
    }
    expect(JSON.stringify([...place.alerts.alerts.values()])).toBe(before);
    // whom it is about is said beforehand, and afterwards, with the way to each
    const student = '<a href="https://pages.example/#/school/A/student/1">1</a>';
    expect((await place.follow(url)).body).toContain(student);
    const telling = await place.follow(url, "POST", "note=call+303-555-0123");
    expect([telling.statusCode, telling.body]).toEqual([422, expect.stringContaining("303-555-0123")]);
    expect(JSON.stringify([...place.alerts.alerts.values()])).toBe(before);
    const pressed = await place.follow(url, "POST", "note=Called+the+family");
    expect(pressed.body).toContain("1 alert is marked as seen to");
    expect(pressed.body).toContain(student);
    expect(pressed.body).toContain('href="https://pages.example/#/school/A/today"');
    expect((await place.alerts.current("A"))[0]?.history.at(-1)).toMatchObject({
      step: "acknowledged",
      by: "ada",
      note: "Called the family",
    });
    expect((await place.follow(url, "POST")).body).toContain("nothing left to do");
    expect((await place.follow(url)).body).not.toContain("<button");
    await monday(place);
    expect(place.mails.filter(({ to }) => to === ADDRESS)).toHaveLength(1);
  });

  it("stands for what was open when the mail was decided, not for what came later", async () => {
    const { place, url } = await button();
    place.at("2026-03-13T20:00:00Z");
    const other = { student_id: "2" };
    await place.put(
      "A",
      dayOf("2026-03-11", [
        row("2026-03-11", "absent_unexcused", other),
        ...absent("2026-03-11").summary.student_sessions,
      ]),
    );
    await place.put(
      "A",
      dayOf("2026-03-12", [
        row("2026-03-12", "absent_unexcused", other),
        ...absent("2026-03-12").summary.student_sessions,
      ]),
    );
    await place.rules("A", ["2026-03-12"]);
    await place.follow(url, "POST");
    const standing = (await place.alerts.current("A")).map(({ subject, history }) => [
      subject,
      history.at(-1)?.step,
    ]);
    expect(standing.sort()).toEqual([
      ["1", "acknowledged"],
      ["2", "opened"],
    ]);
  });

  it("is refused when it was altered, is too old, or belongs to another page", async () => {
    const { place, url } = await button();
    const unsubscribe = linkIn(place.mails[0]?.mail, "unsubscribe");
    const token = url.split("/").at(-1)!;
    const altered = token.slice(0, 10) + (token[10] === "A" ? "B" : "A") + token.slice(11);
    for (const wrong of [
      url.replace(token, altered),
      url.replace(token, token.split(".")[0]!),
      url.replace(token, "x"),
      url.replace(token, ""),
      url.replace(token, unsubscribe.split("/").at(-1)!),
    ])
      for (const method of ["GET", "POST"] as const)
        expect([wrong.slice(-20), (await place.follow(wrong, method)).statusCode]).toEqual([
          wrong.slice(-20),
          410,
        ]);
    place.at("2026-03-27T14:30:01Z");
    expect((await place.follow(url, "POST")).statusCode).toBe(410);
    expect((await place.alerts.current("A"))[0]?.history).toHaveLength(1);
  });

  it("speaks the language of its reader, and keeps its address to itself", async () => {
    const { place, url } = await button({ language: "es" });
    const page = await place.follow(url);
    expect(page.body).toContain('<html lang="es">');
    expect(page.body).toContain("alumno faltó a clase");
    expect(page.headers).toMatchObject({ "cache-control": "no-store", "referrer-policy": "no-referrer" });
    expect(String(page.headers?.["content-security-policy"])).toMatch(
      /^default-src 'none'.*frame-ancestors 'none'/,
    );
  });

  it("stops the mails at one click, with no page in between; the item stays and goes to the district", async () => {
    const { place } = await button();
    const url = linkIn(place.mails[0]?.mail, "unsubscribe");
    expect((await place.follow(url)).body).toContain("<button");
    expect(await place.mutes.all()).toEqual([]);
    await place.follow(url, "POST", "List-Unsubscribe=One-Click");
    expect(await place.mutes.all()).toMatchObject([{ address: ADDRESS, why: "unsubscribed" }]);
    await monday(place);
    expect(place.mails.filter(({ to }) => to === ADDRESS)).toHaveLength(1);
    for (const day of ["17", "18", "19"]) {
      place.at(`2026-03-${day}T14:30:00Z`);
      await place.sweep();
      await place.notify();
    }
    const toDistrict = place.mails.filter(({ to }) => to === district.email).map(({ mail }) => mail.text);
    expect(toDistrict.at(-1)).toContain("1 alert has had no answer for days. Ask the school.");
  });
});

describe("a text", () => {
  const silence = async () => {
    const place = alerting({ schools: [school("A")], contacts: [district] });
    await place.put("A", dayOf("2026-03-11", [row("2026-03-11", "present")]));
    await place.put("A", dayOf("2026-03-12", [], { pending: [pending("2026-03-12")] }));
    return place;
  };
  const TEXT = "district#2026-03-13#text#0";

  it("to a number that answered STOP is refused, and the number is muted for texts alone", async () => {
    const place = await silence();
    await place.sweep();
    sms
      .on(SendTextMessageCommand)
      .rejects(
        failure("ConflictException", { $fault: "client", Reason: "DESTINATION_PHONE_NUMBER_OPTED_OUT" }),
      );
    await place.notify({ sendText });
    expect(stateOf(place, TEXT)).toMatchObject({ state: "muted", reason: "stopped" });
    expect(await place.mutes.all()).toMatchObject([
      { channel: "text", address: TEXTS.phone, why: "stopped" },
    ]);
    expect(place.mails).toHaveLength(1);
  });

  it("waits until the quiet hours are over, and is not sent for what was answered meanwhile", async () => {
    for (const answer of [false, true]) {
      const place = await silence();
      place.at("2026-03-13T13:00:00Z");
      await place.sweep();
      await place.notify();
      expect([place.mails.length, place.texts.length]).toEqual([1, 0]);
      if (answer) await place.follow(linkIn(place.mails[0]?.mail, "acknowledge"), "POST");
      for (const clock of ["13:45", "14:00", "14:15"]) {
        place.at(`2026-03-13T${clock}:00Z`);
        await place.sweep();
        await place.notify();
      }
      expect(place.texts).toHaveLength(answer ? 0 : 1);
    }
  });

  it("that could not be taken is not tried again at night", async () => {
    const place = await silence();
    place.at("2026-03-14T02:50:00Z");
    await place.sweep();
    const later: Handover = { outcome: "later", reason: "ThrottlingException" };
    await place.notify({ sendText: async () => later });
    expect(stateOf(place, TEXT)).toMatchObject({ state: "waiting" });
    place.at("2026-03-14T04:00:00Z");
    await place.sweep();
    expect(stateOf(place, TEXT)).toMatchObject({ state: "waiting" });
    place.at("2026-03-14T14:00:00Z");
    await place.sweep();
    await place.notify();
    expect(place.texts).toHaveLength(1);
  });
});

describe("a dead queue", () => {
  it("loses nothing: what was decided and never delivered is offered again by the sweep, or by redrive", async () => {
    const place = await friday();
    // the stream stands still: nobody sends
    place.at("2026-03-13T14:45:00Z");
    expect(await place.sweep()).toMatchObject({ rearmed: 0 });
    place.at("2026-03-13T15:00:00Z");
    expect(await place.sweep()).toMatchObject({ rearmed: 1 });
    // it is on its way: redrive does not send it twice
    expect(await redriveMessages(place, { now: new Date("2026-03-13T15:01:00Z"), dryRun: false })).toBe(0);
    expect(await redriveMessages(place, { now: new Date("2026-03-13T15:31:00Z"), dryRun: false })).toBe(1);
    await place.notify();
    await place.notify();
    expect(place.mails).toHaveLength(1);
    expect(await redriveMessages(place, { now: new Date("2026-03-13T15:02:00Z"), dryRun: false })).toBe(0);
  });
});

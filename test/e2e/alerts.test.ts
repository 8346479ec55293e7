import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { alertsText, listAlerts } from "../../cli/alerts.ts";
import { SLIPPING_PROVIDER } from "../../cli/demo-setup.ts";
import { loadDemo } from "../../cli/load-demo.ts";
import { readFacts, reportOf } from "../../cli/report.ts";
import { inboxOf, until } from "../support/inbox.ts";
import { testStack, type TestStack } from "../support/stack.ts";

let place: TestStack;
beforeAll(async () => {
  place = await testStack();
});
afterAll(async () => place.close());

const texts = async () =>
  (await (await fetch(place.stack.textsUrl)).json()) as { to: string; text: string }[];

describe("the demo district", () => {
  it("comes from posted sessions to alerts, mails and a text, by one way", async () => {
    const { target } = place;
    expect(await loadDemo(place.stack, target, new Date())).toBeGreaterThan(1000);
    await place.stack.invoke("sweep", { digest_now: true });
    const alerts = await listAlerts(target, { all: false });
    const rules = new Set(alerts.map(({ rule }) => rule));
    for (const rule of ["provider-feed-silent", "site-under-delivery", "student-missed-sessions"])
      expect(rules).toContain(rule);
    expect(
      alerts.filter(({ rule }) => rule === "provider-feed-silent").map(({ subject }) => subject),
    ).toContain(SLIPPING_PROVIDER);
    expect(alertsText(alerts, () => "2026-01-01")).toContain("in a row, last on");

    const { contacts } = await target.setup.all();
    const messages = () =>
      Promise.all(contacts.map(({ contact_id }) => target.messages.of(contact_id, "2000-01-01")));
    const told = (await until(messages, (all) => all.flat().every(({ state }) => state === "sent"))).flat();
    const digests = told.filter(({ kind }) => kind === "digest");
    expect(digests.length).toBeGreaterThanOrEqual(7);
    const mails = await inboxOf(place);
    const to = mails.map(({ destination }) => destination.to[0]);
    expect(to).toHaveLength(digests.length);
    expect(to).toContain(`desk@${SLIPPING_PROVIDER}.example`);
    expect(to).toContain("tutoring@demo.example");
    expect(new Set(to).size).toBe(to.length);
    const lead = mails.find(({ destination }) => destination.to[0] === "lead-631934@demo.example");
    // half of its sessions, by the provider's name
    expect(lead?.body.text).toMatch(/Bright Path held [3-6]\d% of its sessions\. Ask why\./);
    for (const { body } of mails)
      for (const { student_id } of await target.setup.roster("631930"))
        expect(body.text).not.toContain(student_id);
    expect(await until(texts, (sent) => sent.length > 0)).toMatchObject([{ to: "+13035550123" }]);
  });

  it("hands an urgent alert over within a minute of its opening", async () => {
    const { target } = place;
    const [silent] = (await listAlerts(target, { all: false })).filter(
      ({ rule }) => rule === "provider-feed-silent",
    );
    const opened = Date.parse(silent?.history[0]?.at ?? "");
    const messages = await until(
      () => target.messages.of("district-lead", "2000-01-01"),
      (all) => all.length > 0 && all.every(({ state }) => state === "sent"),
    );
    const seconds = messages.map(({ sent_at = "" }) => (Date.parse(sent_at) - opened) / 1000);
    console.log(
      `urgent alert: handed over ${seconds.map((one) => one.toFixed(1)).join(" s and ")} s after it opened`,
    );
    expect(messages.map(({ kind }) => kind).sort()).toEqual(["digest", "text"]);
    for (const one of seconds) expect(one).toBeLessThan(60);
  });

  it("takes an answer by the button of a mail, and the way out that its headers name", async () => {
    const { target } = place;
    const mail = (await inboxOf(place)).find(
      ({ destination }) => destination.to[0] === "lead-631930@demo.example",
    );
    const link = /http:\S+\/v1\/acknowledge\/\S+/.exec(mail?.body.text ?? "")?.[0] ?? "";
    const answered = async () =>
      (await listAlerts(target, { all: false, school: "631930" })).filter(
        ({ history }) => history.at(-1)?.step === "acknowledged",
      ).length;
    expect((await fetch(link)).status).toBe(200);
    expect(await answered()).toBe(0);
    const pressed = await fetch(link, { method: "POST", body: new URLSearchParams({ note: "seen" }) });
    expect(await pressed.text()).toContain("marked as seen to");
    expect(await answered()).toBeGreaterThan(0);
    const out = /http:\S+\/v1\/unsubscribe\/\S+/.exec(mail?.body.text ?? "")?.[0] ?? "";
    expect(JSON.stringify(mail?.headers ?? mail)).toContain("List-Unsubscribe=One-Click");
    const body = "List-Unsubscribe=One-Click";
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    expect((await fetch(out, { method: "POST", headers, body })).status).toBe(200);
    expect(await target.mutes.all()).toMatchObject([
      { address: "lead-631930@demo.example", why: "unsubscribed" },
    ]);
    await place.stack.invoke("mute-channel", {
      source: "aws.ses",
      detail: {
        eventType: "Bounce",
        bounce: {
          bounceType: "Permanent",
          bouncedRecipients: [{ emailAddress: "lead-631931@demo.example" }],
        },
      },
    });
    expect((await target.mutes.all()).map(({ why }) => why).sort()).toEqual(["bounced", "unsubscribed"]);
    const sent = (await inboxOf(place)).length;
    await place.stack.invoke("sweep", { digest_now: true });
    const after = await until(
      () => inboxOf(place),
      (mails) => mails.length > sent,
    );
    const to = after.slice(sent).map(({ destination }) => destination.to[0]);
    expect(to).not.toContain("lead-631930@demo.example");
    const district = await until(
      async () =>
        (await inboxOf(place)).findLast(({ destination }) => destination.to[0] === "tutoring@demo.example"),
      (found) => found?.body.text.includes("no longer gets to 2 people") === true,
    );
    expect(district?.body.text).toContain("Mail no longer gets to 2 people");
  });

  it("has 300 students, cancellations, a correction and one whom the roster does not know", async () => {
    const facts = await readFacts(place.target, {
      targetHours: 30,
      from: "0000",
      to: "9999",
      now: new Date(),
    });
    const report = reportOf(facts, 30);
    expect(report).toMatchObject({ students_enrolled: 300, unmatched: { students: 1, sessions: 1 } });
    expect(facts.summary.providers.flatMap(({ not_held }) => not_held).map(({ reason }) => reason)).toContain(
      "tutor_absent",
    );
  });

  it("is the same on the same day", async () => {
    const { demoDistrict } = await import("../../cli/demo.ts");
    const now = new Date("2026-03-12T18:00:00Z");
    expect(JSON.stringify(demoDistrict(now))).toBe(JSON.stringify(demoDistrict(now)));
  });
});

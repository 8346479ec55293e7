import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { alertsText, listAlerts } from "../../cli/alerts.ts";
import { SILENT_PROVIDER } from "../../cli/demo.ts";
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
    expect(await loadDemo(target, new Date())).toBeGreaterThan(1000);
    await place.stack.invoke("sweep", { digest_now: true });
    const alerts = await listAlerts(target, { all: false });
    const rules = new Set(alerts.map(({ rule }) => rule));
    for (const rule of ["provider-feed-silent", "site-under-delivery", "student-missed-sessions"])
      expect(rules).toContain(rule);
    expect(
      alerts.filter(({ rule }) => rule === "provider-feed-silent").map(({ subject }) => subject),
    ).toContain(SILENT_PROVIDER);
    expect(alertsText(alerts, "2026-01-01")).toContain("in a row, last on");

    const mails = await until(
      () => inboxOf(place),
      (sent) => sent.length >= 7,
    );
    const to = mails.map(({ destination }) => destination.to[0]);
    expect(to).toContain(`desk@${SILENT_PROVIDER}.example`);
    expect(to).toContain("tutoring@demo.example");
    expect(new Set(to).size).toBe(to.length);
    for (const { body } of mails)
      for (const { student_id } of await target.setup.roster("631930"))
        expect(body.text).not.toContain(student_id);
    expect(await until(texts, (sent) => sent.length > 0)).toMatchObject([{ to: "+13035550123" }]);
  });

  it("has 400 students, cancellations, a correction and one whom the roster does not know", async () => {
    const facts = await readFacts(place.target, {
      targetHours: 30,
      from: "0000",
      to: "9999",
      now: new Date(),
    });
    const report = reportOf(facts, 30);
    expect(report).toMatchObject({ students_enrolled: 400, unmatched: { students: 1, sessions: 1 } });
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

import type { Browser } from "playwright-core";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listAlerts } from "../../cli/alerts.ts";
import { untilSummarised } from "../../cli/until-summarised.ts";
import { mailOf } from "../../domain/mail.ts";
import { Contact } from "../../domain/contact.ts";
import { dayOf, isSchoolDay } from "../../domain/school-day.ts";
import { Setup } from "../../domain/setup.ts";
import { LANGUAGES } from "../../domain/words.ts";
import { postEvents } from "../../cli/post-events.ts";
import { CHROMIUM, launch, LOOKS, overflows, SCREENS, violations } from "../support/browser.ts";
import { inboxOf, until } from "../support/inbox.ts";
import { testStack, type TestStack } from "../support/stack.ts";
import { everything } from "../support/everything.ts";
import { completed } from "../support/world.ts";

const SCHOOL = "631930";
const ZONE = "America/Denver";
const DAY_MS = 86_400_000;
const named = (look: string, what: string) => join(SCREENS, `${what} ${look}.png`.replaceAll(" ", "-"));

describe.skipIf(CHROMIUM === undefined)("in a browser", () => {
  let browser: Browser;
  let place: TestStack;
  beforeAll(async () => {
    browser = await launch();
    place = await testStack();
    await place.target.setup.put(setup);
    await postAbsences(place);
    await place.stack.invoke("sweep", { digest_now: true });
    await until(
      () => inboxOf(place),
      (mails) => mails.length >= 2,
    );
  });
  afterAll(async () => {
    await browser.close();
    await place.close();
  });

  const open = async (width: number, colorScheme: "light" | "dark") => {
    // the page allows no script, so axe has to be let in past its policy
    const context = await browser.newContext({
      viewport: { width, height: 720 },
      colorScheme,
      bypassCSP: true,
    });
    return context.newPage();
  };
  const linkTo = async (language: string, kind = "acknowledge") => {
    const mails = await inboxOf(place);
    const mail = mails.find(({ destination }) => destination.to.includes(`${language}@example.org`));
    return new RegExp(`http://\\S+/v1/${kind}/\\S+`).exec(mail?.body.text ?? "")?.[0] ?? "";
  };

  describe.each(LOOKS)("$look", ({ look, width, colorScheme }) => {
    it.each(LANGUAGES)("the digest in %s fits the screen, and axe finds nothing", async (language) => {
      const page = await open(width, colorScheme);
      const reader = Contact.parse({ ...setup.contacts[0], language });
      const links = {
        acknowledge: () => "https://example.org/",
        unsubscribe: "https://example.org/",
        page: () => "https://example.org/",
      };
      await page.setContent(mailOf(everything(), reader, links).html);
      await page.screenshot({ path: named(look, `digest ${language}`), fullPage: true });
      expect(await overflows(page)).toBe(false);
      expect(await violations(page)).toEqual([]);
      const buttons = await page.locator("a.b").all();
      expect(buttons.length).toBeGreaterThan(3);
      for (const button of buttons) expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(24);
      await page.context().close();
    });

    it.each(LANGUAGES)("the pages behind the links in %s fit, and axe finds nothing", async (language) => {
      const page = await open(width, colorScheme);
      for (const kind of ["acknowledge", "unsubscribe"]) {
        const answer = await page.goto(await linkTo(language, kind));
        expect(answer?.status()).toBe(200);
        await page.screenshot({ path: named(look, `${kind} ${language}`), fullPage: true });
        expect(await overflows(page)).toBe(false);
        expect(await violations(page)).toEqual([]);
        expect(await page.locator("button").count()).toBe(1);
      }
      await page.goto(`${place.target.apiUrl}/v1/acknowledge/x`);
      expect(await violations(page)).toEqual([]);
      await page.context().close();
    });
  });

  it("finds what is wrong with a page (control)", async () => {
    const page = await open(320, "light");
    await page.setContent("<p style='color:#ddd;width:900px'>faint</p><img src='data:,'>");
    expect((await violations(page)).length).toBeGreaterThan(1);
    expect(await overflows(page)).toBe(true);
    await page.context().close();
  });

  it("an alert is acknowledged by the button, with the keyboard, and not by opening the page", async () => {
    const standing = async () =>
      (await listAlerts(place.target, { all: false, school: SCHOOL })).map(({ history }) => history.at(-1));
    const page = await open(390, "light");
    await page.goto(await linkTo("en"));
    await page.reload();
    expect(await standing()).toMatchObject([{ step: "opened" }]);
    // whom it is about comes first, as a link
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.type("Called the family");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByText("1 alert is marked as seen to").waitFor();
    await page.screenshot({ path: named("phone light", "acknowledged"), fullPage: true });
    expect(await violations(page)).toEqual([]);
    expect(await standing()).toMatchObject([
      { step: "acknowledged", by: "lead-en", note: "Called the family" },
    ]);
    await page.goto(await linkTo("es"));
    expect(await page.locator("button").count()).toBe(0);
    await page.context().close();
  });
});

const contacts = LANGUAGES.map((language) => ({
  contact_id: `lead-${language}`,
  role: "site_lead" as const,
  email: `${language}@example.org`,
  school_ids: [SCHOOL],
  language,
}));
const setup = Setup.parse({
  districts: [{ district_id: "D" }],
  schools: [{ school_id: SCHOOL, district_id: "D", name: "Aspen Grove", time_zone: ZONE }],
  contacts,
  default_owner: "lead-en",
  // on a weekend the last school day is a day and more ago, which is not what this is about
  settings: { off: ["reports-late"] },
});

/** This moment, or the same time of the last school day before it: nobody is alerted of a weekend's sessions. */
function onSchoolDay(moment: number): Date {
  const day = dayOf(moment / 1000, ZONE);
  return isSchoolDay(day, { closures: [] }) ? new Date(moment) : onSchoolDay(moment - DAY_MS);
}

/** One student who stayed away from the last two sessions. */
async function postAbsences({ target, key }: TestStack): Promise<void> {
  const students = [{ student_id: "0016740395", attendance_status: "absent_unexcused" }];
  const events = [1, 2].map((back) =>
    completed({
      session_id: `S-${back}`,
      school_id: SCHOOL,
      scheduled_start: onSchoolDay(Date.now() - (back + 2) * 3_600_000).toISOString(),
      students,
    }),
  );
  await postEvents({ url: target.apiUrl, key }, events);
  await untilSummarised(target, [SCHOOL]);
}

import { isCurrent } from "../domain/school-day.ts";
import { isLive, type Setup } from "../domain/setup.ts";
import { asking } from "./doctor-sending.ts";
import { few, type Check } from "./doctor-check.ts";
import { listPeople } from "./people-commands.ts";
import type { Target } from "./target.ts";

type Place = Pick<Target, "setup" | "userPool" | "providerKeys" | "sessions" | "webhooks">;

/** Which step of `docs/first-deployment.md` comes next, from an empty stack to the first session. */
export async function checkSteps(target: Place, now: Date): Promise<Check[]> {
  const setup = await target.setup.all();
  return [
    setUpCheck(setup),
    peopleCheck(setup, now),
    await signInCheck(target, now),
    await doorCheck(target, setup, now),
    await sessionCheck(target, setup),
  ];
}

function setUpCheck({ districts, schools, providers }: Setup): Check {
  const check = "set-up";
  const missing = Object.entries({ districts, schools, providers }).filter(([, rows]) => rows.length === 0);
  if (missing.length === 0)
    return { check, result: "ok", says: `${schools.length} schools, ${providers.length} providers` };
  const says = `no ${missing.map(([name]) => name).join(", no ")} yet: write setup.yaml (docs/setup.example.yaml shows how), then \`rollcall apply setup.yaml\``;
  return { check, result: "fail", says };
}

function peopleCheck({ people = [] }: Setup, now: Date): Check {
  const check = "people";
  const current = people.filter((person) => isCurrent(person, now.toISOString().slice(0, 10)));
  if (current.length > 0) return { check, result: "ok", says: `${current.length} may sign in` };
  return {
    check,
    result: "warn",
    says: "nobody may sign in: name people with their grants in setup.yaml, and apply it",
  };
}

async function signInCheck(target: Place, now: Date): Promise<Check> {
  const check = "sign-in";
  if (target.userPool === undefined) return { check, result: "skip", says: "local: everybody is let in" };
  return asking(check, async () => {
    const waiting = (await listPeople(target, now)).filter(({ sign_in }) => sign_in === "none");
    if (waiting.length === 0) return { result: "ok", says: "everybody has one" };
    const ids = waiting.map(({ person_id }) => person_id);
    const says = `${few(ids)} have none of their own: \`rollcall people invite\`, unless they come by the district's identity provider`;
    return { result: "warn", says };
  });
}

async function doorCheck({ providerKeys, webhooks }: Place, { providers }: Setup, now: Date): Promise<Check> {
  const check = "ways in";
  const keys = (await providerKeys.list()).filter((key) => isLive(key, now));
  const hooks = await webhooks.list();
  const without = providers
    .map(({ provider_id }) => provider_id)
    .filter((id) => ![...keys, ...hooks].some(({ provider_id }) => provider_id === id));
  if (without.length === 0) return { check, result: "ok", says: "every provider has a key or a webhook" };
  const says = `providers ${few(without)} have neither key nor webhook: \`rollcall provider add PROVIDER\``;
  return { check, result: "warn", says };
}

async function sessionCheck({ sessions }: Place, { schools }: Setup): Promise<Check> {
  const check = "first session";
  for (const { school_id } of schools)
    if ((await sessions.ofSchool(school_id)).length > 0)
      return { check, result: "ok", says: "sessions have come" };
  return {
    check,
    result: "warn",
    says: "none has come yet: send the provider docs/provider-guide.md and its key; `rollcall provider check FILE` looks at its events first",
  };
}

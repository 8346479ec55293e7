import { isCurrent } from "../domain/school-day.ts";
import type { Person } from "../domain/person.ts";
import type { PoolUser, UserPool } from "../adapters/user-pool.ts";
import { show, type Common, type Context } from "./command-context.ts";
import { UsageError } from "./fail.ts";
import { alignColumns } from "./report-text.ts";
import type { Target } from "./target.ts";

type InviteFlags = Common & { all?: boolean; again?: boolean; dryRun?: boolean };

/** Who may sign in, and the invitation of those who have no account of the district. */
export function addPeople({ program, io, target }: Context): void {
  const people = program.command("people").description("who may sign in");
  people
    .command("list")
    .description("everybody of `people:` in setup.yaml, and whether each was invited")
    .option("--json", "as JSON")
    .action(async (flags: Common) => {
      const value = await listPeople(await target(), new Date());
      show(io, flags, { value, text: peopleText(value) });
    });
  people
    .command("invite [person_ids...]")
    .description(
      "give people of setup.yaml a sign-in of their own: AWS mails a temporary password, and the first sign-in adds an authenticator app. For the first admin, and for everybody where no identity provider is deployed",
    )
    .option("--all", "everybody who may sign in today and was not invited yet")
    .option("--again", "send the temporary password once more, where it got lost or ran out after seven days")
    .option("--dry-run", "show who would be invited")
    .option("--json", "as JSON")
    .action(async (person_ids: string[], flags: InviteFlags) => {
      const options = { all: flags.all === true, again: flags.again === true, dryRun: flags.dryRun === true };
      const value = await invitePeople(await target(), { ...options, person_ids, now: new Date() });
      show(io, flags, { value, text: inviteText(value, options.dryRun) });
    });
}

type Place = Pick<Target, "setup"> & { userPool: UserPool | undefined };
export type PersonView = { person_id: string; sign_in: PoolUser["state"] | "none" | "over" };

/** `none`: comes by the district's identity provider, or was not invited yet. `over`: her time is over. */
export async function listPeople({ setup, userPool }: Place, now: Date): Promise<PersonView[]> {
  const { people = [] } = await setup.all();
  const users = (await userPool?.users()) ?? [];
  return people.map((person) => ({ person_id: person.person_id, sign_in: signInOf(person, users, now) }));
}

function signInOf(person: Person, users: readonly PoolUser[], now: Date): PersonView["sign_in"] {
  if (!isCurrent(person, now.toISOString().slice(0, 10))) return "over";
  return users.find(({ email }) => email === person.email.toLowerCase())?.state ?? "none";
}

type InviteOptions = {
  person_ids: readonly string[];
  all: boolean;
  again: boolean;
  dryRun: boolean;
  now: Date;
};
export type Invited = { invited: string[]; already: string[] };

/** Throws UsageError on somebody who is not set up: an invitation gives nobody access. */
export async function invitePeople({ setup, userPool }: Place, options: InviteOptions): Promise<Invited> {
  if (userPool === undefined)
    throw new UsageError(
      "The local stack needs no invitation: open its page and choose somebody to sign in as.",
    );
  const { people = [] } = await setup.all();
  const chosen = chosenOf(people, options);
  const users = await userPool.users();
  const there = (person: Person) => signInOf(person, users, options.now) !== "none";
  const wanted = chosen.filter((person) => options.again || !there(person));
  const already = chosen.filter((person) => !wanted.includes(person));
  const invited: string[] = [];
  for (const person of wanted) {
    if (!options.dryRun) await userPool.invite(person.email, options.again && there(person));
    invited.push(person.person_id);
  }
  return { invited, already: already.map(({ person_id }) => person_id) };
}

function chosenOf(people: readonly Person[], { person_ids, all, now }: InviteOptions): Person[] {
  const today = now.toISOString().slice(0, 10);
  if (all) return people.filter((person) => isCurrent(person, today));
  if (person_ids.length === 0) throw new UsageError("Name whom to invite by person_id, or give --all.");
  return person_ids.map((id) => {
    const person = people.find(({ person_id }) => person_id === id);
    if (person === undefined)
      throw new UsageError(
        `${id} is no person_id of setup.yaml. Name the person under \`people:\` with her grants, apply it, then invite.`,
      );
    if (!isCurrent(person, today))
      throw new UsageError(`${id} may not sign in today: see from and to in setup.yaml.`);
    return person;
  });
}

const peopleText = (people: readonly PersonView[]) =>
  people.length === 0
    ? "Nobody may sign in yet: name people in setup.yaml, and apply it."
    : alignColumns(
        people.map(({ person_id, sign_in }) => [person_id, SAYS[sign_in]]),
        2,
      ).join("\n");

const SAYS: Record<PersonView["sign_in"], string> = {
  none: "signs in by the district's identity provider; without one: rollcall people invite",
  waiting: "invited, has not signed in yet",
  active: "signs in with a password and a code",
  disabled: "disabled in the user pool",
  over: "may not sign in any more",
};

function inviteText({ invited, already }: Invited, dryRun: boolean): string {
  const verb = dryRun ? "would be invited" : "invited";
  return [
    ...invited.map((id) => `${id}: ${verb}`),
    ...already.map((id) => `${id}: has a sign-in already; --again sends the temporary password once more`),
    ...(invited.length > 0 && !dryRun
      ? [
          "AWS mails each a temporary password, good for seven days. The first sign-in asks for an authenticator app.",
        ]
      : []),
    ...(invited.length + already.length === 0 ? ["Nobody is left to invite."] : []),
  ].join("\n");
}

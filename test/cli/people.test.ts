import {
  AdminCreateUserCommand,
  CognitoIdentityProviderClient,
  ListUsersCommand,
  UsernameExistsException,
} from "@aws-sdk/client-cognito-identity-provider";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { InMemorySetupStore } from "../../adapters/in-memory/setup-store.ts";
import { cognitoUserPool } from "../../adapters/user-pool.ts";
import { invitePeople, listPeople } from "../../cli/people-commands.ts";
import { nothingSetUp } from "../../domain/setup.ts";

const cognito = mockClient(CognitoIdentityProviderClient);
const now = new Date("2026-03-02T18:00:00Z");
const grants = [{ role: "auditor" as const, district_id: "0100" }];
const people = [
  { person_id: "ann", email: "Ann@x.org", grants },
  { person_id: "bea", email: "bea@x.org", grants },
  { person_id: "cy", email: "cy@x.org", grants, to: "2026-01-31" },
];
const place = () => ({
  setup: new InMemorySetupStore({ ...nothingSetUp(), people }),
  userPool: cognitoUserPool("pool-1", new CognitoIdentityProviderClient({ region: "us-east-1" })),
});
const options = { person_ids: [] as string[], all: false, again: false, dryRun: false, now };
const created = () => cognito.commandCalls(AdminCreateUserCommand).map(({ args }) => args[0].input);
const user = (email: string, UserStatus: "CONFIRMED" | "FORCE_CHANGE_PASSWORD" | "EXTERNAL_PROVIDER") => ({
  Enabled: true,
  UserStatus,
  Attributes: [{ Name: "email", Value: email }],
});

describe("rollcall people", () => {
  beforeEach(() => {
    cognito.reset();
    cognito.on(AdminCreateUserCommand).resolves({});
    cognito
      .on(ListUsersCommand)
      .resolvesOnce({ Users: [user("bea@x.org", "FORCE_CHANGE_PASSWORD")], PaginationToken: "more" })
      .resolves({ Users: [user("ann@x.org", "EXTERNAL_PROVIDER")] });
  });

  it("invites by mail, with the address already believed: the first admin has nobody who could confirm it", async () => {
    expect(await invitePeople(place(), { ...options, person_ids: ["ann"] })).toEqual({
      invited: ["ann"],
      already: [],
    });
    expect(created()).toEqual([
      {
        UserPoolId: "pool-1",
        Username: "Ann@x.org",
        UserAttributes: [
          { Name: "email", Value: "Ann@x.org" },
          { Name: "email_verified", Value: "true" },
        ],
        DesiredDeliveryMediums: ["EMAIL"],
      },
    ]);
  });

  it("invites everybody of today who was not, over all pages of the pool, and writes nothing in a dry run", async () => {
    const result = { invited: ["ann"], already: ["bea"] };
    expect(await invitePeople(place(), { ...options, all: true, dryRun: true })).toEqual(result);
    expect(created()).toEqual([]);
    cognito.on(ListUsersCommand).resolves({ Users: [user("bea@x.org", "CONFIRMED")] });
    expect(await invitePeople(place(), { ...options, all: true })).toEqual(result);
    expect(created()).toHaveLength(1);
  });

  it("sends the temporary password once more", async () => {
    await invitePeople(place(), { ...options, person_ids: ["bea"], again: true });
    expect(created()).toMatchObject([{ Username: "bea@x.org", MessageAction: "RESEND" }]);
  });

  it("refuses whom setup.yaml does not name, whose time is over, and nobody at all", async () => {
    await expect(invitePeople(place(), { ...options, person_ids: ["zoe"] })).rejects.toThrow("no person_id");
    await expect(invitePeople(place(), { ...options, person_ids: ["cy"] })).rejects.toThrow(
      "may not sign in",
    );
    await expect(invitePeople(place(), options)).rejects.toThrow("--all");
    await expect(invitePeople({ ...place(), userPool: undefined }, options)).rejects.toThrow("local stack");
    expect(created()).toEqual([]);
  });

  it("lists who was invited, and takes somebody who is there already for no fault", async () => {
    expect(await listPeople(place(), now)).toEqual([
      { person_id: "ann", sign_in: "none" },
      { person_id: "bea", sign_in: "waiting" },
      { person_id: "cy", sign_in: "over" },
    ]);
    cognito
      .on(AdminCreateUserCommand)
      .rejects(new UsernameExistsException({ message: "there", $metadata: {} }));
    expect(await place().userPool.invite("ann@x.org", false)).toBe(false);
  });
});

import {
  AdminCreateUserCommand,
  CognitoIdentityProviderClient,
  paginateListUsers,
  UsernameExistsException,
} from "@aws-sdk/client-cognito-identity-provider";

/** `waiting`: invited, and has not signed in yet. */
export type PoolUser = { email: string; state: "waiting" | "active" | "disabled" };

/** The people who sign in with a password and a code of their own, instead of by the district's identity provider. */
export type UserPool = {
  users(): Promise<PoolUser[]>;
  /**
   * Makes the user and lets AWS send a temporary password, good for seven days; at the first sign-in the user chooses
   * her own and adds an authenticator app. `again` sends it once more. False where the user was there already.
   */
  invite(email: string, again: boolean): Promise<boolean>;
};

export function cognitoUserPool(
  UserPoolId: string,
  client = new CognitoIdentityProviderClient({}),
): UserPool {
  return {
    users: async () => {
      const users: PoolUser[] = [];
      for await (const { Users = [] } of paginateListUsers({ client }, { UserPoolId }))
        for (const { Attributes = [], Enabled, UserStatus } of Users) {
          const email = Attributes.find(({ Name }) => Name === "email")?.Value?.toLowerCase();
          if (email === undefined || UserStatus === "EXTERNAL_PROVIDER") continue;
          users.push({ email, state: stateOf(Enabled, UserStatus) });
        }
      return users;
    },
    invite: async (email, again) => {
      try {
        await client.send(
          new AdminCreateUserCommand({
            UserPoolId,
            Username: email,
            UserAttributes: [
              { Name: "email", Value: email },
              { Name: "email_verified", Value: "true" },
            ],
            DesiredDeliveryMediums: ["EMAIL"],
            ...(again && { MessageAction: "RESEND" }),
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof UsernameExistsException) return false;
        throw error;
      }
    },
  };
}

function stateOf(enabled: boolean | undefined, status: string | undefined): PoolUser["state"] {
  if (enabled === false) return "disabled";
  return status === "FORCE_CHANGE_PASSWORD" ? "waiting" : "active";
}

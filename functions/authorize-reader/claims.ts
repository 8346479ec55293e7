import { errors, jwtVerify, type JWTVerifyGetKey } from "jose";
import { duplicateKeys } from "../../domain/json-text.ts";

type Signer = { keys: JWTVerifyGetKey; issuer: string; clock: () => Date };

/**
 * The claims of a token that the district's user pool signed and that has not expired; undefined of any other. Throws
 * where the pool's keys cannot be fetched.
 */
export const claimsOf =
  ({ keys, issuer, clock }: Signer) =>
  async (token: string): Promise<unknown> => {
    const options = { issuer, algorithms: ["RS256"], requiredClaims: ["exp"], currentDate: clock() };
    try {
      const { payload } = await jwtVerify(token, keys, options);
      // two claims of one name could be read differently by two readers
      return duplicateKeys(payloadOf(token), payload).length > 0 ? undefined : payload;
    } catch (error) {
      if (isUnreachable(error)) throw error;
      return undefined;
    }
  };

const payloadOf = (token: string) => Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8");

/** The keys could not be fetched: that is our failure, and says nothing about the token. */
const isUnreachable = (error: unknown) =>
  error instanceof errors.JWKSTimeout ||
  !(error instanceof errors.JOSEError) ||
  error.code === "ERR_JOSE_GENERIC";

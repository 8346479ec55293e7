import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** As much of IAM's evaluation as our policies use: Allow alone, equal and like conditions, several policies as one wall. */
type Statement = {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Condition?: Record<string, Record<string, unknown>>;
};
export type Policy = { Statement: Statement[] };
export type Request = { action: string; leadingKeys: string[] | undefined };

const list = (value: unknown) => [value].flat().map(String);
const like = (pattern: string, text: string) =>
  new RegExp(
    `^${pattern
      .split("*")
      .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"))
      .join(".*")}$`,
  ).test(text);

function holds(condition: Statement["Condition"], { leadingKeys }: Request): boolean {
  return Object.entries(condition ?? {}).every(([operator, values]) =>
    Object.entries(values).every(([key, wanted]) => {
      if (key !== "dynamodb:LeadingKeys") return true;
      if (operator === "Null") return (leadingKeys === undefined) === (String(wanted) === "true");
      const keys = leadingKeys ?? [];
      if (operator === "ForAllValues:StringLike")
        return keys.every((one) => list(wanted).some((pattern) => like(pattern, one)));
      if (operator === "ForAllValues:StringEquals") return keys.every((one) => list(wanted).includes(one));
      throw new Error(`the evaluator does not know ${operator}`);
    }),
  );
}

export const allows = ({ Statement }: Policy, request: Request) =>
  Statement.some(
    (one) =>
      one.Effect === "Allow" && list(one.Action).includes(request.action) && holds(one.Condition, request),
  );

/** A client that refuses what any of the policies does not allow, as DynamoDB would; it counts what it refused. */
export function guard(client: DynamoDBClient, policies: readonly Policy[], refused: Request[]): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const input = args.input as Record<string, unknown>;
      const key = input["Key"] as Record<string, { S: string }> | undefined;
      const item = input["Item"] as Record<string, { S: string }> | undefined;
      const values = input["ExpressionAttributeValues"] as Record<string, { S?: string }> | undefined;
      const pk = key?.["pk"]?.S ?? item?.["pk"]?.S ?? values?.[":pk"]?.S;
      const action = `dynamodb:${(context.commandName ?? "").replace(/Command$/, "")}`;
      const request = { action, leadingKeys: pk === undefined ? undefined : [pk] };
      if (!policies.every((policy) => allows(policy, request))) {
        refused.push(request);
        throw Object.assign(new Error("AccessDenied"), { name: "AccessDeniedException" });
      }
      return next(args);
    },
    { step: "initialize" },
  );
}

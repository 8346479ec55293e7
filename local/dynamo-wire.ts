/** DynamoDB's own protocol: streams are read raw, because Lambda hands the raw shape to its functions. */
export type DynamoWire = (target: string, input: unknown) => Promise<unknown>;

const AUTHORIZATION =
  "AWS4-HMAC-SHA256 Credential=local/20260101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=local";

export function dynamoWire(endpoint: string): DynamoWire {
  return async (target, input) => {
    const headers = {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": target,
      authorization: AUTHORIZATION,
    };
    const response = await fetch(endpoint, { method: "POST", headers, body: JSON.stringify(input) });
    const body = await response.text();
    if (!response.ok) throw new Error(`DynamoDB refused ${target}: ${body}`);
    const parsed: unknown = JSON.parse(body);
    return parsed;
  };
}

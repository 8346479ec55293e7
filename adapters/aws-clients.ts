import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** Without a logger of its own the SDK spends as much time on log lines nobody reads as on the call. */
export const dynamoClient = () => new DynamoDBClient({ logger: {}, maxAttempts: 4 });

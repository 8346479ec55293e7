import { join } from "node:path";
import { buildFunctions } from "../../build/functions.ts";
import { LOCAL_CONTEXT, synthesize } from "../../lib/synthesize.ts";
import { startDynamo } from "../../local/dynamo-engine.ts";

/** Bundles, synthesizes and starts one DynamoDB Local for all files; each file makes tables of its own. */
export async function setup(): Promise<() => Promise<void>> {
  process.env["CDK_VALIDATION"] = "false";
  await buildFunctions();
  synthesize(join(import.meta.dirname, "..", "..", ".rollcall", "test-assembly"), LOCAL_CONTEXT);
  const engine = await startDynamo({ port: 0 });
  process.env["ROLLCALL_TEST_DYNAMO"] = engine.endpoint;
  return engine.close;
}

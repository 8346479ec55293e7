import { buildFunctions } from "../lib/build-functions.ts";

await buildFunctions();

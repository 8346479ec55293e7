import type { Linter } from "eslint";

type LintWall = { files: string[]; ignores: string[]; rules: Linter.RulesRecord };
/** What no file may hold. */
export const UNWANTED = [
  { selector: "TSEnumDeclaration", message: "no enums: use a union of string literals" },
  { selector: "ExportDefaultDeclaration", message: "no default exports" },
];

/** Walls that no import shows. `test/walls.test.ts` plants a violation of each. */
export const LINT_WALLS: readonly LintWall[] = [
  {
    files: [
      "functions/**/*.ts",
      "adapters/**/*.ts",
      "domain/**/*.ts",
      "cli/**/*.ts",
      "lib/**/*.ts",
      "dashboard/**/*.ts",
    ],
    ignores: ["functions/*/index.ts", "cli/target.ts"],
    rules: {
      "no-restricted-properties": [
        "error",
        {
          object: "process",
          property: "env",
          message: "the environment is read in the index.ts of a function and in cli/target.ts",
        },
      ],
    },
  },
  {
    files: ["functions/*/*.ts"],
    ignores: [
      "functions/*/index.ts",
      "functions/framework/ingest-stores.ts",
      "functions/read-api/open-wall.ts",
    ],
    rules: {
      "no-restricted-syntax": [
        "error",
        ...UNWANTED,
        {
          selector: "ImportSpecifier[imported.name=/^(dynamo|s3|kms|cognito|ses)[A-Z]/]",
          message: "stores and senders are built in index.ts and handed to the handler",
        },
      ],
    },
  },
];

import js from "@eslint/js";
import sonarjs from "eslint-plugin-sonarjs";
import tseslint from "typescript-eslint";
import { LINT_WALLS, UNWANTED } from "./bin/lint-rules.ts";

const runtime = [
  "build/**/*.ts",
  "lib/**/*.ts",
  "functions/**/*.ts",
  "domain/**/*.ts",
  "adapters/**/*.ts",
  "local/**/*.ts",
  "cli/**/*.ts",
  "bin/**/*.ts",
  "dashboard/**/*.ts",
  "dashboard/**/*.tsx",
];

export default tseslint.config(
  { ignores: ["node_modules", "dist", "cdk.out", ".rollcall"] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked.map((config) => ({ ...config, files: ["**/*.ts", "**/*.tsx"] })),
  {
    files: ["**/*.ts", "**/*.tsx"],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { sonarjs },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "no-restricted-syntax": ["error", ...UNWANTED],
    },
  },
  ...LINT_WALLS,
  {
    files: runtime,
    rules: {
      "sonarjs/cognitive-complexity": ["error", 8],
      "max-lines-per-function": ["error", { max: 40, skipBlankLines: true, skipComments: true }],
      "max-params": ["error", 3],
      "@typescript-eslint/consistent-type-assertions": ["error", { assertionStyle: "never" }],
    },
  },
  // markup is long
  {
    files: ["dashboard/**/*.tsx"],
    rules: { "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }] },
  },
  {
    files: ["lib/**/*.ts", "build/**/*.ts"],
    rules: { "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }] },
  },
  { files: ["**/*.config.ts", "*.config.js"], rules: { "no-restricted-syntax": "off" } },
  {
    files: ["**/*.js", "**/*.mjs"],
    languageOptions: { globals: { process: "readonly", console: "readonly" } },
  },
);

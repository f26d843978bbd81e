import next from "@next/eslint-plugin-next";
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const house = {
  plugins: { "@typescript-eslint": tseslint.plugin },
  rules: {
    "max-lines": ["error", { max: 400, skipBlankLines: false, skipComments: false }],
    "max-lines-per-function": ["error", { max: 120, skipBlankLines: true, skipComments: true }],
    eqeqeq: ["error", "always", { null: "ignore" }],
    "no-console": "error",
    "@typescript-eslint/no-explicit-any": "error",
    "@typescript-eslint/no-non-null-assertion": "error",
    "@typescript-eslint/no-floating-promises": "error",
    "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
    "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
    "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
    "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
    "@typescript-eslint/only-throw-error": "error",
    // process.env is read in one home (and in sandbox's own), so that every setting is validated and documented.
    "no-restricted-properties": [
      "error",
      { object: "process", property: "env", message: "Read lib/platform/env.ts instead." },
    ],
  },
};

export default tseslint.config(
  {
    ignores: [
      ".next/**",
      ".kepler/**",
      "node_modules/**",
      "lib/platform/db/generated/**",
      "next-env.d.ts",
      "screenshots/**",
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["**/*.ts", "**/*.tsx"],
    languageOptions: { parser: tseslint.parser, parserOptions: { projectService: true } },
    ...house,
  },
  {
    files: ["app/**/*.{ts,tsx}", "components/**/*.{ts,tsx}"],
    plugins: { "react-hooks": hooks, "@next/next": next },
    rules: {
      ...hooks.configs.recommended.rules,
      ...next.configs.recommended.rules,
      ...next.configs["core-web-vitals"].rules,
      // Says only that the React Compiler skips a component (the virtual list's); we do not use that compiler.
      "react-hooks/incompatible-library": "off",
    },
  },
  {
    files: ["lib/platform/env.ts", "sandbox/env.ts", "scripts/**", "tests/**", "*.config.ts", "instrumentation.ts"],
    rules: { "no-restricted-properties": "off" },
  },
  { files: ["scripts/**", "tests/cluster/**"], rules: { "no-console": "off" } },
);

import tseslint from "typescript-eslint";

const clockAndChance = [
  { object: "Math", property: "random", message: "Draw from a named stream of the simulation: a run is a pure function of scenario and seed." },
  { object: "Date", property: "now", message: "Read the simulated clock: a run is a pure function of scenario and seed." },
  { object: "performance", property: "now", message: "Read the simulated clock: a run is a pure function of scenario and seed." },
];

export default tseslint.config(
  { ignores: ["dist/", "results/", "node_modules/", "vitest.config.ts", "**/*.js", "**/*.mjs", "**/*.cjs"] },
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Typed arrays and checked indices are the normal case here; `!` states what the loop bound proves.
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unnecessary-condition": "off",
      "@typescript-eslint/no-extraneous-class": "off",
      eqeqeq: ["error", "always"],
      "prefer-const": "error",
    },
  },
  {
    files: ["src/**/*.ts"],
    ignores: ["src/cli/**"],
    rules: {
      "no-restricted-properties": ["error", ...clockAndChance],
      "no-restricted-syntax": [
        "error",
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: "Read the simulated clock instead of the wall clock." },
      ],
    },
  },
);

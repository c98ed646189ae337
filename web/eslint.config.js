import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  { files: ["src/**/*.js"], languageOptions: { globals: globals.browser }, rules: { "no-control-regex": "off" } },
  { files: ["build.mjs"], languageOptions: { globals: globals.node } },
];

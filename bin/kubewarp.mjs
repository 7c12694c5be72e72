#!/usr/bin/env node
// The command as npm links it: npm does so before anything is compiled, and never again. The first call in a checkout compiles.
import { existsSync } from "node:fs";

const main = new URL("../dist/src/cli/main.js", import.meta.url);
if (!existsSync(main)) await import("../scripts/setup.mjs");
await import(main.href);

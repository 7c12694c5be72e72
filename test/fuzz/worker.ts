/** What a worker thread runs. */
export { fuzzRun as default } from "./fuzz-run.js";

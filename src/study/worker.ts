/** What a worker thread runs. */
export { runReplication as default } from "./replication.js";

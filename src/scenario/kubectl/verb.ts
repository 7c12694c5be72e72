/** What each verb is made of, and what it needs of the scenario around it. */
import type { Manifest } from "../../api/manifest/load.js";
import type { Arguments, Flag } from "./flags.js";
import type { Script } from "./script.js";
import type { KubectlSession } from "./session.js";

/** Reads the files that -f names: paths relative to the scenario's file. */
export type ReadManifests = (path: string) => readonly Manifest[];

export interface VerbContext {
  readonly namespace: string;
  /** Whether the command line names the namespace. */
  readonly isNamespaceGiven: boolean;
  /** @throws UsageError */
  readonly readManifests: ReadManifests;
  /** Where a path of the command line leads. */
  readonly pathOf: (path: string) => string;
}

/** What a command does when its time comes. Throws KubectlError to end with exit code 1. */
export type Action = (session: KubectlSession) => Script<void>;

export interface Verb {
  /** One or two words, such as "rollout undo". */
  readonly name: string;
  readonly flags: readonly Flag[];
  /** Checks the command line and says what is to be done. @throws UsageError */
  prepare(given: Arguments, context: VerbContext): Action;
}

/** What a command that changes objects prints of each: `deployment.apps/web created`, or the object itself with -o; and --dry-run. */
import type { ApiObject } from "../../api/types/meta.js";
import { encode } from "../../api/encode.js";
import { type Arguments, flag, type Flag } from "./flags.js";
import { displayNameOf, type KubectlSession } from "./session.js";
import { type Print, printerOf } from "./printers.js";
import type { Script } from "./script.js";
import { UsageError } from "./usage-error.js";

/** With "client" nothing is sent, with "server" nothing is stored. */
export type DryRun = "none" | "client" | "server";

export const DRY_RUN_FLAG: Flag = flag("dry-run", "text", { bare: "unchanged" });
export const OUTCOME_FLAGS: readonly Flag[] = [
  DRY_RUN_FLAG,
  flag("output", "text", { short: "o" }),
  flag("show-managed-fields", "boolean"),
  flag("field-manager", "text"),
  flag("allow-missing-template-keys", "boolean"),
  flag("template", "text", { refusal: "Go templates are not built; use -o jsonpath=TEMPLATE" }),
  flag("record", "boolean", { refusal: "it is deprecated; annotate kubernetes.io/change-cause" }),
];

/** Source: kubectl/pkg/cmd/util/helpers.go GetDryRunStrategy. @throws UsageError */
export function dryRunOf(given: Arguments): DryRun {
  const text = given.text("dry-run") ?? "none";
  if (text === "none" || text === "client" || text === "server") return text;
  if (text === "unchanged")
    throw new UsageError('--dry-run flag without a value was specified. A value must be set: "none", "server", or "client".');
  throw new UsageError(`Invalid dry-run value (${text}). Must be "none", "server", or "client".`);
}

const SUFFIXES: Readonly<Record<DryRun, string>> = { none: "", client: " (dry run)", server: " (server dry run)" };

/** What was done, with what --dry-run adds. Source: kubectl/pkg/cmd/util/helpers.go PrintFlagsWithDryRunStrategy */
export function doneText(done: string, dryRun: DryRun): string {
  return done + SUFFIXES[dryRun];
}

export class Outcome {
  readonly dryRun: DryRun;
  private readonly print: Print | undefined;
  private readonly printsNames: boolean;

  /** @throws UsageError */
  constructor(given: Arguments) {
    this.dryRun = dryRunOf(given);
    const output = given.text("output") ?? "";
    this.print = printerOf(output, false);
    this.printsNames = output === "name";
  }

  /** Whether nothing is to be sent. */
  get isLocal(): boolean {
    return this.dryRun === "client";
  }

  /** Whether objects are printed as a whole, and not by a line each. */
  get printsWhole(): boolean {
    return this.print !== undefined && !this.printsNames;
  }

  /** Several objects as the List around them. */
  printWhole(session: KubectlSession, value: unknown): void {
    for (const line of this.print?.([], value) ?? []) session.print(line);
  }

  /** Changes the object, or only says how it would be. @throws ServerError */
  *change(session: KubectlSession, object: ApiObject, edit: (current: ApiObject) => ApiObject, done: string): Script<void> {
    this.tell(session, this.isLocal ? edit(object) : yield* session.change(object, edit), done);
  }

  /** Creates the object, or only says how it would be. @throws ServerError */
  *create(session: KubectlSession, object: ApiObject, done = "created"): Script<void> {
    this.tell(session, this.isLocal ? object : yield* session.create(object), done);
  }

  tell(session: KubectlSession, object: ApiObject, done: string): void {
    if (this.print === undefined) session.print(`${displayNameOf(object)} ${doneText(done, this.dryRun)}`);
    else for (const line of this.print([object], encode(object))) session.print(line);
  }
}

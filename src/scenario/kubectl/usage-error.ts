/** A command line that kubectl would not take; found before anything runs. */

/** What kubectl adds on a line of its own: after a wrong flag "--help", after wrong arguments of most verbs "-h". */
export type Pointer = "flags" | "arguments";

export interface UsageErrorOptions {
  /** What kubectl does not say and helps: `did you mean "scale"?` */
  readonly hint?: string;
  readonly pointer?: Pointer;
}

export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly pointer: Pointer | undefined;
  /** The message without the hint. */
  readonly said: string;
  /** The verb in whose command line the mistake is, where one was found. */
  verb: string | undefined;
  /** Lines that kubectl writes first. */
  before: readonly string[] = [];
  /** Lines that kubectl writes last. */
  after: readonly string[] = [];
  /** What kubectl writes in place of an error: to stdout where `isOutput`. */
  help: { readonly lines: readonly string[]; readonly isOutput: boolean } | undefined;

  constructor(
    message: string,
    /** Offset in the command line of what is wrong; absent: the line as a whole. */
    readonly offset?: number,
    { hint, pointer }: UsageErrorOptions = {},
  ) {
    super(hint === undefined ? message : `${message}; ${hint}`);
    this.said = message;
    this.pointer = pointer;
  }

  /** The lines that kubectl writes to stderr. Source: kubectl/pkg/cmd/util/helpers.go UsageErrorf, kubectl/pkg/util/templates FlagErrorFunc */
  get lines(): readonly string[] {
    if (this.help !== undefined) return this.help.lines;
    const command = this.verb === undefined ? "kubectl" : `kubectl ${this.verb}`;
    const first = /^(error:|Error from server)/.test(this.said) ? this.said : `error: ${this.said}`;
    const pointer =
      this.pointer === undefined
        ? []
        : [this.pointer === "flags" ? `See '${command} --help' for usage.` : `See '${command} -h' for help and examples`];
    return [...this.before, first, ...this.after, ...pointer];
  }
}

/** A plugin broke: it threw, or returned what its extension point does not allow. Fails the run. */
export class PluginError extends Error {
  override readonly name = "PluginError";

  constructor(
    readonly plugin: string,
    readonly point: string,
    readonly pod: string,
    readonly node: string | undefined,
    problem: string,
    cause?: unknown,
  ) {
    super(`plugin ${plugin} at ${point} for pod ${pod}${node === undefined ? "" : ` on node ${node}`}: ${problem}`, { cause });
  }
}

/** A plugin broke: it threw, or returned what its extension point does not allow. Fails the run. */
export class PluginError extends Error {
  override readonly name = "PluginError";

  constructor(
    /** The file is that of the module, for a plugin of the user's own. */
    readonly plugin: { readonly name: string; readonly file?: string },
    readonly point: string,
    readonly pod: string,
    readonly node: string | undefined,
    problem: string,
    cause?: unknown,
  ) {
    const { name, file } = plugin;
    const where = `${pod === "" ? "" : ` for pod ${pod}`}${node === undefined ? "" : ` on node ${node}`}`;
    super(`${file === undefined ? "" : `${file}: `}plugin ${name} at ${point}${where}: ${problem}`, { cause });
  }
}

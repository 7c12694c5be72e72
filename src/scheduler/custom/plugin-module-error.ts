/** A plugin's module cannot be used. */
export class PluginModuleError extends Error {
  override readonly name = "PluginModuleError";

  constructor(
    readonly plugin: string,
    readonly path: string,
    readonly problem: string,
    cause?: unknown,
  ) {
    super(`plugin ${plugin}: ${path}: ${problem}`, { cause });
  }
}

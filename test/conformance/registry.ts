/** Which module checks which kind of golden case. Loaded when first needed: a run over one kind does not pay for the others. */

/** Compares the simulator with one case; each difference is a line of text, none means that the case passes. */
export type Check = (testCase: never, dump?: string) => readonly string[] | Promise<readonly string[]>;

const MODULES: Readonly<Record<string, () => Promise<{ check: Check }>>> = {
};

const loaded = new Map<string, Promise<{ check: Check }>>();

export async function checkerOf(kind: string): Promise<((testCase: unknown, dump?: string) => ReturnType<Check>) | undefined> {
  const load = MODULES[kind];
  if (load === undefined) return undefined;
  let module = loaded.get(kind);
  if (module === undefined) loaded.set(kind, (module = load()));
  return (await module).check as (testCase: unknown, dump?: string) => ReturnType<Check>;
}

/** Sequences of requests and waits written as straight code: a script runs until it needs an answer and goes on when the answer comes in simulated time. */

type Suspension = (resume: (value: unknown) => void) => void;

export type Script<T> = Generator<Suspension, T, unknown>;

/** Starts something that answers once through its callback, and gives the answer. */
export function* answer<T>(start: (done: (value: T) => void) => void): Script<T> {
  return (yield start) as T;
}

/** Runs a script up to its end, which may be later in simulated time. What the script throws goes to `failed`. */
export function runScript<T>(script: Script<T>, done: (value: T) => void, failed: (error: unknown) => void): void {
  const resume = (value: unknown): void => {
    let step: IteratorResult<Suspension, T>;
    try {
      step = script.next(value);
    } catch (error) {
      failed(error);
      return;
    }
    if (step.done === true) done(step.value);
    else step.value(resume);
  };
  resume(undefined);
}

/** Runs scripts side by side and gives their results in order; throws the first error when all have ended. */
export function* together<T>(scripts: readonly Script<T>[]): Script<T[]> {
  const results: T[] = [];
  if (scripts.length === 0) return results;
  const failure = yield* answer<{ error: unknown } | undefined>((done) => {
    let left = scripts.length;
    let failed: { error: unknown } | undefined;
    const ended = () => {
      if (--left === 0) done(failed);
    };
    scripts.forEach((script, index) => {
      runScript(
        script,
        (value) => {
          results[index] = value;
          ended();
        },
        (error) => {
          failed ??= { error };
          ended();
        },
      );
    });
  });
  if (failure !== undefined) throw failure.error;
  return results;
}

/** What Ctrl-C and a polite kill do: throw away what is half written, and end with exit code 130. */
import { EXIT } from "./exit.js";

/** Runs the work; when interrupted, `cleanUp` runs to its end and the process ends, whatever becomes of the work. */
export async function interruptible<T>(cleanUp: () => void | Promise<void>, work: () => T | Promise<T>): Promise<T> {
  let ending = false;
  const interrupted = (): void => {
    ending = true;
    void Promise.resolve(cleanUp()).then(() => {
      process.stderr.write("kubewarp: interrupted\n");
      process.exit(EXIT.interrupted);
    });
  };
  process.once("SIGINT", interrupted);
  process.once("SIGTERM", interrupted);
  try {
    return await work();
  } catch (error) {
    // What fails because it is being stopped is nothing to tell of.
    if (ending) await new Promise<never>(() => undefined);
    throw error;
  } finally {
    process.off("SIGINT", interrupted);
    process.off("SIGTERM", interrupted);
  }
}

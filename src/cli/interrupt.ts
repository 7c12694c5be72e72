/** What Ctrl-C and a polite kill do: throw away what is half written, and end with exit code 130. */
import { EXIT } from "./exit.js";

/** Runs the work; when interrupted, `cleanUp` runs and the process ends. */
export async function interruptible<T>(cleanUp: () => void, work: () => T | Promise<T>): Promise<T> {
  const interrupted = (): void => {
    cleanUp();
    process.stderr.write("kubewarp: interrupted\n");
    process.exit(EXIT.interrupted);
  };
  process.once("SIGINT", interrupted);
  process.once("SIGTERM", interrupted);
  try {
    return await work();
  } finally {
    process.off("SIGINT", interrupted);
    process.off("SIGTERM", interrupted);
  }
}

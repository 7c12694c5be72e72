/** Tells the user in time that Node.js will end a run whose heap outgrows its limit. */
import { getHeapStatistics } from "node:v8";

/** Part of the limit from which on the user is told; what is used counts garbage too. */
const NEARLY_FULL = 0.8;
const BYTES_PER_MIB = 1_048_576;

/** One line where so much of the heap is in use that the limit is near. */
export function heapWarning(usedBytes: number, limitBytes: number): string | undefined {
  if (usedBytes < NEARLY_FULL * limitBytes) return undefined;
  const mib = (bytes: number): number => Math.round(bytes / BYTES_PER_MIB);
  return (
    `kubewarp: ${mib(usedBytes)} of the ${mib(limitBytes)} MiB that Node.js lets the run have are in use; ` +
    "NODE_OPTIONS=--max-old-space-size=MIB gives it more\n"
  );
}

/** Warns once. Returns what is to be called now and then. */
export function watchHeap(): () => void {
  let warned = false;
  return () => {
    if (warned) return;
    const { used_heap_size, heap_size_limit } = getHeapStatistics();
    const warning = heapWarning(used_heap_size, heap_size_limit);
    if (warning === undefined) return;
    warned = true;
    process.stderr.write(warning);
  };
}

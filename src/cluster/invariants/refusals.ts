/** Where controllers of which no condition tells may rightly have fewer pods than they ask for. */
import type { CommittedObjects } from "./committed-objects.js";

/** Whether something in the namespace limits what may be created. */
export function creationMayBeRefused(committed: CommittedObjects, namespace: string | undefined): boolean {
  for (const kind of ["ResourceQuota", "LimitRange"] as const) for (const _ of committed.list(kind, namespace)) return true;
  return false;
}

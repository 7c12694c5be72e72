/** What one sync of a CronJob knows and changes on its way through the controller's steps. */
import type { CronJob } from "../../../api/types/index.js";

type CronJobStatus = NonNullable<CronJob["status"]>;

export interface CronJobSync {
  /** As the cache had it when the sync began. */
  readonly cached: CronJob;
  /** The status as the sync changes it. */
  status: { -readonly [Field in keyof CronJobStatus]: CronJobStatus[Field] };
  /** Whether there is something to write. */
  changed: boolean;
}

export function isListed({ status }: Pick<CronJobSync, "status">, job: string | undefined): boolean {
  return status.active?.some(({ uid }) => uid === job) === true;
}

/** Takes a Job off the list of active ones. */
export function strike(sync: CronJobSync, job: string | undefined): void {
  sync.changed = true;
  const active = (sync.status.active ?? []).filter(({ uid }) => uid !== job);
  if (active.length > 0) sync.status.active = active;
  else delete sync.status.active;
}

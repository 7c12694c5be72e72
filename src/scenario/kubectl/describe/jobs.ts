/** Jobs and cron jobs. Source: kubectl/pkg/describe/describe.go. */
import { formatLabelSelector } from "../../../api/selector.js";
import type { CronJob, Job } from "../../../api/types/workloads.js";
import { humanDuration } from "../human-duration.js";
import type { Describer } from "./describer.js";
import { capitalised, controlledBy, field, known, longTime, nameLines, NONE, noteLines, UNSET } from "./lines.js";
import { podTemplateLines } from "./pod.js";

export const jobDescriber: Describer<Job> = {
  describe({ metadata, spec, status = {} }) {
    const { startTime, completionTime, active = 0, ready, succeeded = 0, failed = 0 } = status;
    return [
      ...nameLines(metadata),
      field(0, "Selector", formatLabelSelector(spec.selector)),
      ...noteLines(metadata),
      ...controlledBy(metadata),
      ...known(0, "Parallelism", spec.parallelism),
      field(0, "Completions", spec.completions ?? UNSET),
      ...known(0, "Completion Mode", spec.completionMode),
      ...known(0, "Suspend", spec.suspend),
      ...known(0, "Backoff Limit", spec.backoffLimit),
      ...known(0, "TTL Seconds After Finished", spec.ttlSecondsAfterFinished),
      ...known(0, "Start Time", startTime === undefined ? undefined : longTime(startTime)),
      ...known(0, "Completed At", completionTime === undefined ? undefined : longTime(completionTime)),
      ...(startTime === undefined || completionTime === undefined ? [] : [field(0, "Duration", humanDuration(completionTime - startTime))]),
      ...known(0, "Active Deadline Seconds", seconds(spec.activeDeadlineSeconds)),
      field(
        0,
        "Pods Statuses",
        `${active} Active${ready === undefined ? "" : ` (${ready} Ready)`} / ${succeeded} Succeeded / ${failed} Failed`,
      ),
      ...(spec.completionMode === "Indexed" ? [field(0, "Completed Indexes", indexesText(status.completedIndexes ?? ""))] : []),
      ...podTemplateLines(spec.template),
    ];
  },
};

function seconds(value: number | undefined): string | undefined {
  return value === undefined ? undefined : `${value}s`;
}

/** Characters of a list of indexes after which it is cut at the next comma. Source: capIndexesListOrNone. */
const INDEXES_SHOWN = 50;

function indexesText(indexes: string): string {
  if (indexes === "") return NONE;
  const comma = indexes.indexOf(",", INDEXES_SHOWN);
  return comma < 0 ? indexes : `${indexes.slice(0, comma + 1)}...`;
}

export const cronJobDescriber: Describer<CronJob> = {
  describe({ metadata, spec, status }) {
    const { selector, parallelism, completions, activeDeadlineSeconds, template } = spec.jobTemplate.spec;
    return [
      ...nameLines(metadata),
      ...noteLines(metadata),
      field(0, "Schedule", spec.schedule),
      field(0, "Concurrency Policy", spec.concurrencyPolicy ?? "Allow"),
      field(0, "Suspend", capitalised(spec.suspend)),
      field(0, "Time Zone", spec.timeZone ?? UNSET),
      field(0, "Successful Job History Limit", spec.successfulJobsHistoryLimit ?? UNSET),
      field(0, "Failed Job History Limit", spec.failedJobsHistoryLimit ?? UNSET),
      field(0, "Starting Deadline Seconds", seconds(spec.startingDeadlineSeconds) ?? UNSET),
      field(0, "Selector", selector === undefined ? UNSET : formatLabelSelector(selector)),
      field(0, "Parallelism", parallelism ?? UNSET),
      field(0, "Completions", completions ?? UNSET),
      ...known(0, "Active Deadline Seconds", seconds(activeDeadlineSeconds)),
      ...podTemplateLines(template),
      field(0, "Last Schedule Time", status?.lastScheduleTime === undefined ? UNSET : longTime(status.lastScheduleTime)),
      field(0, "Active Jobs", (status?.active ?? []).map(({ name }) => name).join(", ") || NONE),
    ];
  },
};

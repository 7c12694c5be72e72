import { describe, expect, it } from "vitest";
import type { CronJob, Job } from "../../../src/api/types/index.js";
import { controllerReference } from "../../../src/control-plane/controllers/owner-references.js";
import { SECOND } from "../../../src/engine/simulation.js";
import { deployment } from "./manifests.js";
import { EPOCH, SmallCluster } from "./small-cluster.js";

/** Seconds from the start of a run to the first whole minute. */
const FIRST_MINUTE = 60 - ((EPOCH / SECOND) % 60);

function cronJob(spec: Partial<CronJob["spec"]>, run: string): CronJob {
  const template = {
    metadata: { annotations: { "fake-kubelet/run": run } },
    spec: { restartPolicy: "Never", containers: [{ name: "c", image: "tick:1" }] },
  } as const;
  return {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name: "tick", namespace: "default" },
    spec: { schedule: "* * * * *", jobTemplate: { spec: { template } }, ...spec },
  };
}

/** Seconds after the first whole minute at which Jobs were created. */
function jobSeconds(cluster: SmallCluster): number[] {
  const seconds: number[] = [];
  cluster.api.onCommit(({ kind, type }) => {
    if (kind === "Job" && type === "ADDED") seconds.push(cluster.simulation.now / SECOND - FIRST_MINUTE);
  });
  return seconds;
}

function started(spec: Partial<CronJob["spec"]>, run: string): { cluster: SmallCluster; seconds: number[] } {
  const cluster = new SmallCluster();
  cluster.addNodes("worker", 2);
  const seconds = jobSeconds(cluster);
  cluster.runTo(0.5);
  cluster.apply(cronJob(spec, run));
  return { cluster, seconds };
}

describe("a CronJob", () => {
  it("starts a Job a tenth of a second after each minute and keeps as many ended ones as it is told", () => {
    const { cluster, seconds } = started({ successfulJobsHistoryLimit: 1 }, "5s");
    cluster.runTo(FIRST_MINUTE + 200);
    expect(seconds.map((second) => Math.round(second * 10) / 10)).toEqual([0.1, 60.1, 120.1, 180.1]);
    expect(cluster.list("Job")).toHaveLength(1);
    const minute = Math.floor((EPOCH / SECOND + FIRST_MINUTE) / 60);
    expect(cluster.list("Job")[0].metadata.name).toBe(`tick-${minute + 3}`);
    expect(cluster.eventsOf("UnexpectedJob")).toEqual([]);
    expect(cluster.eventsOf("SawCompletedJob")[0].message).toBe(`Saw completed job: tick-${minute}, condition: Complete`);
    expect(cluster.get("CronJob", "tick")?.status).toMatchObject({ lastScheduleTime: EPOCH + (FIRST_MINUTE + 180) * SECOND });
  });

  it("that forbids overlap makes up for a missed run as soon as the last one has ended", () => {
    const { cluster, seconds } = started({ concurrencyPolicy: "Forbid" }, "90s");
    cluster.runTo(FIRST_MINUTE + 100);
    expect(seconds).toHaveLength(2);
    // 90 s of work, and the second in which the Job's status is gathered.
    expect(seconds[1]).toBeGreaterThan(90);
    expect(seconds[1]).toBeLessThan(92.5);
    expect(cluster.eventsOf("JobAlreadyActive")).not.toEqual([]);
  });

  it("that replaces ends the Job that still runs", () => {
    const { cluster, seconds } = started({ concurrencyPolicy: "Replace" }, "90s");
    cluster.runTo(FIRST_MINUTE + 65);
    expect(seconds).toHaveLength(2);
    expect(cluster.list("Job").filter(({ metadata }) => metadata.deletionTimestamp === undefined)).toHaveLength(1);
  });

  it("starts nothing while suspended", () => {
    const { cluster, seconds } = started({ suspend: true }, "5s");
    cluster.runTo(FIRST_MINUTE + 130);
    expect(seconds).toEqual([]);
  });

  it("tells of a run that was missed by more than its deadline, and starts the next one", () => {
    const { cluster, seconds } = started({ concurrencyPolicy: "Forbid", startingDeadlineSeconds: 10 }, "90s");
    cluster.runTo(FIRST_MINUTE + 130);
    // The second run could have begun after 90 s, which is too late by 20 s.
    expect(seconds.map((second) => Math.round(second))).toEqual([0, 120]);
  });

  it("remembers its last success, also where no ended Job is kept", () => {
    const { cluster } = started({ successfulJobsHistoryLimit: 0 }, "5s");
    cluster.runTo(FIRST_MINUTE + 40);
    expect(cluster.list("Job")).toEqual([]);
    expect(cluster.get("CronJob", "tick")?.status).toMatchObject({ lastSuccessfulTime: EPOCH + (FIRST_MINUTE + 6) * SECOND });
  });

  it("deletes what is too old before it looks at the rest, so that a Job deleted at once is never seen as completed", () => {
    const { cluster } = started({ successfulJobsHistoryLimit: 0 }, "5s");
    cluster.runTo(FIRST_MINUTE + 40);
    expect(cluster.eventsOf("SuccessfulDelete")).toHaveLength(1);
    expect(cluster.eventsOf("SawCompletedJob")).toEqual([]);
    const kept = started({ successfulJobsHistoryLimit: 1 }, "5s").cluster;
    kept.runTo(FIRST_MINUTE + 100);
    const reasons = kept.events
      .filter(({ reason }) => reason === "SuccessfulDelete" || reason === "SawCompletedJob")
      .map(({ reason }) => reason);
    // The deletion may bring a further look before the list is seen as it was written, which tells of the end once more.
    expect(reasons.slice(0, 3)).toEqual(["SawCompletedJob", "SuccessfulDelete", "SawCompletedJob"]);
  });

  it("writes nothing for a failure that it has seen before", () => {
    const { cluster } = started({ failedJobsHistoryLimit: 5 }, "100s");
    cluster.runTo(FIRST_MINUTE + 10);
    cluster.change("Job", cluster.list("Job")[0].metadata.name, (job) => ({ ...job, spec: { ...job.spec, activeDeadlineSeconds: 15 } }));
    cluster.runTo(FIRST_MINUTE + 30);
    expect(cluster.list("Job")[0].status?.conditions?.at(-1)).toMatchObject({ type: "Failed", reason: "DeadlineExceeded" });
    let writes = 0;
    cluster.api.trace({
      handling: ({ subresource, target }) => {
        if (subresource === "status" && target.kind === "CronJob") writes++;
        return undefined;
      },
    });
    cluster.change("CronJob", "tick", (tick) => ({ ...tick, metadata: { ...tick.metadata, labels: { touched: "yes" } } }));
    cluster.runTo(FIRST_MINUTE + 40);
    expect(writes).toBe(0);
  });

  it("takes Jobs for its own by its name, whoever of that name controls them", () => {
    const { cluster } = started({}, "90s");
    cluster.apply(deployment("tick", 0));
    cluster.runTo(FIRST_MINUTE + 1);
    const { jobTemplate } = cluster.get("CronJob", "tick")!.spec;
    const ownerReferences = [controllerReference(cluster.get("Deployment", "tick")!)];
    cluster.apply({
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "other", namespace: "default", ownerReferences },
      ...jobTemplate,
    } as Job);
    cluster.runTo(FIRST_MINUTE + 61);
    expect(cluster.eventsOf("UnexpectedJob")[0].message).toBe("Saw a job that the controller did not create or forgot: other");
  });

  it("that cannot delete the Job to replace starts no other", () => {
    const { cluster, seconds } = started({ concurrencyPolicy: "Replace" }, "300s");
    cluster.runTo(FIRST_MINUTE + 30);
    cluster.change("ClusterRole", "system:controller:cronjob-controller", (role) => ({
      ...role,
      rules: role.rules?.map((rule) => ({ ...rule, verbs: rule.verbs.filter((verb) => verb !== "delete") })),
    }));
    cluster.runTo(FIRST_MINUTE + 62);
    expect(seconds).toHaveLength(1);
    expect(cluster.eventsOf("FailedGet")).toEqual([]);
    expect(cluster.eventsOf("FailedDelete")[0].message).toContain("Deleted job: jobs.batch");
  });

  it("drops an active Job that is gone, after it has asked the API server", () => {
    const { cluster } = started({}, "90s");
    cluster.runTo(FIRST_MINUTE + 10);
    const [job] = cluster.list("Job");
    cluster.delete("Job", job.metadata.name, "Background");
    cluster.runTo(FIRST_MINUTE + 20);
    expect(cluster.eventsOf("MissingJob").map(({ message }) => message)).toEqual([`Active job went missing: ${job.metadata.name}`]);
    expect(cluster.get("CronJob", "tick")?.status?.active ?? []).toEqual([]);
  });

  it("under another schedule waits for that one's next run", () => {
    const { cluster, seconds } = started({ schedule: "0 0 1 1 *" }, "5s");
    cluster.runTo(5);
    cluster.change("CronJob", "tick", (tick) => ({ ...tick, spec: { ...tick.spec, schedule: "* * * * *" } }));
    cluster.runTo(FIRST_MINUTE + 30);
    expect(seconds.map((second) => Math.round(second * 10) / 10)).toEqual([0.1]);
  });
});

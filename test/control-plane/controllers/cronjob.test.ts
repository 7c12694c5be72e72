import { describe, expect, it } from "vitest";
import type { CronJob } from "../../../src/api/types/index.js";
import { SECOND } from "../../../src/engine/simulation.js";
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

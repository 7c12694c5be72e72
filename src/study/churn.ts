/** Noise while a workload is measured. Source of the rules: test/integration/scheduler_perf (churnOp) */
import type { Kind, ObjectsByKind } from "../api/kinds.js";
import type { ApiObject } from "../api/types/meta.js";
import type { SchedulerCluster } from "../cluster/scheduler-cluster.js";
import type { Churn } from "../scenario/importers/scheduler-perf/operation.js";
import type { WorkloadObjects } from "./workload-objects.js";

/** Begins to create objects over and over, or to create and delete them in turns, beside the operations that follow. */
export function churn(
  { simulation, client }: SchedulerCluster,
  workload: WorkloadObjects,
  { mode, number, interval, templates }: Churn,
  namespace: string,
): void {
  const created: ApiObject[][] = [];
  const cycle = (index: number): void => {
    const slot = number === 0 ? index : index % number;
    const isDeletion = mode === "recreate" && Math.floor(index / number) % 2 === 1;
    if (isDeletion) for (const object of created[slot] ?? []) client.delete({ kind: object.kind as Kind, ...object.metadata });
    else {
      const objects = templates.map((template) => workload.objectOf(template, slot, Math.max(1, number), namespace));
      created[slot] = objects;
      // Churn is noise: an object that is refused is not missed.
      for (const object of objects) client.create(object as ObjectsByKind[Kind]);
    }
    if (mode === "create" && number > 0 && index + 1 >= number) return;
    simulation.after(interval, () => cycle(index + 1));
  };
  workload.ensureNamespaces([namespace], () => simulation.after(interval, () => cycle(0)));
}

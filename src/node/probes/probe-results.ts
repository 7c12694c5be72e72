/** What becomes of a pod's containers when their probes pass or fail. */
import type { ContainerRecord } from "../containers/container-record.js";
import { probeFailure } from "./probe-failure.js";
import type { ProbeKind } from "./probe-worker.js";
import type { PodTermination } from "../pod/pod-termination.js";
import type { PodWorker } from "../pod/pod-worker.js";
import type { ProbeListener } from "./prober.js";

export class ProbeResults implements ProbeListener {
  constructor(
    private readonly worker: PodWorker,
    private readonly termination: PodTermination,
  ) {}

  probed(record: ContainerRecord, what: "started" | "ready", value: boolean): void {
    record[what] = value;
    this.worker.report.touch();
    this.worker.sync();
  }

  probeFailed({ container }: ContainerRecord, kind: ProbeKind): void {
    const { context, pod, sandbox } = this.worker;
    const probe = container[`${kind}Probe`]!;
    const name = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
    const message = `${name} probe failed: ${probeFailure(probe, sandbox.addresses[0] ?? "")}`;
    context.events.container(pod, container, "Warning", "Unhealthy", message);
  }

  unhealthy(record: ContainerRecord, kind: "liveness" | "startup"): void {
    this.termination.killUnhealthy(record, kind === "liveness" ? "LivenessProbe" : "StartupProbe");
  }
}

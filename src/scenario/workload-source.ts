/** Objects that come and go: creates them when they arrive and deletes them at the end of their lives. */
import { kindInfo } from "../api/kinds.js";
import type { ApiObject } from "../api/types/meta.js";
import type { Distribution } from "../engine/distribution.js";
import type { RandomStream } from "../engine/random.js";
import { SECOND, type Simulation } from "../engine/simulation.js";
import type { ApiClient, Result } from "../control-plane/apiserver/client.js";
import { BEHAVIOR_ANNOTATIONS } from "../api/behavior-annotations.js";
import { templateOf, withMetadata, withTemplate } from "./kubectl/pod-template.js";
import { type AnyObject, displayNameOf } from "./kubectl/session.js";
import { compileTemplate, type ObjectTemplate } from "./object-template.js";
import type { GeneratedWorkload, TraceWorkload } from "./scenario.js";

/** Counts of a workload's requests. */
export interface WorkloadCounts {
  readonly name: string;
  arrived: number;
  created: number;
  deleted: number;
  /** Refusals by the API server's message, as kubectl prints them for the first object that met with each. */
  readonly refused: Map<string, number>;
}

export class WorkloadSource {
  readonly counts: WorkloadCounts;

  constructor(
    private readonly simulation: Simulation,
    private readonly client: ApiClient,
    name: string,
  ) {
    this.counts = { name, arrived: 0, created: 0, deleted: 0, refused: new Map() };
  }

  /** Schedules the arrivals of a workload that is described by distributions. */
  generate(workload: GeneratedWorkload): void {
    const stream = (purpose: string) => this.simulation.stream(`workload/${workload.name}/${purpose}`);
    const make = compileTemplate(workload.template);
    const arrive = this.arrivalOf(workload, make, stream("lifetime"), stream("run-duration"));
    const { arrivals, start } = workload;
    if ("times" in arrivals) {
      this.follow(arrivals.times.length, (index) => start + arrivals.times[index], arrive);
      return;
    }
    const { interarrival, count = Number.POSITIVE_INFINITY, until = Number.POSITIVE_INFINITY } = arrivals;
    const gaps = stream("arrivals");
    let next = start;
    // The first object arrives after one interarrival time, as in a renewal process that begins at `start`.
    this.follow(count, () => (next += Math.max(0, Math.round(interarrival.sample(gaps)))), arrive, start + until);
  }

  /** Schedules the pods of a trace. */
  replay(workload: TraceWorkload): void {
    const { pods, resample = false } = workload;
    const draws = this.simulation.stream(`workload/${workload.name}/resample`);
    this.follow(
      pods.length,
      (index) => pods[index].arrival,
      (index) => {
        const own = pods[index - 1];
        const { pod, lifetime } = resample ? pods[draws.integer(pods.length)] : own;
        this.create(pod === own.pod ? pod : withMetadata(pod, { name: own.pod.metadata.name }), lifetime);
      },
    );
  }

  /** One arrival after the other, so that no more than one event of a workload waits. */
  private follow(
    count: number,
    timeOf: (index: number) => number,
    arrive: (number: number) => void,
    until = Number.POSITIVE_INFINITY,
  ): void {
    let index = 0;
    let time = 0;
    const next = (): void => {
      if (index >= count) return;
      time = timeOf(index);
      if (time > until) return;
      this.simulation.schedule(Math.max(0, time - this.simulation.now), handler);
    };
    const handler = this.simulation.register(() => {
      index++;
      this.counts.arrived++;
      arrive(index);
      next();
    });
    next();
  }

  private arrivalOf(
    { lifetime, runDuration }: GeneratedWorkload,
    make: ObjectTemplate,
    lives: RandomStream,
    runs: RandomStream,
  ): (number: number) => void {
    return (number) => {
      const object = runDuration === undefined ? make(number) : withRunDuration(make(number), sampled(runDuration, runs));
      this.create(object, lifetime === undefined ? undefined : sampled(lifetime, lives));
    };
  }

  private create(object: ApiObject, lifetime: number | undefined): void {
    const target = withDefaultNamespace(object);
    this.client.create(target as AnyObject, (result: Result<AnyObject>) => {
      if (!result.ok) {
        const { message, reason } = result.status;
        const text = `${displayNameOf(target)}: ${reason}: ${message}`;
        const known = [...this.counts.refused.keys()].find((one) => one.endsWith(`: ${reason}: ${message}`));
        this.counts.refused.set(known ?? text, (this.counts.refused.get(known ?? text) ?? 0) + 1);
        return;
      }
      this.counts.created++;
      if (lifetime !== undefined) this.simulation.after(lifetime, () => this.remove(result.object));
    });
  }

  private remove({ kind, metadata }: AnyObject): void {
    const target = {
      kind: kind,
      name: metadata.name,
      ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
      ...(metadata.uid !== undefined && { uid: metadata.uid }),
    };
    this.client.delete(target, { propagationPolicy: "Background" }, (result) => {
      if (result.ok) this.counts.deleted++;
    });
  }
}

function sampled(distribution: Distribution, stream: RandomStream): number {
  return Math.max(0, Math.round(distribution.sample(stream)));
}

function withDefaultNamespace(object: ApiObject): ApiObject {
  return object.metadata.namespace === undefined && kindInfo(object.kind)?.namespaced === true
    ? withMetadata(object, { namespace: "default" })
    : object;
}

/** Notes in the pod, or the pod template, how long its containers run. */
function withRunDuration(object: ApiObject, duration: number): ApiObject {
  const template = templateOf(object);
  if (template === undefined) return object;
  const annotations = { ...template.metadata?.annotations, [BEHAVIOR_ANNOTATIONS.runDuration]: `${duration / SECOND}s` };
  if (object.kind === "Pod") return withMetadata(object, { annotations });
  return withTemplate(object, { ...template, metadata: { ...template.metadata, annotations } });
}

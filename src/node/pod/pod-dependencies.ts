/**
 * Objects that must exist before a pod's containers can start: ConfigMaps, Secrets and bound claims that it mounts or reads.
 *
 * Source: https://kubernetes.io/docs/concepts/configuration/configmap/, .../secret/ ("a pod that references one that does not exist will not
 * start"), pkg/volume/util/operationexecutor and nestedpendingoperations (500 ms doubling to 2 min 2 s between tries).
 */
import type { ObjectsByKind } from "../../api/kinds.js";
import type { Container, Pod, PodSpec } from "../../api/types/pod.js";
import { type ApiClient, FROM_CACHE, type Result } from "../../control-plane/apiserver/client.js";
import { MILLISECOND, SECOND, type EventId, type SimTime, type Simulation } from "../../engine/simulation.js";
import { allContainers } from "../admission/resources.js";

interface Dependency {
  readonly kind: "ConfigMap" | "Secret" | "PersistentVolumeClaim";
  readonly name: string;
  /** Volume that needs it, or undefined where a container's environment does. */
  readonly volume: string | undefined;
}

/** What is missing, in the kubelet's words. */
export interface MissingDependency {
  readonly volume: string | undefined;
  readonly message: string;
}

/** First and longest wait between two tries of a mount (initialDurationBeforeRetry, maxDurationBeforeRetry). */
const INITIAL_RETRY: SimTime = 500 * MILLISECOND;
const MAX_RETRY: SimTime = 122 * SECOND;

const NONE: readonly Dependency[] = [];
const ofSpec = new WeakMap<PodSpec, readonly Dependency[]>();

interface KeyReference {
  readonly name?: string;
  readonly optional?: boolean;
}

function dependenciesOf(spec: PodSpec): readonly Dependency[] {
  let known = ofSpec.get(spec);
  if (known === undefined) {
    const found = [...ofVolumes(spec), ...allContainers(spec).flatMap(ofEnvironment)];
    ofSpec.set(spec, (known = found.length === 0 ? NONE : found));
  }
  return known;
}

function ofVolumes({ volumes = [] }: PodSpec): Dependency[] {
  return volumes.flatMap(({ name: volume, configMap, secret, persistentVolumeClaim }): Dependency[] => {
    if (configMap?.name !== undefined && configMap.optional !== true) return [{ kind: "ConfigMap", name: configMap.name, volume }];
    if (secret?.secretName !== undefined && secret.optional !== true) return [{ kind: "Secret", name: secret.secretName, volume }];
    return persistentVolumeClaim === undefined ? [] : [{ kind: "PersistentVolumeClaim", name: persistentVolumeClaim.claimName, volume }];
  });
}

function ofEnvironment({ env = [], envFrom = [] }: Container): Dependency[] {
  const reference = (kind: Dependency["kind"], value: unknown): Dependency[] => {
    const { name, optional } = (value ?? {}) as KeyReference;
    return name === undefined || optional === true ? [] : [{ kind, name, volume: undefined }];
  };
  return [
    ...env.flatMap(({ valueFrom }) => [
      ...reference("ConfigMap", valueFrom?.["configMapKeyRef"]),
      ...reference("Secret", valueFrom?.["secretKeyRef"]),
    ]),
    ...envFrom.flatMap((source) => [...reference("ConfigMap", source["configMapRef"]), ...reference("Secret", source["secretRef"])]),
  ];
}

/** Asks the API server until one pod's dependencies are there. */
export class PodDependencies {
  /** Whether nothing is missing, as far as is known. */
  ready: boolean;
  private readonly needed: readonly Dependency[];
  private retry: EventId | undefined;
  private wait = INITIAL_RETRY;
  private asking = false;

  constructor(
    private readonly simulation: Simulation,
    private readonly client: ApiClient,
    private readonly pod: Pod,
  ) {
    this.needed = dependenciesOf(pod.spec);
    this.ready = this.needed.length === 0;
  }

  /** Asks, and again later, until all is there; `missing` is told of each try that finds something wanting. */
  ensure(ready: () => void, missing: (what: MissingDependency) => void): void {
    if (this.asking || this.retry !== undefined) return;
    this.asking = true;
    this.ask(0, (wanting) => {
      this.asking = false;
      if (wanting === undefined) {
        this.ready = true;
        ready();
        return;
      }
      missing(wanting);
      this.retry = this.simulation.after(this.wait, () => {
        this.retry = undefined;
        this.ensure(ready, missing);
      });
      this.wait = Math.min(this.wait * 2, MAX_RETRY);
    });
  }

  cancel(): void {
    if (this.retry !== undefined) this.simulation.cancel(this.retry);
    this.retry = undefined;
    this.asking = false;
  }

  private ask(index: number, done: (wanting: MissingDependency | undefined) => void): void {
    const dependency = this.needed[index] as Dependency | undefined;
    if (dependency === undefined) {
      done(undefined);
      return;
    }
    const { kind, name, volume } = dependency;
    const answered = (result: Result<ObjectsByKind[Dependency["kind"]]>): void => {
      if (!this.asking) return;
      if (result.ok && result.object.kind === "PersistentVolumeClaim" && result.object.status?.phase !== "Bound") {
        done({ volume, message: `PVC ${name} is not bound` });
      } else if (result.ok) this.ask(index + 1, done);
      else done({ volume, message: result.status.code === 404 ? `${kind.toLowerCase()} "${name}" not found` : result.status.message });
    };
    const target = { kind, name, namespace: this.pod.metadata.namespace ?? "default" };
    // The kubelet watches the ConfigMaps and Secrets of its pods and asks for their claims.
    this.client.get<Dependency["kind"]>(target, answered, kind === "PersistentVolumeClaim" ? {} : FROM_CACHE);
  }
}

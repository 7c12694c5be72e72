/**
 * The kubelet's volume manager: a pod's volumes are mounted before its containers start, those that have to be attached first after
 * the attach/detach controller says that they are.
 *
 * Source: https://kubernetes.io/docs/concepts/storage/volumes/ and kubernetes pkg/kubelet/volumemanager (volume_manager.go,
 * reconciler) and pkg/volume/util/operationexecutor (VerifyControllerAttachedVolume).
 */
import type { Pod, PodSpec, Volume } from "../../api/types/pod.js";
import type { PersistentVolume } from "../../api/types/storage.js";
import type { ApiClient } from "../../control-plane/apiserver/client.js";
import { MILLISECOND, SECOND, type EventId, type SimTime, type Simulation } from "../../engine/simulation.js";

/** First and longest wait between two looks whether a volume is attached (exponentialbackoff.go of goroutinemap). */
const INITIAL_RETRY: SimTime = 500 * MILLISECOND;
const MAX_RETRY: SimTime = 122 * SECOND;
/** After so long a pod's wait for its volumes is reported. Source: podAttachAndMountTimeout in volume_manager.go. */
const ATTACH_AND_MOUNT_TIMEOUT: SimTime = 123 * SECOND;

/** Which volumes the node uses; the node's status lists them, and the attach/detach controller leaves those alone. */
export interface VolumesInUse {
  /** @param reported called once the node's status lists the volume */
  use(volume: string, reported: () => void): void;
  release(volume: string): void;
  /** Whether the status of the node's object says that the volume is attached. */
  isAttached(volume: string, answer: (attached: boolean) => void): void;
}

export interface VolumeManagerSurroundings {
  readonly simulation: Simulation;
  readonly client: ApiClient;
  readonly inUse: VolumesInUse;
  /** How long one mount takes, and taking it away again, microseconds. */
  readonly runtime: { mountDuration(): SimTime; unmountDuration(): SimTime };
}

const NONE: readonly Volume[] = [];
const mountedOf = new WeakMap<PodSpec, readonly Volume[]>();

/** Volumes whose mounting takes a time worth counting: those of claims, and shares of the network. */
function volumesOf(spec: PodSpec): readonly Volume[] {
  let known = mountedOf.get(spec);
  if (known === undefined) {
    const found = (spec.volumes ?? []).filter(({ persistentVolumeClaim, nfs }) => persistentVolumeClaim !== undefined || nfs !== undefined);
    mountedOf.set(spec, (known = found.length === 0 ? NONE : found));
  }
  return known;
}

/** The volumes of one pod. */
export class PodVolumes {
  /** Whether all are mounted. */
  ready: boolean;
  private readonly volumes: readonly Volume[];
  private readonly unmounted: Set<string>;
  private readonly used = new Set<string>();
  private readonly events = new Set<EventId>();
  /** Answers to what was asked in an earlier round are void. */
  private round = 0;
  private working = false;
  private unmounting: EventId | undefined;

  constructor(
    private readonly surroundings: VolumeManagerSurroundings,
    private readonly pod: Pod,
  ) {
    this.volumes = volumesOf(pod.spec);
    this.unmounted = new Set(this.volumes.map(({ name }) => name));
    this.ready = this.volumes.length === 0;
  }

  /** Mounts what is not mounted; `late` gets a message each time that it takes too long. */
  ensure(ready: () => void, late: (message: string) => void): void {
    if (this.working) return;
    this.working = true;
    const { round } = this;
    this.watchTimeout(round, late);
    for (const volume of this.volumes) {
      if (!this.unmounted.has(volume.name)) continue;
      this.prepare(volume, round, () => {
        this.unmounted.delete(volume.name);
        if (this.unmounted.size > 0) return;
        this.cancel();
        this.ready = true;
        ready();
      });
    }
  }

  /** The kubelet stops, or the pod is to end: nothing further is mounted. */
  cancel(): void {
    for (const event of this.events) this.surroundings.simulation.cancel(event);
    this.events.clear();
    this.round++;
    this.working = false;
  }

  /** The pod's containers are gone: its volumes are unmounted one after the other, and `done` is called when all are. */
  release(done: () => void): void {
    this.cancel();
    const { simulation, runtime } = this.surroundings;
    let duration: SimTime = 0;
    for (const { name } of this.volumes) if (!this.unmounted.has(name)) duration += runtime.unmountDuration();
    const { unmounting } = this;
    if (duration === 0) this.letGo();
    else if (unmounting === undefined) {
      this.unmounting = simulation.after(duration, () => {
        this.unmounting = undefined;
        this.lose();
        done();
      });
      return;
    }
    done();
  }

  /** Whether nothing is left to unmount. */
  get isReleased(): boolean {
    return this.unmounting === undefined;
  }

  private letGo(): void {
    for (const volume of this.used) this.surroundings.inUse.release(volume);
    this.used.clear();
  }

  /** The machine lost power: nothing is mounted. */
  lose(): void {
    this.cancel();
    if (this.unmounting !== undefined) this.surroundings.simulation.cancel(this.unmounting);
    this.unmounting = undefined;
    this.letGo();
    for (const { name } of this.volumes) this.unmounted.add(name);
    this.ready = this.volumes.length === 0;
  }

  private prepare({ persistentVolumeClaim }: Volume, round: number, mounted: () => void): void {
    const mount = (): void => this.after(this.surroundings.runtime.mountDuration(), mounted);
    if (persistentVolumeClaim === undefined) {
      mount();
      return;
    }
    this.find(persistentVolumeClaim.claimName, round, (volume, isAttachable) => {
      if (volume.spec.csi === undefined || !isAttachable) {
        mount();
        return;
      }
      const unique = `kubernetes.io/csi/${volume.spec.csi.driver}^${volume.spec.csi.volumeHandle}`;
      this.used.add(unique);
      this.surroundings.inUse.use(unique, () => {
        if (round === this.round) this.verify(unique, INITIAL_RETRY, round, mount);
      });
    });
  }

  /** The claim's volume, and whether its driver attaches volumes at all. */
  private find(claimName: string, round: number, found: (volume: PersistentVolume, isAttachable: boolean) => void): void {
    const { client } = this.surroundings;
    const retry = (): void => this.after(INITIAL_RETRY, () => this.find(claimName, round, found));
    const namespace = this.pod.metadata.namespace ?? "default";
    client.get<"PersistentVolumeClaim">({ kind: "PersistentVolumeClaim", namespace, name: claimName }, (claim) => {
      if (round !== this.round) return;
      const name = claim.ok ? claim.object.spec.volumeName : undefined;
      if (name === undefined) {
        retry();
        return;
      }
      client.get<"PersistentVolume">({ kind: "PersistentVolume", name }, (volume) => {
        if (round !== this.round) return;
        const driver = volume.ok ? volume.object.spec.csi?.driver : undefined;
        if (!volume.ok) retry();
        else if (driver === undefined) found(volume.object, false);
        else {
          client.get<"CSIDriver">({ kind: "CSIDriver", name: driver }, (answer) => {
            if (round === this.round) found(volume.object, !(answer.ok && answer.object.spec.attachRequired === false));
          });
        }
      });
    });
  }

  /** Looks whether the node's status says that the volume is attached, and again after ever longer times. */
  private verify(unique: string, wait: SimTime, round: number, attached: () => void): void {
    this.surroundings.inUse.isAttached(unique, (isAttached) => {
      if (round !== this.round) return;
      if (isAttached) attached();
      else this.after(wait, () => this.verify(unique, Math.min(wait * 2, MAX_RETRY), round, attached));
    });
  }

  private watchTimeout(round: number, late: (message: string) => void): void {
    this.after(ATTACH_AND_MOUNT_TIMEOUT, () => {
      const list = [...this.unmounted].join(" ");
      late(
        `Unable to attach or mount volumes: unmounted volumes=[${list}], unattached volumes=[], failed to process volumes=[]: context deadline exceeded`,
      );
      this.watchTimeout(round, late);
    });
  }

  private after(delay: SimTime, action: () => void): void {
    const event = this.surroundings.simulation.after(delay, () => {
      this.events.delete(event);
      action();
    });
    this.events.add(event);
  }
}

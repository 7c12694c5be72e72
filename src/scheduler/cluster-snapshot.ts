/**
 * A picture of the cluster to try placements on, judged by the scheduler's own plugins: what a cluster autoscaler asks before it adds
 * or removes nodes. Nothing that is tried here reaches the cluster.
 *
 * Source of the idea: cluster-autoscaler/simulator/clustersnapshot
 */
import type { Node, Pod, Timestamp } from "../api/types/index.js";
import type { RandomStream } from "../engine/random.js";
import { Cache } from "./cache/cache.js";
import { buildProfiles, DEFAULT_SCHEDULER_NAME, type PluginFactories } from "./configuration/build-profiles.js";
import type { SchedulerConfiguration } from "./configuration/types.js";
import { CycleState } from "./framework/cycle-state.js";
import type { Handle } from "./framework/handle.js";
import type { Listers } from "./framework/listers.js";
import { PodInfo } from "./framework/pod-info.js";
import { PodShapes } from "./framework/pod-shape.js";
import type { Profile } from "./framework/profile.js";
import { ResourceIndex } from "./framework/resources.js";
import { Nominator } from "./queue/nominator.js";

export interface ClusterSnapshotOptions {
  /** Objects beside nodes and pods that plugins look at. */
  readonly listers: Listers;
  readonly now: () => Timestamp;
  readonly stream: (name: string) => RandomStream;
  readonly configuration?: SchedulerConfiguration;
  /** Plugins that are not in-tree, by name. */
  readonly plugins?: PluginFactories;
}

/** Several schedulers' pods are judged by the first profile where none is named as theirs. */
export class ClusterSnapshot {
  private readonly cache: Cache;
  private readonly shapes: PodShapes;
  private readonly profiles: ReadonlyMap<string, Profile>;
  private readonly fallback: Profile;
  /** What undoes each change since the first fork, and how many there were at each fork. */
  private readonly undo: (() => void)[] = [];
  private readonly forks: number[] = [];
  private searchStart = 0;
  private readonly infos = new WeakMap<Pod, PodInfo>();

  /** @throws StartError where kube-scheduler would not start with the configuration */
  constructor(options: ClusterSnapshotOptions) {
    const resources = new ResourceIndex();
    this.cache = new Cache(resources);
    this.shapes = new PodShapes(resources);
    const handle: Handle = {
      cache: this.cache,
      shapes: this.shapes,
      listers: options.listers,
      nominator: new Nominator(),
      versions: { namespaces: 0, selectors: 0 },
      now: options.now,
      stream: options.stream,
    };
    this.profiles = buildProfiles(options.configuration ?? {}, handle, options.plugins);
    this.fallback = this.profiles.get(DEFAULT_SCHEDULER_NAME) ?? [...this.profiles.values()][0];
  }

  /** Adds the node, or puts it in the place of the one of that name. */
  setNode(node: Node): void {
    const { name } = node.metadata;
    const previous = this.cache.node(name)?.node;
    this.cache.addNode(node);
    this.remember(() => {
      if (previous === undefined) this.cache.removeNode(name);
      else this.cache.addNode(previous);
    });
  }

  removeNode(name: string): void {
    const previous = this.cache.node(name)?.node;
    if (previous === undefined) return;
    this.cache.removeNode(name);
    this.remember(() => this.cache.addNode(previous));
  }

  /** Puts the pod on the node, from wherever it was before. */
  setPod(pod: Pod, node: string): void {
    const info = this.infoOf(pod);
    const { uid } = info;
    const previous = this.cache.pod(uid);
    const previousNode = this.cache.nodeOfPod(uid)?.name;
    this.cache.addPod(info, node);
    this.remember(() => {
      if (previous === undefined || previousNode === undefined) this.cache.removePod(uid);
      else this.cache.addPod(previous, previousNode);
    });
  }

  removePod(pod: Pod): void {
    const { uid } = this.infoOf(pod);
    const previous = this.cache.pod(uid);
    const node = this.cache.nodeOfPod(uid)?.name;
    if (previous === undefined || node === undefined) return;
    this.cache.removePod(uid);
    this.remember(() => this.cache.addPod(previous, node));
  }

  /** Pods on a node, tried ones included. */
  podsOn(node: string): readonly Pod[] {
    return (this.cache.node(node)?.pods ?? []).map(({ pod }) => pod);
  }

  /** Differs whenever the node or its pods do; undefined where there is no such node. */
  generation(node: string): number | undefined {
    return this.cache.node(node)?.generation;
  }

  /** Why the pod cannot go on the node, in the plugins' words; undefined where it can. */
  rejection(pod: Pod, node: string): readonly string[] | undefined {
    const target = this.cache.node(node);
    if (target === undefined) return [`node ${JSON.stringify(node)} not found`];
    const info = this.infoOf(pod);
    const profile = this.profileOf(pod);
    const state = new CycleState();
    const { status, nodeNames } = profile.runPreFilter(state, info);
    if (status !== undefined) return status.reasons;
    if (nodeNames?.has(node) === false) return ["node(s) didn't satisfy plugin(s) that narrow the search"];
    return profile.runFilter(state, info, target)?.reasons;
  }

  /** The first accepted node on which the pod can go; the search begins where the last one of the trials ended. */
  firstFit(pod: Pod, accepts: (node: string) => boolean): string | undefined {
    const info = this.infoOf(pod);
    const profile = this.profileOf(pod);
    const state = new CycleState();
    const { status, nodeNames } = profile.runPreFilter(state, info);
    if (status !== undefined) return undefined;
    const { nodes } = this.cache;
    for (let i = 0; i < nodes.length; i++) {
      const at = (this.searchStart + i) % nodes.length;
      const { name } = nodes[at];
      if (nodeNames?.has(name) === false || !accepts(name) || profile.runFilter(state, info, nodes[at]) !== undefined) continue;
      this.searchStart = at;
      return name;
    }
    return undefined;
  }

  /** Changes from here on can be taken back. */
  fork(): void {
    if (this.forks.length === 0) this.searchStart = 0;
    this.forks.push(this.undo.length);
  }

  /** Takes back all changes since the last fork. */
  revert(): void {
    const start = this.forks.pop() ?? 0;
    while (this.undo.length > start) this.undo.pop()!();
  }

  /** Keeps the changes since the last fork, as changes of the fork around it. */
  commit(): void {
    this.forks.pop();
    if (this.forks.length === 0) this.undo.length = 0;
  }

  private remember(undo: () => void): void {
    if (this.forks.length > 0) this.undo.push(undo);
  }

  /** Trials ask for the same pods again and again. */
  private infoOf(pod: Pod): PodInfo {
    let info = this.infos.get(pod);
    if (info === undefined) this.infos.set(pod, (info = new PodInfo(pod, this.shapes.shapeOf(pod))));
    return info;
  }

  private profileOf(pod: Pod): Profile {
    return this.profiles.get(pod.spec.schedulerName ?? DEFAULT_SCHEDULER_NAME) ?? this.fallback;
  }
}

/** Names as recordings have them: generated suffixes are replaced by the order of creation. */
import type { ApiObject } from "../../../src/api/types/meta.js";
import type { Pod } from "../../../src/api/types/pod.js";

const COMPLETION_INDEX = "batch.kubernetes.io/job-completion-index";

export class Naming {
  private readonly byUid = new Map<string, string>();
  /** Canonical names by the names and the uids that objects really have, for texts. */
  private readonly byRealName = new Map<string, string>();
  /** Names of objects that stand for themselves. */
  private readonly plainNames = new Set<string>();
  private readonly counters = new Map<string, number>();

  /** To be called for objects in the order of their creation. */
  see(object: ApiObject): void {
    const { uid = "", name } = object.metadata;
    if (this.byUid.has(uid)) return;
    const named = this.nameOf(object);
    this.byUid.set(uid, named);
    this.byRealName.set(uid, named);
    // A StatefulSet's pods have the names that they are called by in texts.
    if (named !== name && !named.startsWith(`${name}#`)) this.byRealName.set(name, named);
    else this.plainNames.add(name);
  }

  of(object: ApiObject): string {
    this.see(object);
    return this.byUid.get(object.metadata.uid ?? "")!;
  }

  /** What the name of an object stands for in texts and events; names that nobody generated stand for themselves. */
  ofName(name: string): string {
    return this.byRealName.get(name) ?? name;
  }

  /** A text with generated names replaced; names that were drawn but never used end with `<random>`. */
  text(text: string): string {
    return text.replace(/[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?/g, (word) => this.byRealName.get(word) ?? this.drawn(word) ?? word);
  }

  private drawn(word: string): string | undefined {
    const match = /^(.*)-[bcdfghjklmnpqrstvwxz2456789]{5}$/.exec(word);
    if (match === null || this.plainNames.has(word)) return undefined;
    const owner = this.byRealName.get(match[1]) ?? (this.plainNames.has(match[1]) ? match[1] : undefined);
    return owner === undefined ? undefined : `${owner}-<random>`;
  }

  private nameOf(object: ApiObject): string {
    const { name, ownerReferences = [] } = object.metadata;
    const owner = ownerReferences.find((reference) => reference.controller === true);
    if (owner === undefined) return name;
    const parent = this.byUid.get(owner.uid) ?? owner.name;
    switch (object.kind) {
      case "ReplicaSet":
        return `${parent}-rs${this.next(`ReplicaSet ${parent}`)}`;
      case "EndpointSlice":
        return `${parent}-slice${this.next(`EndpointSlice ${parent}`)}`;
      case "ControllerRevision":
        return `${parent}-rev${this.next(`ControllerRevision ${parent}`)}`;
      case "Job":
        return `${parent}-j${this.next(`Job ${parent}`)}`;
      case "Pod":
        return this.podName(object as Pod, owner.kind, parent);
      default:
        return name;
    }
  }

  private podName(pod: Pod, ownerKind: string, parent: string): string {
    const { name, annotations } = pod.metadata;
    if (ownerKind === "StatefulSet") return `${name}#${this.next(`Pod ${name}`)}`;
    if (ownerKind === "DaemonSet") {
      const place = `${parent}@${nodeOfDaemon(pod)}`;
      return `${place}#${this.next(`Pod ${place}`)}`;
    }
    const index = annotations?.[COMPLETION_INDEX];
    if (index !== undefined) {
      const place = `${parent}-i${index}`;
      return `${place}#${this.next(`Pod ${place}`)}`;
    }
    return `${parent}-p${this.next(`Pod ${parent}`)}`;
  }

  private next(counter: string): number {
    const value = (this.counters.get(counter) ?? 0) + 1;
    this.counters.set(counter, value);
    return value;
  }
}

/** A DaemonSet's pod names its node in its affinity before it is bound. */
function nodeOfDaemon({ spec }: Pod): string {
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  return terms[0]?.matchFields?.find(({ key }) => key === "metadata.name")?.values?.[0] ?? spec.nodeName ?? "";
}

/** The group that a pod's canonical name belongs to, read from the name alone: `web-rs1-p3` is of `web-rs1`. */
export function groupOfPodName(name: string): string {
  return name
    .replace(/-p\d+$/, "")
    .replace(/-i\d+#\d+$/, "")
    .replace(/@.*#\d+$/, "")
    .replace(/#\d+$/, "");
}

/** Carries out what a recording's client did, one action after the other. */
import { decode } from "../../../src/api/decode.js";
import { kindByResourceName, kindInfo, type Kind, type ObjectsByKind } from "../../../src/api/kinds.js";
import { parseSelector } from "../../../src/api/selector.js";
import type { ApiObject } from "../../../src/api/types/meta.js";
import type { Node } from "../../../src/api/types/node.js";
import type { Pod } from "../../../src/api/types/pod.js";
import type { ApiStatus, Result, Scalable, Target } from "../../../src/control-plane/apiserver/client.js";
import { SECOND } from "../../../src/engine/simulation.js";
import { parseKubectl } from "../../../src/scenario/kubectl/command.js";
import { setSchedulable } from "../../../src/scenario/kubectl/cordon.js";
import { drainNode } from "../../../src/scenario/kubectl/drain.js";
import { runScript, type Script } from "../../../src/scenario/kubectl/script.js";
import { KubectlError } from "../../../src/scenario/kubectl/kubectl-error.js";
import { KubectlSession } from "../../../src/scenario/kubectl/session.js";
import { applyJsonPatch, type JsonPatchStep, mergeJson, mergeStrategically } from "../../../src/scenario/kubectl/strategic-merge.js";
import { encode } from "../../../src/api/encode.js";
import type { Action, ActionError, DrainAction, DrainLine, OwnActionResult, Selected } from "./case.js";
import { wholeSecondOf } from "./fates.js";
import { ended, withReadiness } from "./pod-reports.js";
import type { RecordedCluster } from "./recorded-cluster.js";
import type { WatchClient } from "./watch-client.js";

type Done = (error?: ActionError) => void;

const NAMESPACE = "default";

/** Lines that kubectl prints but its drain library, which made the recordings, does not. */
const KUBECTL_ONLY = /(?: evicted| deleted| drained| cordoned| uncordoned)$/;

export class Actions {
  readonly results: OwnActionResult[] = [];
  readonly drain: DrainLine[] = [];
  /** Every pod ever made, in order of creation. */
  private readonly pods: Pod[] = [];

  constructor(
    private readonly recorded: RecordedCluster,
    private readonly watch: WatchClient,
    private readonly actions: readonly Action[],
  ) {
    recorded.cluster.apiServer.onCommit(({ kind, type, object }) => {
      if (kind === "Pod" && type === "ADDED") this.pods.push(object as Pod);
    });
  }

  /** Schedules all actions; each begins at its time, or when the one before has been answered. */
  start(): void {
    this.next(0);
  }

  /** Makes objects that are there before the first action. */
  setUp(objects: readonly unknown[]): void {
    this.apply(objects.map(manifest), (error) => {
      if (error !== undefined) throw new Error(`setup: ${error.error}`);
    });
  }

  private next(index: number): void {
    const action = this.actions.at(index);
    if (index >= this.actions.length || action === undefined) return;
    const { simulation } = this.recorded.cluster;
    simulation.at(Math.max(simulation.now, this.recorded.start + Math.round(action.at * SECOND)), () => {
      const begin = this.watch.now();
      this.carryOut(action, (error) => {
        this.results.push({ at: action.at, begin, answered: this.watch.now(), ...(error !== undefined && { errors: [error] }) });
        this.next(index + 1);
      });
    });
  }

  private carryOut(action: Action, done: Done): void {
    const { cluster, load } = this.recorded;
    const { kubectl } = cluster;
    const answered = <T>(result: Result<T>): void => {
      done(result.ok ? undefined : this.errorOf(result.status));
    };
    if (action.apply !== undefined) this.apply(action.apply.map(manifest), done);
    else if (action.delete !== undefined) {
      const { resource, graceSeconds, propagationPolicy } = action.delete;
      kubectl.delete(
        this.target(kindOf(resource), action.delete),
        {
          ...(graceSeconds !== undefined && { gracePeriodSeconds: graceSeconds }),
          ...(propagationPolicy !== undefined && { propagationPolicy: propagationPolicy as "Background" }),
        },
        answered,
      );
    } else if (action.patch !== undefined) {
      const { resource, patch, type = "merge" } = action.patch;
      kubectl.patch(this.target(kindOf(resource), action.patch), (current) => patched(current, patch, type) as typeof current, answered);
    } else if (action.scale !== undefined) {
      const { resource, replicas } = action.scale;
      const target = this.target(kindOf(resource), action.scale) as Target<Scalable>;
      kubectl.scales.patch(target, (scale) => ({ ...scale, spec: { replicas } }), answered);
    } else if (action.cordon !== undefined) this.setUnschedulable(action.cordon, true, answered);
    else if (action.uncordon !== undefined) this.setUnschedulable(action.uncordon, false, answered);
    else if (action.evict !== undefined) {
      const { graceSeconds } = action.evict;
      kubectl.evict(
        this.target("Pod", action.evict),
        { ...(graceSeconds !== undefined && { gracePeriodSeconds: graceSeconds }) },
        answered,
      );
    } else if (action.podReady !== undefined) {
      const { ready } = action.podReady;
      const now = wholeSecondOf(cluster);
      kubectl.patchStatus(this.target("Pod", action.podReady), (pod) => ({ ...pod, status: withReadiness(pod, ready, now) }), answered);
    } else if (action.podFate !== undefined) {
      const { phase, exitCode = phase === "Failed" ? 1 : 0 } = action.podFate;
      const now = wholeSecondOf(cluster);
      kubectl.patchStatus(this.target("Pod", action.podFate), (pod) => ({ ...pod, status: ended(pod, phase, exitCode, now) }), answered);
    } else if (action.rollback !== undefined) this.rollBack(action.rollback, done);
    else {
      if (action.drain !== undefined) this.drainOf(action.drain);
      else if (action.stopKubelet !== undefined) this.recorded.stopKubelet(action.stopKubelet);
      else if (action.startKubelet !== undefined) this.recorded.startKubelet(action.startKubelet);
      else if (action.addNodes !== undefined) this.recorded.addNodes(action.addNodes);
      else if (action.metrics !== undefined) load.set(action.metrics.selector, action.metrics.cpuMilli);
      else throw new Error(`no action is known in ${JSON.stringify(action)}`);
      done();
    }
  }

  private apply(objects: readonly ApiObject[], done: Done): void {
    const [first, ...rest] = objects;
    if (first === undefined) {
      done();
      return;
    }
    this.recorded.cluster.kubectl.create(first as ObjectsByKind[Kind], (result) => {
      if (result.ok) this.apply(rest, done);
      else done(this.errorOf(result.status));
    });
  }

  private setUnschedulable(name: string, unschedulable: boolean, answered: (result: Result<Node>) => void): void {
    const change = { spec: { unschedulable: unschedulable ? true : null } };
    this.recorded.cluster.kubectl.patch<"Node">({ kind: "Node", name }, (node) => patched(node, change, "merge") as Node, answered);
  }

  private rollBack({ deployment, toRevision = 0 }: NonNullable<Action["rollback"]>, done: Done): void {
    const command = parseKubectl(`rollout undo deployment/${deployment} --to-revision=${toRevision}`, () => []);
    const { cluster } = this.recorded;
    command.run(cluster.kubectl, cluster.simulation, cluster.epoch, ({ errors }) => {
      done(errors.length === 0 ? undefined : { error: errors[0].replace(/^error: /, "") });
    });
  }

  private drainOf({ node: name, timeoutSeconds, graceSeconds, ...flags }: DrainAction): void {
    const session = new TimedSession(this.recorded.cluster, (stream, text) => {
      this.write(stream, text);
    });
    const script = function* (): Script<void> {
      const node = yield* session.get({ kind: "Node", name });
      yield* setSchedulable(session, node, false);
      yield* drainNode(session, node, {
        ignoreDaemonSets: flags.ignoreDaemonSets === true,
        force: flags.force === true,
        deleteEmptyDirData: flags.deleteEmptyDirData === true,
        disableEviction: flags.disableEviction === true,
        ...(timeoutSeconds !== undefined && { timeout: timeoutSeconds * SECOND }),
        ...(graceSeconds !== undefined && { gracePeriodSeconds: graceSeconds }),
      });
    };
    runScript(
      script(),
      () => this.write("done", null),
      (error) => {
        if (!(error instanceof KubectlError)) throw error;
        this.write("done", error.message);
      },
    );
  }

  private write(stream: DrainLine["stream"], text: string | null): void {
    this.drain.push({ t: Math.round(this.watch.now()), stream, text: text === null ? null : this.watch.naming.text(text) });
  }

  private target<K extends Kind>(kind: K, { name, selector, ordinal = 0 }: Selected): Target<K> {
    const namespaced = kindInfo(kind)!.namespaced && { namespace: NAMESPACE };
    if (name !== undefined) return { kind, ...namespaced, name };
    if (selector === undefined || kind !== "Pod") throw new Error("an action needs a name, or a selector of pods");
    const matches = parseSelector(selector);
    const pod = this.pods.filter(({ metadata }) => matches(metadata.labels)).at(ordinal);
    return { kind, ...namespaced, name: pod?.metadata.name ?? "" };
  }

  private errorOf({ message, code, reason, causes = [] }: ApiStatus): ActionError {
    const cause = causes.at(0);
    return {
      error: this.watch.naming.text(message),
      code,
      reason,
      ...(cause !== undefined && { cause: `${cause.type}: ${cause.message}` }),
    };
  }
}

/** What a command prints goes to a listener, by stream, when it is printed. */
class TimedSession extends KubectlSession {
  constructor(
    { kubectl, simulation, epoch }: RecordedCluster["cluster"],
    private readonly listener: (stream: "out" | "err", text: string) => void,
  ) {
    super(kubectl, simulation, epoch);
  }

  override print(line: string): void {
    if (!KUBECTL_ONLY.test(line)) this.listener("out", line);
  }

  override warn(line: string): void {
    // The library shouts where the command does not.
    this.listener("err", line.replace(/^Warning: /, "WARNING: "));
  }
}

function manifest(value: unknown): ApiObject {
  const object = decode(value);
  const namespaced = kindInfo(object.kind)?.namespaced === true;
  return namespaced ? { ...object, metadata: { ...object.metadata, namespace: object.metadata.namespace ?? NAMESPACE } } : object;
}

function kindOf(resource: string): Kind {
  const info = kindByResourceName(resource);
  if (info === undefined) throw new Error(`no resource is called ${resource}`);
  return info.kind;
}

/** The object as the wire has it is what a patch changes. */
function patched(current: ApiObject, patch: unknown, type: "merge" | "strategic" | "json"): ApiObject {
  const plain = encode(current);
  const changed =
    type === "json"
      ? applyJsonPatch(plain, patch as JsonPatchStep[])
      : type === "merge"
        ? mergeJson(plain, patch)
        : mergeStrategically(plain, patch);
  return decode(changed);
}

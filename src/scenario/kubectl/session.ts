/** One run of a kubectl command: its connection, its clock and what it prints. */
import { kindInfo, type Kind, type KindInfo, type ObjectsByKind } from "../../api/kinds.js";
import type { ApiObject, LabelSelector, Timestamp } from "../../api/types/meta.js";
import type { DeleteOptions, ListOptions, Result, Target } from "../../control-plane/apiserver/client.js";
import type { SimTime, Simulation } from "../../engine/simulation.js";
import type { NodeMetrics, PodMetrics } from "../../cluster/metrics/metrics-api.js";
import type { KubectlClient } from "../simulated-cluster.js";
import type { CommandResult } from "./command-result.js";
import { ExitCode, KubectlError, ServerError } from "./kubectl-error.js";
import { answer, type Script } from "./script.js";

/** An object of any served kind. */
export type AnyObject = ObjectsByKind[Kind];

export class KubectlSession {
  /** stdout and stderr in order, line by line. */
  readonly output: string[] = [];
  /** Simulated time at which the command began. */
  readonly start: SimTime;
  /** Whether nothing but time ends the command. */
  isWatching = false;
  private readonly failures: KubectlError[] = [];
  private readonly stderr: string[] = [];

  constructor(
    readonly client: KubectlClient,
    readonly simulation: Simulation,
    readonly epoch: Timestamp,
  ) {
    this.start = simulation.now;
  }

  /** The wall clock that the administrator sees. */
  get clock(): Timestamp {
    return this.epoch + this.simulation.now;
  }

  get hasFailed(): boolean {
    return this.failures.length > 0;
  }

  print(line: string): void {
    this.output.push(line);
  }

  /** Writes to stderr without an effect on the exit code. */
  warn(line: string): void {
    this.output.push(line);
    this.stderr.push(line);
  }

  /** The command goes on and ends with exit code 1 and this error on stderr. */
  fail(error: KubectlError): void {
    this.failures.push(error);
  }

  /** Writes the errors at the end of the output, as kubectl does when all else is done. */
  end(): CommandResult {
    const { failures, output } = this;
    const said = failures.length === 1 ? [failures[0].alone] : failures.map(({ message }) => message);
    // An answer such as "no" is told by the exit code alone.
    const errors = said.filter((text) => text !== "");
    const lines = errors.flatMap((text) => text.split("\n"));
    const stderr = [...this.stderr, ...lines];
    const [failure] = failures;
    const exitCode = failure === undefined ? 0 : failure instanceof ExitCode ? failure.code : 1;
    return { exitCode, output: [...output, ...lines], errors, ...(stderr.length > 0 && { stderr }) };
  }

  *sleep(delay: SimTime): Script<void> {
    yield* answer<undefined>((done) => this.simulation.after(delay, () => done(undefined)));
  }

  /** @throws ServerError */
  *get<K extends Kind>(target: Target<K>): Script<ObjectsByKind[K]> {
    return accepted(yield* answer<Result<ObjectsByKind[K]>>((done) => this.client.get(target, done)));
  }

  /** The object, or undefined where there is none. @throws ServerError for other refusals */
  *find<K extends Kind>(target: Target<K>): Script<ObjectsByKind[K] | undefined> {
    const result = yield* answer<Result<ObjectsByKind[K]>>((done) => this.client.get(target, done));
    return !result.ok && result.status.reason === "NotFound" ? undefined : accepted(result);
  }

  *list<K extends Kind>(kind: K, namespace?: string, labelSelector?: LabelSelector): Script<readonly ObjectsByKind[K][]> {
    const options = { ...(namespace !== undefined && { namespace }), ...(labelSelector !== undefined && { labelSelector }) };
    return accepted(yield* answer<Result<readonly ObjectsByKind[K][]>>((done) => this.client.list(kind, options, done)));
  }

  /** @throws KubectlError where there is no metrics-server */
  *podMetrics(options: ListOptions): Script<readonly PodMetrics[]> {
    return measured(yield* answer<Result<readonly PodMetrics[]>>((done) => this.client.podMetrics(options, done)));
  }

  /** @throws KubectlError where there is no metrics-server */
  *nodeMetrics(options: ListOptions): Script<readonly NodeMetrics[]> {
    return measured(yield* answer<Result<readonly NodeMetrics[]>>((done) => this.client.nodeMetrics(options, done)));
  }

  /**
   * Looks at an object, and again at each change that a watch tells of, until `judge` has an answer.
   *
   * @param judge gets undefined while there is no such object; undefined is no answer; what it throws is thrown on
   * @param deadline time at which to give up; absent: never
   * @returns the answer, or undefined where the time is up
   */
  *follow<K extends Kind, R extends object>(
    target: Target<K>,
    judge: (current: ObjectsByKind[K] | undefined) => R | undefined,
    deadline?: SimTime,
  ): Script<R | undefined> {
    const ended = yield* answer<{ readonly answer?: R; readonly error?: Error }>((done) => {
      const { client, simulation } = this;
      let isOver = false;
      let newest: ObjectsByKind[K] | undefined;
      const end = (result: { readonly answer?: R; readonly error?: Error }): void => {
        if (isOver) return;
        isOver = true;
        stop();
        if (timer !== undefined) simulation.cancel(timer);
        done(result);
      };
      const look = (current: ObjectsByKind[K] | undefined): void => {
        try {
          const found = judge(current);
          if (found !== undefined) end({ answer: found });
        } catch (error) {
          end({ error: error as Error });
        }
      };
      const timer = deadline === undefined ? undefined : simulation.at(Math.max(simulation.now, deadline), () => end({}));
      const stop = client.watch(target, (current, last) => {
        // What the first look has seen already is told again where the watch lags behind.
        if (newest !== undefined && (current === undefined ? last.metadata.uid !== newest.metadata.uid : !isLater(current, newest))) return;
        newest = current;
        look(current);
      });
      client.get(target, (result) => {
        if (isOver) return;
        if (!result.ok && result.status.reason !== "NotFound") {
          end({ error: new ServerError(result.status) });
          return;
        }
        const current = result.ok ? result.object : undefined;
        if (newest !== undefined && (current === undefined || !isLater(current, newest))) return;
        newest = current;
        look(current);
      });
    });
    if (ended.error !== undefined) throw ended.error;
    return ended.answer;
  }

  *create(object: ApiObject): Script<AnyObject> {
    return accepted(yield* answer<Result<AnyObject>>((done) => this.client.create(object as AnyObject, done)));
  }

  *update(object: ApiObject): Script<AnyObject> {
    return accepted(yield* answer<Result<AnyObject>>((done) => this.client.update(object as AnyObject, done)));
  }

  *patch<K extends Kind>(target: Target<K>, change: (current: ObjectsByKind[K]) => ObjectsByKind[K]): Script<ObjectsByKind[K]> {
    return accepted(yield* answer<Result<ObjectsByKind[K]>>((done) => this.client.patch(target, change, done)));
  }

  /** Patches an object that was fetched before; the edit is applied to what is stored by then. @throws ServerError */
  *change(object: ApiObject, edit: (current: ApiObject) => ApiObject): Script<AnyObject> {
    return yield* this.patch(targetOf(object), (current) => edit(current) as AnyObject);
  }

  *delete<K extends Kind>(target: Target<K>, options: DeleteOptions): Script<ObjectsByKind[K]> {
    return accepted(yield* answer<Result<ObjectsByKind[K]>>((done) => this.client.delete(target, options, done)));
  }
}

/** Versions are compared as numbers, as kubectl's watches may since Kubernetes 1.35 (KEP-5504). */
function isLater(one: ApiObject, other: ApiObject): boolean {
  return Number(one.metadata.resourceVersion ?? 0) > Number(other.metadata.resourceVersion ?? 0);
}

function measured<T>(result: Result<T>): T {
  if (!result.ok && result.status.reason === "NotFound") throw new KubectlError("Metrics API not available");
  return accepted(result);
}

function accepted<T>(result: Result<T>): T {
  if (!result.ok) throw new ServerError(result.status);
  return result.object;
}

/** `deployment.apps/web`, `pod/web-1`: kind and group as kubectl prints them. */
export function displayName(info: Pick<KindInfo, "apiVersion" | "singular">, name: string): string {
  return `${displayKind(info)}/${name}`;
}

/** `deployment.apps` for an object as it is stored. */
export function displayKindOf(object: ApiObject): string {
  return displayKind(kindInfo(object.kind)!);
}

/** `deployment.apps`, `pod`. */
export function displayKind(info: Pick<KindInfo, "apiVersion" | "singular">): string {
  const group = groupOf(info);
  return group === "" ? info.singular : `${info.singular}.${group}`;
}

/** The API group, "" for the core. */
export function groupOf(info: Pick<KindInfo, "apiVersion">): string {
  const slash = info.apiVersion.indexOf("/");
  return slash < 0 ? "" : info.apiVersion.slice(0, slash);
}

/** `deployment.apps/web` for an object as it is stored. */
export function displayNameOf(object: ApiObject): string {
  // A Scale is no kind that is stored.
  const info = kindInfo(object.kind) ?? { apiVersion: object.apiVersion, singular: object.kind.toLowerCase() };
  return displayName(info, object.metadata.name);
}

/** Names an object as it is stored. */
export function targetOf(object: ApiObject): Target {
  const { namespace, name } = object.metadata;
  return { kind: object.kind as Kind, name, ...(namespace !== undefined && { namespace }) };
}

/** Names an object of a kind in a namespace; cluster-scoped kinds have none. */
export function targetIn<K extends Kind>(info: KindInfo & { readonly kind: K }, namespace: string, name: string): Target<K> {
  return info.namespaced ? { kind: info.kind, namespace, name } : { kind: info.kind, name };
}

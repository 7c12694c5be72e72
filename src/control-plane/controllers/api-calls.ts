/** An API client's requests as tasks: each waits for its answer and throws an ApiError where it was refused. */
import type { Kind, ObjectsByKind } from "../../api/kinds.js";
import type { ObjectReference } from "../../api/types/index.js";
import type { ApiClient, DeleteOptions, ListOptions, Result, Target } from "../apiserver/client.js";
import { ApiError, suspend, type Task } from "./task.js";

function* answered<T>(start: (done: (result: Result<T>) => void) => void): Task<T> {
  const result = yield* suspend<Result<T>>(start);
  if (!result.ok) throw new ApiError(result.status);
  return result.object;
}

export class ApiCalls {
  constructor(private readonly client: ApiClient) {}

  create<K extends Kind>(object: ObjectsByKind[K]): Task<ObjectsByKind[K]> {
    return answered((done) => this.client.create<K>(object, done));
  }

  update<K extends Kind>(object: ObjectsByKind[K]): Task<ObjectsByKind[K]> {
    return answered((done) => this.client.update<K>(object, done));
  }

  updateStatus<K extends Kind>(object: ObjectsByKind[K]): Task<ObjectsByKind[K]> {
    return answered((done) => this.client.updateStatus<K>(object, done));
  }

  patch<K extends Kind>(target: Target<K>, change: (current: ObjectsByKind[K]) => ObjectsByKind[K]): Task<ObjectsByKind[K]> {
    return answered((done) => this.client.patch<K>(target, change, done));
  }

  patchStatus<K extends Kind>(target: Target<K>, change: (current: ObjectsByKind[K]) => ObjectsByKind[K]): Task<ObjectsByKind[K]> {
    return answered((done) => this.client.patchStatus<K>(target, change, done));
  }

  delete<K extends Kind>(target: Target<K>, options?: DeleteOptions): Task<ObjectsByKind[K]> {
    return answered((done) => this.client.delete<K>(target, options, done));
  }

  get<K extends Kind>(target: Target<K>): Task<ObjectsByKind[K]> {
    return answered((done) => this.client.get<K>(target, done));
  }

  list<K extends Kind>(kind: K, options: ListOptions = {}): Task<readonly ObjectsByKind[K][]> {
    return answered((done) => this.client.list<K>(kind, options, done));
  }

  recordEvent(regarding: ObjectReference, type: "Normal" | "Warning", reason: string, message: string): void {
    this.client.recordEvent(regarding, type, reason, message);
  }
}

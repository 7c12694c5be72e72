/**
 * Writes objects to the store and tells of each change: every write of the registry ends here. A rehearsal (the dry run of a request)
 * does all that comes before and stores nothing.
 *
 * Source: k8s.io/apiserver/pkg/registry/generic/registry/dryrun.go, https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run
 */
import type { Kind } from "../../../api/kinds.js";
import type { ApiObject, ObjectMeta } from "../../../api/types/meta.js";
import type { Service } from "../../../api/types/network.js";
import type { AdmissionChain } from "../admission/admission.js";
import type { Change } from "../change.js";
import type { ObjectStore, StoreEntry } from "../object-store.js";
import type { ServiceAllocations } from "../services/service-allocations.js";

export interface ObjectWriterOptions {
  readonly store: ObjectStore;
  /** Hears of each write, since what it makes of pods may depend on it. */
  readonly admission: AdmissionChain;
  readonly services: ServiceAllocations;
  /** Gets each change in the order in which it has to be committed. */
  readonly emit: (change: Change) => void;
}

export class ObjectWriter {
  private rehearsing = false;

  constructor(private readonly options: ObjectWriterOptions) {}

  get isRehearsal(): boolean {
    return this.rehearsing;
  }

  /** Does what a request asks for, checks and all, and stores nothing of it. */
  rehearse<T>(work: () => T): T {
    this.rehearsing = true;
    try {
      return work();
    } finally {
      this.rehearsing = false;
    }
  }

  /** Stores a new object under the revision that it names already; rehearsals do not come here. */
  added(kind: Kind, object: ApiObject, revision: number): ApiObject {
    const { key } = this.options.store.add(kind, object);
    this.options.admission.changed(kind);
    this.options.emit({ type: "ADDED", kind, key, object, previous: undefined, revision, time: -1 });
    return object;
  }

  /** @param object a copy that nobody else holds yet: its metadata is replaced here */
  replaced(kind: Kind, entry: StoreEntry, object: ApiObject): ApiObject {
    if (this.rehearsing) return object;
    const revision = this.options.store.nextRevision();
    (object as { metadata: ObjectMeta }).metadata = { ...object.metadata, resourceVersion: String(revision) };
    return this.replacedAt(kind, entry, object, revision);
  }

  /** Puts an object in the place of another as it is, with the revision that it names already. */
  replacedAt(kind: Kind, entry: StoreEntry, object: ApiObject, revision: number): ApiObject {
    const { store, emit, admission } = this.options;
    admission.changed(kind);
    const previous = entry.object;
    store.replace(kind, entry, object);
    emit({ type: "MODIFIED", kind, key: entry.key, object, previous, revision, time: -1 });
    return object;
  }

  removed(kind: Kind, entry: StoreEntry, last: ApiObject): ApiObject {
    if (this.rehearsing) return last;
    const { store, emit, admission, services } = this.options;
    admission.changed(kind);
    if (kind === "Service") services.release(entry.object as Service);
    store.remove(kind, entry);
    emit({ type: "DELETED", kind, key: entry.key, object: last, previous: entry.object, revision: store.nextRevision(), time: -1 });
    return last;
  }

  /** Writes the status of another object together with a request. */
  readonly writeStatus = (object: ApiObject): void => {
    const kind = object.kind as Kind;
    const { namespace, name } = object.metadata;
    this.replaced(kind, this.options.store.entry(kind, namespace, name)!, object);
  };
}

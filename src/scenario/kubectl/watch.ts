/** kubectl get --watch: what is there, and each change from then on. Source: kubectl/pkg/cmd/get/get.go watch */
import { encode } from "../../api/encode.js";
import type { KindInfo } from "../../api/kinds.js";
import { labelSelectorMatches } from "../../api/selector.js";
import type { SimTime } from "../../engine/simulation.js";
import { checkFields, matchesFields } from "./field-selector.js";
import { KubectlError } from "./kubectl-error.js";
import { ObjectTable, type TableOptions } from "./object-table.js";
import type { Print } from "./printers.js";
import { answer, type Script } from "./script.js";
import { resolve, type Selection } from "./selection.js";
import type { AnyObject, KubectlSession } from "./session.js";
import { sortByKey } from "./sort-by.js";

export interface WatchOptions {
  /** Whether what is there already is printed, too. */
  readonly showsFirst: boolean;
  /** Whether each line says ADDED, MODIFIED or DELETED. */
  readonly tellsEvents: boolean;
  readonly table: TableOptions;
  /** Absent: the table. */
  readonly print?: Print;
  /** How long the server lets the watch go on; absent: without end. */
  readonly lasts?: SimTime;
}

type WatchEvent = "ADDED" | "MODIFIED" | "DELETED";

export function* watchObjects(session: KubectlSession, selection: Selection, options: WatchOptions): Script<void> {
  const info = watchedKind(selection);
  if (selection.fields !== undefined) checkFields(selection.fields, info.kind);
  const print = printerOfChanges(session, info, options);
  const changes = new Changes(selection, print);
  const stop = session.client.watchAll(info.kind, (current, last) => changes.tell(current, last));
  const first = sortByKey(yield* resolve(session, selection));
  if (session.hasFailed) {
    stop();
    return;
  }
  if (options.showsFirst) print(first, "ADDED");
  changes.beginAfter(first);
  session.isWatching = true;
  yield* answer<undefined>((done) => {
    if (options.lasts !== undefined && options.lasts > 0) session.simulation.after(options.lasts, () => done(undefined));
  });
  stop();
}

/** @throws KubectlError where more than one thing is to be watched */
function watchedKind({ named, kinds }: Selection): KindInfo {
  if (new Set([...kinds, ...named.map(({ info }) => info)]).size > 1) throw new KubectlError("you may only specify a single resource type");
  if (named.length > 1)
    throw new KubectlError("watch is only supported on individual resources and resource collections - more than 1 resource was found");
  return named.length === 1 ? named[0].info : kinds[0];
}

type PrintChanges = (objects: readonly AnyObject[], event: WatchEvent) => void;

function printerOfChanges(session: KubectlSession, info: KindInfo, { table, print, tellsEvents }: WatchOptions): PrintChanges {
  const rows = new ObjectTable(info.kind, table);
  return (objects, event) => {
    if (objects.length === 0) return;
    const lines =
      print === undefined
        ? rows.lines(objects, session.clock, tellsEvents ? { title: "EVENT", text: event } : undefined)
        : objects.flatMap((object) => {
            const value = tellsEvents ? { object: encode(object), type: event } : encode(object);
            return print([object], value);
          });
    for (const line of lines) session.print(line);
  };
}

/** Tells of what the watch brings, except of what the list has shown already. */
class Changes {
  /** Versions by uid, of what has been told; undefined until the list is there. */
  private known: Map<string, number> | undefined;
  private readonly early: (() => void)[] = [];

  constructor(
    private readonly selection: Selection,
    private readonly print: PrintChanges,
  ) {}

  beginAfter(listed: readonly AnyObject[]): void {
    this.known = new Map(listed.map((object) => [object.metadata.uid ?? "", versionOf(object)]));
    for (const tell of this.early) tell();
  }

  tell(current: AnyObject | undefined, last: AnyObject): void {
    const { known } = this;
    if (known === undefined) {
      this.early.push(() => this.tell(current, last));
      return;
    }
    const uid = last.metadata.uid ?? "";
    const told = known.get(uid);
    // An object that the selector no longer matches has gone, for those who watch with it.
    if (current === undefined || !this.isMeant(current)) {
      if (told === undefined) return;
      known.delete(uid);
      this.print([last], "DELETED");
    } else if (told === undefined || versionOf(current) > told) {
      known.set(uid, versionOf(current));
      this.print([current], told === undefined ? "ADDED" : "MODIFIED");
    }
  }

  private isMeant(object: AnyObject): boolean {
    const { named, namespace, selector, fields } = this.selection;
    const { metadata } = object;
    if (named.length === 1 && (metadata.name !== named[0].name || (named[0].info.namespaced && metadata.namespace !== named[0].namespace)))
      return false;
    if (namespace !== undefined && metadata.namespace !== undefined && metadata.namespace !== namespace) return false;
    if (selector !== undefined && !labelSelectorMatches(selector, metadata.labels)) return false;
    return fields === undefined || matchesFields(fields, object);
  }
}

function versionOf({ metadata }: AnyObject): number {
  return Number(metadata.resourceVersion ?? 0);
}

/** kubectl events: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_events/ */
import { encode } from "../../api/encode.js";
import type { Timestamp } from "../../api/types/meta.js";
import type { Event } from "../../api/types/policy.js";
import type { SimTime } from "../../engine/simulation.js";
import { age } from "./column.js";
import { flag } from "./flags.js";
import { listOf, printerOf } from "./printers.js";
import { parseNamed } from "./selection.js";
import { answer, type Script } from "./script.js";
import type { KubectlSession } from "./session.js";
import { alignColumns, ColumnWriter } from "./table.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";

export const events: Verb = {
  name: "events",
  flags: [
    flag("all-namespaces", "boolean", { short: "A" }),
    flag("for", "text"),
    flag("types", "list"),
    flag("watch", "boolean", { short: "w" }),
    flag("no-headers", "boolean"),
    flag("output", "text", { short: "o" }),
    flag("chunk-size", "integer"),
  ],
  prepare(given, { namespace }) {
    const everywhere = given.isSet("all-namespaces");
    const print = printerOf(given.text("output") ?? "", false);
    const about = given.text("for");
    const subject = about === undefined ? undefined : parseNamed([{ text: about, offset: 0 }], namespace).named.at(0);
    if (about !== undefined && subject === undefined) throw new UsageError("--for must be in resource/name form");
    const types = given.list("types").map((type) => type.toLowerCase());
    const unknown = types.find((type) => type !== "normal" && type !== "warning");
    if (unknown !== undefined) throw new UsageError("valid --types are Normal or Warning");
    const isMeant = ({ involvedObject, type }: Event) =>
      (subject === undefined || (involvedObject.kind === subject.info.kind && involvedObject.name === subject.name)) &&
      (types.length === 0 || types.includes(type.toLowerCase()));
    const titles = given.isSet("no-headers") ? [] : [[...(everywhere ? ["NAMESPACE"] : []), ...TITLES]];
    const rowOf = (event: Event, now: Timestamp) => [...(everywhere ? [event.metadata.namespace ?? ""] : []), ...cellsOf(event, now)];
    if (given.isSet("watch")) {
      const lasts = given.duration("request-timeout") ?? 0;
      const isWatched = (event: Event) => isMeant(event) && (everywhere || event.metadata.namespace === namespace);
      return function* (session) {
        const writer = new ColumnWriter();
        let isBegun = false;
        yield* watchEvents(session, isWatched, lasts, (event) => {
          const row = rowOf(event, session.clock);
          const lines = print === undefined ? writer.align(isBegun ? [row] : [...titles, row]) : print([event], encode(event));
          isBegun = true;
          for (const line of lines) session.print(line);
        });
      };
    }
    return function* (session) {
      const all = yield* session.list("Event", everywhere ? undefined : namespace);
      const found = all.filter(isMeant).sort((a, b) => a.lastTimestamp - b.lastTimestamp);
      if (found.length === 0) {
        session.warn(everywhere ? "No events found." : `No events found in ${namespace} namespace.`);
        return;
      }
      if (print !== undefined) {
        for (const line of print(found, listOf(found))) session.print(line);
        return;
      }
      for (const line of alignColumns([...titles, ...found.map((event) => rowOf(event, session.clock))])) session.print(line);
    };
  },
};

/**
 * What is there as the watch begins, then what is new or has happened again; events that are deleted have only expired.
 *
 * @param lasts how long the server lets the watch go on; 0: without end
 *
 * Source: kubectl/pkg/cmd/events/events.go runWatch
 */
function* watchEvents(
  session: KubectlSession,
  isMeant: (event: Event) => boolean,
  lasts: SimTime,
  tell: (event: Event) => void,
): Script<void> {
  const told = new Map<string, string>();
  const tellOnce = (event: Event): void => {
    const { uid = "", resourceVersion = "" } = event.metadata;
    if (!isMeant(event) || told.get(uid) === resourceVersion) return;
    told.set(uid, resourceVersion);
    tell(event);
  };
  const early: Event[] = [];
  let isListed = false;
  const stop = session.client.watchAll("Event", (current) => {
    if (current === undefined) return;
    if (isListed) tellOnce(current);
    else early.push(current);
  });
  for (const event of yield* session.list("Event")) tellOnce(event);
  isListed = true;
  for (const event of early) tellOnce(event);
  session.isWatching = true;
  yield* answer<undefined>((done) => {
    if (lasts > 0) session.simulation.after(lasts, () => done(undefined));
  });
  stop();
}

const TITLES = ["LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"];

/** Source: kubectl/pkg/cmd/events/event_printer.go */
function cellsOf(
  { type, reason, involvedObject, message, count, firstTimestamp, lastTimestamp }: Event,
  now: Timestamp,
): readonly string[] {
  const first = age(firstTimestamp, now);
  const seen = count > 1 ? `${age(lastTimestamp, now)} (x${count} over ${first})` : first;
  return [seen, type, reason, `${involvedObject.kind}/${involvedObject.name}`, message.trim()];
}

/** kubectl events: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_events/ */
import type { Timestamp } from "../../api/types/meta.js";
import type { Event } from "../../api/types/policy.js";
import { age } from "./column.js";
import { flag } from "./flags.js";
import { listOf, printerOf } from "./printers.js";
import { parseNamed } from "./selection.js";
import { alignColumns } from "./table.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";

export const events: Verb = {
  name: "events",
  flags: [
    flag("all-namespaces", "boolean", { short: "A" }),
    flag("for", "text"),
    flag("types", "list"),
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
      const titles = [...(everywhere ? ["NAMESPACE"] : []), "LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"];
      const rows = found.map((event) => [...(everywhere ? [event.metadata.namespace ?? ""] : []), ...cellsOf(event, session.clock)]);
      for (const line of alignColumns(given.isSet("no-headers") ? rows : [titles, ...rows])) session.print(line);
    };
  },
};

/** Source: kubectl/pkg/cmd/events/event_printer.go */
function cellsOf(
  { type, reason, involvedObject, message, count, firstTimestamp, lastTimestamp }: Event,
  now: Timestamp,
): readonly string[] {
  const first = age(firstTimestamp, now);
  const seen = count > 1 ? `${age(lastTimestamp, now)} (x${count} over ${first})` : first;
  return [seen, type, reason, `${involvedObject.kind}/${involvedObject.name}`, message.trim()];
}

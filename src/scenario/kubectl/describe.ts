/** kubectl describe: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_describe/ */
import type { Kind, ObjectsByKind } from "../../api/kinds.js";
import type { ApiObject, Timestamp } from "../../api/types/meta.js";
import type { Event } from "../../api/types/policy.js";
import type { Describer, Surroundings } from "./describe/describer.js";
import { describerOf } from "./describe/describers.js";
import { alignElastically } from "./describe/elastic-columns.js";
import { eventLines, isAbout } from "./describe/events.js";
import { flag } from "./flags.js";
import { noneFound, noTypeToShow } from "./get.js";
import type { Script } from "./script.js";
import { attempt, type NamedObject, parseSelection, resolve } from "./selection.js";
import { EVERYWHERE_FLAG, OBJECT_FILE_FLAGS, SELECTOR_FLAG } from "./selection-flags.js";
import { type AnyObject, type KubectlSession, targetIn } from "./session.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";

export const describe: Verb = {
  name: "describe",
  flags: [...OBJECT_FILE_FLAGS, EVERYWHERE_FLAG, SELECTOR_FLAG, flag("show-events", "boolean"), flag("chunk-size", "integer")],
  prepare(given, context) {
    if (given.positional.length === 0 && !given.has("filename")) throw new UsageError(noTypeToShow("describe"));
    const selection = parseSelection(given, context, given.positional, true);
    // TYPE NAME, of which the name may be the beginning of others'.
    const mayBePrefix = given.positional.length === 2 && selection.named.length === 1;
    const showsEvents = given.text("show-events") !== "false";
    return function* (session) {
      if (mayBePrefix && (yield* describeMatching(session, selection.named[0], showsEvents))) return;
      const objects = yield* resolve(session, selection);
      if (objects.length === 0 && !session.hasFailed) session.warn(noneFound(selection.namespace, true));
      let isFirst = true;
      for (const object of objects) {
        // Two empty lines lie between one description and the next.
        if (!isFirst) for (const empty of ["", ""]) session.print(empty);
        isFirst = false;
        yield* attempt(session, describeOne(session, object, showsEvents));
      }
    };
  },
};

/**
 * Describes the objects whose names begin with one that is no object's own. Returns whether there are any.
 *
 * Source: kubectl/pkg/cmd/describe/describe.go DescribeMatchingResources
 */
function* describeMatching(session: KubectlSession, { info, namespace, name }: NamedObject, showsEvents: boolean): Script<boolean> {
  if ((yield* session.find(targetIn(info, namespace, name))) !== undefined) return false;
  const all = yield* session.list(info.kind, info.namespaced ? namespace : undefined);
  const matching = all.filter(({ metadata }) => metadata.name.startsWith(name));
  for (const object of matching) {
    yield* describeOne(session, object, showsEvents);
    session.print("");
  }
  return matching.length > 0;
}

function* describeOne(session: KubectlSession, object: AnyObject, showsEvents: boolean): Script<void> {
  const describer = describerOf(object.kind);
  const found = new Map<Kind, readonly AnyObject[]>();
  for (const kind of describer.related ?? []) found.set(kind, yield* session.list(kind, object.metadata.namespace));
  const around: Surroundings = { list: <K extends Kind>(kind: K) => (found.get(kind) ?? []) as readonly ObjectsByKind[K][] };
  const events = showsEvents && describer.hasEvents !== false ? yield* session.list("Event", object.metadata.namespace) : undefined;
  for (const line of description(
    object,
    describer,
    around,
    events?.filter((event) => isAbout(event, object)),
    session.clock,
  ))
    session.print(line);
}

/** The description of an object, line by line; without events where they are undefined. */
export function description(
  object: ApiObject,
  describer: Describer<ApiObject>,
  around: Surroundings,
  events: readonly Event[] | undefined,
  now: Timestamp,
): readonly string[] {
  // The columns of the events do not depend on what stands above them.
  return [
    ...alignElastically(describer.describe(object, around, now)),
    ...(events === undefined ? [] : alignElastically(eventLines(events, now))),
  ];
}

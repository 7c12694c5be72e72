/** Which objects a command line means: TYPE NAME..., TYPE/NAME..., TYPE[,TYPE...] with -l or --all, or files. */
import { type Kind, kindByResourceName, kindInfo, KINDS, type KindInfo } from "../../api/kinds.js";
import { parseRequirements, SelectorError } from "../../api/selector-text.js";
import type { ApiObject, LabelSelector } from "../../api/types/meta.js";
import { suggestion } from "../suggestion.js";
import { checkFields, type FieldSelector, matchesFields, parseFieldSelector, unfound } from "./field-selector.js";
import type { Arguments } from "./flags.js";
import type { Script } from "./script.js";
import { KubectlError, ServerError } from "./kubectl-error.js";
import { type AnyObject, type KubectlSession, targetIn } from "./session.js";
import { UsageError } from "./usage-error.js";
import type { VerbContext } from "./verb.js";
import type { Word } from "./words.js";

/** What `all` stands for. Source: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_get/ */
export const ALL_KINDS: readonly Kind[] = [
  "Pod",
  "ReplicationController",
  "Service",
  "DaemonSet",
  "Deployment",
  "ReplicaSet",
  "StatefulSet",
  "HorizontalPodAutoscaler",
  "CronJob",
  "Job",
];

/** Source of the texts: k8s.io/cli-runtime/pkg/resource/builder.go */
const TYPE_TWICE =
  "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'";
const FILES_AND_ARGUMENTS = "when paths, URLs, or stdin is provided as resource input, you may not specify resource arguments as well";
const NOTHING_NAMED = `You must provide one or more resources by argument or filename.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'`;

export interface NamedObject {
  readonly info: KindInfo;
  readonly namespace: string;
  readonly name: string;
  /** The file that names it; absent: the command line. */
  readonly file?: string;
}

export interface Selection {
  /** Objects by name, in order. */
  readonly named: readonly NamedObject[];
  /** All objects of these kinds that the selector matches. */
  readonly kinds: readonly KindInfo[];
  readonly selector?: LabelSelector;
  readonly fields?: FieldSelector;
  /** Absent: all namespaces. */
  readonly namespace?: string;
  /** Whether a name without an object is passed over without a word. */
  readonly mayBeMissing?: boolean;
}

/** @throws UsageError in kubectl's words for a resource type that is not served */
export function kindOf(word: Word): KindInfo {
  const info = kindByResourceName(word.text) ?? kindByResourceName(word.text.split(".")[0]);
  if (info !== undefined) return info;
  const known = KINDS.flatMap((one) => [one.resource, one.singular]);
  const message = `the server doesn't have a resource type ${JSON.stringify(word.text)}`;
  throw new UsageError(message, word.offset, { hint: suggestion(word.text, known).replace(/^known are .*/, "see kubectl api-resources") });
}

/** Reads the text form of a selector. @throws UsageError */
export function selectorOf(text: string): LabelSelector {
  try {
    // A list may be selected by order too, which selectors of objects have not.
    return { matchExpressions: parseRequirements(text) as NonNullable<LabelSelector["matchExpressions"]> };
  } catch (error) {
    if (error instanceof SelectorError) throw new UsageError(error.message);
    throw error;
  }
}

/** Reads what -l and --field-selector say; kubectl leaves that to the API server. @throws UsageError in the API server's words */
function selectorsOf(given: Arguments, info: KindInfo | undefined): Pick<Selection, "selector" | "fields"> {
  const [labels, fields] = [given.text("selector"), given.text("field-selector")];
  try {
    return {
      ...(labels !== undefined && { selector: selectorOf(labels) }),
      ...(fields !== undefined && { fields: parseFieldSelector(fields) }),
    };
  } catch (error) {
    if (!(error instanceof UsageError) || info === undefined) throw error;
    throw new UsageError(`Error from server (BadRequest): ${unfound(info, labels, fields, error.message)}`);
  }
}

/** TYPE/NAME or TYPE NAME as the first arguments; the rest are returned. @throws UsageError */
export function parseNamed(
  words: readonly Word[],
  namespace: string,
): { readonly named: readonly NamedObject[]; readonly kinds: readonly KindInfo[] } {
  if (words.length === 0) throw new UsageError(NOTHING_NAMED);
  if (words[0].text.includes("/")) {
    return {
      kinds: [],
      named: words.map((word) => {
        const [type, name, more] = word.text.split("/");
        if (name === undefined || name === "" || more !== undefined) throw new UsageError(TYPE_TWICE, word.offset);
        return { info: kindOf({ text: type, offset: word.offset }), namespace, name };
      }),
    };
  }
  const kinds = words[0].text
    .split(",")
    .flatMap((text) => (text === "all" ? ALL_KINDS.map((kind) => kindInfo(kind)!) : [kindOf({ text, offset: words[0].offset })]));
  const named = words.slice(1).flatMap((word) => {
    if (word.text.includes("/")) throw new UsageError(TYPE_TWICE, word.offset);
    return kinds.map((info) => ({ info, namespace, name: word.text }));
  });
  return { kinds: named.length > 0 ? [] : kinds, named };
}

/**
 * Reads a command's arguments, -l, --all, -A and -f.
 *
 * @param words the positional arguments that name objects
 * @throws UsageError where nothing, or too much, is named
 */
export function parseSelection(
  given: Arguments,
  context: VerbContext,
  words: readonly Word[] = given.positional,
  listsAreFine = false,
): Selection {
  const files = given.list("filename");
  const isSelected = given.has("selector") || given.has("field-selector");
  const everywhere = given.isSet("all-namespaces");
  if (files.length > 0) {
    if (words.length > 0) throw new UsageError(FILES_AND_ARGUMENTS, words[0].offset);
    const named = files.flatMap((path) =>
      context.readManifests(path).map(({ object, file }) => ({ ...namedOf(object, context.namespace), file })),
    );
    return { named, kinds: [] };
  }
  const { named, kinds } = parseNamed(words, context.namespace);
  if (named.length > 0 && (isSelected || given.isSet("all"))) throw new UsageError("name cannot be provided when a selector is specified");
  if (kinds.length > 0 && !listsAreFine && !isSelected && !given.isSet("all")) {
    throw new UsageError("resource(s) were provided, but no name was specified", undefined, { hint: "give a name, -l SELECTOR or --all" });
  }
  return {
    named,
    kinds,
    ...selectorsOf(given, kinds.at(0)),
    ...(!everywhere && { namespace: context.namespace }),
  };
}

/** What a manifest names. */
export function namedOf(object: ApiObject, namespace: string): NamedObject {
  return { info: kindInfo(object.kind)!, namespace: object.metadata.namespace ?? namespace, name: object.metadata.name };
}

/** Fetches the objects. Those that are not found are reported, and the command goes on with the others. */
export function* resolve(session: KubectlSession, selection: Selection): Script<readonly AnyObject[]> {
  const objects: AnyObject[] = [];
  for (const { info, namespace, name } of selection.named) {
    try {
      objects.push(yield* session.get(targetIn(info, namespace, name)));
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      if (selection.mayBeMissing !== true || error.status.reason !== "NotFound") session.fail(error);
    }
  }
  const { fields, namespace, selector } = selection;
  for (const { kind, namespaced } of selection.kinds) {
    if (fields !== undefined) checkFields(fields, kind);
    const listed = yield* session.list(kind, namespaced ? namespace : undefined, selector);
    objects.push(...(fields === undefined ? listed : listed.filter((object) => matchesFields(fields, object))));
  }
  return objects;
}

/** Runs a step for each object; refusals are reported and the rest goes on. */
export function* forEachObject(session: KubectlSession, selection: Selection, step: (object: AnyObject) => Script<void>): Script<void> {
  for (const object of yield* resolve(session, selection)) yield* attempt(session, step(object));
}

/** Runs a step whose failure is reported without ending the command. */
export function* attempt(session: KubectlSession, step: Script<void>): Script<void> {
  try {
    yield* step;
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    session.fail(error);
  }
}

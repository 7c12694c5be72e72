/** kubectl set image and set resources: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_set/ */
import { QuantityError, parseQuantity } from "../../api/quantity.js";
import type { ResourceList } from "../../api/types/meta.js";
import type { Container } from "../../api/types/pod.js";
import { flag } from "./flags.js";
import { templateOf, withContainers } from "./pod-template.js";
import { Outcome, OUTCOME_FLAGS } from "./outcome.js";
import { forEachObject, parseSelection } from "./selection.js";
import { ALL_FLAG, LOCAL_FLAG, OBJECT_FILE_FLAGS, SELECTOR_FLAG } from "./selection-flags.js";
import { KubectlError } from "./kubectl-error.js";
import { displayNameOf, type AnyObject, type KubectlSession } from "./session.js";
import type { Script } from "./script.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";
import type { Word } from "./words.js";

/** Edits the containers, and prints what was done unless nothing changed. */
export function* editContainers(
  session: KubectlSession,
  object: AnyObject,
  edit: (container: Container) => Container,
  done: string,
  outcome: Outcome,
): Script<void> {
  if (templateOf(object) === undefined) throw new KubectlError(`${displayNameOf(object)} has no containers`);
  if (withContainers(object, edit) === object) return;
  yield* outcome.change(session, object, (stored) => withContainers(stored, edit), done);
}

function namesOfContainers(object: AnyObject): readonly string[] {
  const spec = templateOf(object)?.spec;
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map((container) => container.name);
}

export function isAssignment({ text }: Word): boolean {
  return /^[^/=]+=/.test(text) || text.startsWith("*=");
}

export const setImage: Verb = {
  name: "set image",
  flags: [...OBJECT_FILE_FLAGS, ALL_FLAG, SELECTOR_FLAG, LOCAL_FLAG, ...OUTCOME_FLAGS],
  prepare(given, context) {
    const outcome = new Outcome(given);
    const assignments = given.positional.filter(isAssignment);
    const selection = parseSelection(
      given,
      context,
      given.positional.filter((word) => !isAssignment(word)),
    );
    if (assignments.length === 0)
      throw new UsageError("at least one image update is required", undefined, { hint: "such as web=nginx:1.27" });
    const images = new Map(assignments.map(({ text }) => [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)]));
    return (session) =>
      forEachObject(session, selection, function* (object) {
        const names = namesOfContainers(object);
        for (const name of images.keys()) {
          if (name !== "*" && !names.includes(name)) throw new KubectlError(`unable to find container named "${name}"`);
        }
        const edit = (container: Container) => {
          const image = images.get(container.name) ?? images.get("*");
          return image === undefined || image === container.image ? container : { ...container, image };
        };
        yield* editContainers(session, object, edit, "image updated", outcome);
      });
  },
};

function resourceList(given: readonly string[], flagName: string): ResourceList {
  return Object.fromEntries(
    given.map((entry) => {
      const [name, amount] = entry.split("=");
      try {
        if (amount === undefined) throw new QuantityError("must be NAME=QUANTITY");
        parseQuantity(amount);
      } catch (error) {
        if (error instanceof QuantityError) throw new UsageError(`--${flagName}: ${entry}: ${error.message}`);
        throw error;
      }
      return [name, amount];
    }),
  );
}

export const setResources: Verb = {
  name: "set resources",
  flags: [
    ...OBJECT_FILE_FLAGS,
    ALL_FLAG,
    SELECTOR_FLAG,
    LOCAL_FLAG,
    ...OUTCOME_FLAGS,
    flag("limits", "list"),
    flag("requests", "list"),
    flag("containers", "text", { short: "c" }),
  ],
  prepare(given, context) {
    const outcome = new Outcome(given);
    const limits = resourceList(given.list("limits"), "limits");
    const requests = resourceList(given.list("requests"), "requests");
    if (Object.keys(limits).length + Object.keys(requests).length === 0)
      throw new UsageError("you must specify an update to requests or limits (in the form of --requests/--limits)");
    const wanted = given.text("containers") ?? "*";
    const selection = parseSelection(given, context);
    return (session) =>
      forEachObject(session, selection, function* (object) {
        if (wanted !== "*" && !namesOfContainers(object).includes(wanted))
          throw new KubectlError(`unable to find container named ${wanted}`);
        const edit = (container: Container): Container =>
          wanted !== "*" && wanted !== container.name
            ? container
            : {
                ...container,
                resources: {
                  ...container.resources,
                  ...(Object.keys(limits).length > 0 && { limits: { ...container.resources?.limits, ...limits } }),
                  ...(Object.keys(requests).length > 0 && { requests: { ...container.resources?.requests, ...requests } }),
                },
              };
        yield* editContainers(session, object, edit, "resource requirements updated", outcome);
      });
  },
};

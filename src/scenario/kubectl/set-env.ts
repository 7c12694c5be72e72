/** kubectl set env: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_set/kubectl_set_env/ */
import { compare } from "./compare.js";
import type { Container, EnvVar } from "../../api/types/pod.js";
import { type Arguments, flag } from "./flags.js";
import { KubectlError } from "./kubectl-error.js";
import { Outcome, OUTCOME_FLAGS } from "./outcome.js";
import { templateOf } from "./pod-template.js";
import { type Script } from "./script.js";
import { forEachObject, parseNamed, parseSelection } from "./selection.js";
import { ALL_FLAG, LOCAL_FLAG, OBJECT_FILE_FLAGS, SELECTOR_FLAG } from "./selection-flags.js";
import { type AnyObject, displayKindOf, type KubectlSession, targetIn } from "./session.js";
import { editContainers, isAssignment } from "./set.js";
import { UsageError } from "./usage-error.js";
import type { Verb, VerbContext } from "./verb.js";
import type { Word } from "./words.js";

interface Changes {
  readonly set: readonly EnvVar[];
  readonly removed: readonly string[];
}

export const setEnv: Verb = {
  name: "set env",
  flags: [
    ...OBJECT_FILE_FLAGS,
    ALL_FLAG,
    SELECTOR_FLAG,
    LOCAL_FLAG,
    ...OUTCOME_FLAGS,
    flag("containers", "text", { short: "c" }),
    flag("env", "texts", { short: "e" }),
    flag("from", "text"),
    flag("keys", "list"),
    flag("prefix", "text"),
    flag("overwrite", "boolean"),
    flag("list", "boolean"),
    flag("resolve", "boolean", { refusal: "get the object that the variable is from" }),
  ],
  prepare(given, context) {
    const outcome = new Outcome(given);
    const isChange = (word: Word) => isAssignment(word) || /^[A-Za-z_][A-Za-z0-9_.-]*-$/.test(word.text);
    const texts = [...given.texts("env"), ...given.positional.filter(isChange).map(({ text }) => text)];
    const lists = given.isSet("list");
    if (lists && given.has("output")) throw new UsageError("--list and --output may not be specified together");
    if (given.has("keys") && !given.has("from"))
      throw new UsageError("when specifying --keys, a configmap or secret must be provided with --from");
    if (texts.length === 0 && !lists && !given.has("from"))
      throw new UsageError("at least one environment variable must be provided", undefined, { hint: "such as LEVEL=debug or LEVEL-" });
    const selection = parseSelection(
      given,
      context,
      given.positional.filter((word) => !isChange(word)),
    );
    const gather = changesOf(texts, given, context);
    const wanted = given.text("containers") ?? "*";
    const overwrites = given.text("overwrite") !== "false";
    return function* (session) {
      const changes = yield* gather(session);
      yield* forEachObject(session, selection, function* (object) {
        const isMeant = ({ name }: Container) => wanted === "*" || wanted === name;
        if (!overwrites) refuseOverwriting(object, isMeant, changes);
        if (lists) listVariables(session, object, isMeant, changes);
        else {
          const edit = (container: Container) => (isMeant(container) ? withEnvironment(container, changes) : container);
          yield* editContainers(session, object, edit, "env updated", outcome);
        }
      });
    };
  },
};

/** What the words and --from come to, once the object of --from is there. @throws UsageError */
function changesOf(texts: readonly string[], given: Arguments, context: VerbContext): (session: KubectlSession) => Script<Changes> {
  const prefix = given.text("prefix") ?? "";
  const set = texts
    .filter((text) => text.includes("="))
    .map((text): EnvVar => ({ name: prefix + text.slice(0, text.indexOf("=")), value: text.slice(text.indexOf("=") + 1) }));
  const removed = texts.filter((text) => !text.includes("=")).map((text) => text.slice(0, -1));
  const from = given.text("from") ?? "";
  if (from === "")
    return function* () {
      return { set, removed };
    };
  const [source] = parseNamed([{ text: from, offset: 0 }], context.namespace).named;
  if (source === undefined || (source.info.kind !== "ConfigMap" && source.info.kind !== "Secret"))
    throw new UsageError("unsupported resource specified in --from");
  const keys = given.list("keys");
  const { info, name, namespace } = source;
  return function* (session) {
    const { data = {} } = (yield* session.get(targetIn(info, namespace, name))) as { readonly data?: Readonly<Record<string, string>> };
    const references = Object.keys(data)
      .sort(compare)
      .filter((key) => keys.length === 0 || keys.includes(key))
      .map((key): EnvVar => ({ name: prefix + variableName(key), valueFrom: referenceTo(info.kind, name, key) }));
    return { set: [...set, ...references], removed };
  };
}

/** `app.level` as `APP_LEVEL`. */
function variableName(key: string): string {
  return key.replace(/[^a-zA-Z0-9_]/g, "_").toUpperCase();
}

function referenceTo(kind: string, name: string, key: string): NonNullable<EnvVar["valueFrom"]> {
  return kind === "Secret" ? { secretKeyRef: { name, key } } : { configMapKeyRef: { name, key } };
}

function containersOf(object: AnyObject): readonly Container[] {
  const spec = templateOf(object)?.spec;
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
}

/** @throws KubectlError */
function refuseOverwriting(object: AnyObject, isMeant: (container: Container) => boolean, { set }: Changes): void {
  for (const { env = [] } of containersOf(object).filter(isMeant)) {
    const present = env.find(({ name }) => set.some((one) => one.name === name));
    if (present === undefined) continue;
    const where = `${displayKindOf(object).replace(/^[^.]+/, (singular) => `${singular}s`)}/${object.metadata.name}`;
    throw new KubectlError(`error: ${where} '${present.name}' already has a value (${present.value ?? ""}), and --overwrite is false`);
  }
}

/** Source: kubectl/pkg/cmd/set/set_env.go RunEnv */
function listVariables(session: KubectlSession, object: AnyObject, isMeant: (container: Container) => boolean, changes: Changes): void {
  for (const container of containersOf(object).filter(isMeant)) {
    session.print(`# ${object.kind} ${object.metadata.name}, container ${container.name}`);
    for (const { name, value = "", valueFrom } of withEnvironment(container, changes).env ?? [])
      session.print(valueFrom === undefined ? `${name}=${value}` : `# ${name} from ${referenceText(valueFrom)}`);
  }
}

/** Where a value may be from; one of these is there. */
interface Reference {
  readonly configMapKeyRef?: { readonly name?: string; readonly key: string };
  readonly secretKeyRef?: { readonly name?: string; readonly key: string };
  readonly fieldRef?: { readonly fieldPath: string };
  readonly resourceFieldRef?: { readonly containerName?: string; readonly resource: string };
}

/** Source: kubectl/pkg/cmd/set/env/env_resolve.go GetEnvVarRefString */
function referenceText({ configMapKeyRef, secretKeyRef, fieldRef, resourceFieldRef }: Reference): string {
  if (configMapKeyRef !== undefined) return `configmap ${configMapKeyRef.name ?? ""}, key ${configMapKeyRef.key}`;
  if (secretKeyRef !== undefined) return `secret ${secretKeyRef.name ?? ""}, key ${secretKeyRef.key}`;
  if (fieldRef !== undefined) return `field path ${fieldRef.fieldPath}`;
  if (resourceFieldRef === undefined) return "invalid valueFrom";
  const { containerName = "", resource } = resourceFieldRef;
  return `resource ${containerName === "" ? "" : `${containerName}/`}${resource}`;
}

function withEnvironment(container: Container, { set, removed }: Changes): Container {
  const before = container.env ?? [];
  let env: readonly EnvVar[] = before.filter(({ name }) => !removed.includes(name));
  for (const entry of set) {
    const index = env.findIndex(({ name }) => name === entry.name);
    if (index < 0) env = [...env, entry];
    else if (entry.value === undefined || env[index].value !== entry.value) env = env.map((one, i) => (i === index ? entry : one));
  }
  return env.length === before.length && env.every((one, index) => one === before[index]) ? container : { ...container, env };
}

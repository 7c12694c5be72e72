/**
 * Strict decoding of a KubeSchedulerConfiguration with the arguments of its plugins.
 *
 * Source of texts: k8s.io/apimachinery/pkg/runtime/serializer (json, codec), k8s.io/kube-scheduler/config/v1/types.go (DecodeNestedObjects)
 */
import { decodeFailure, endingProblem, type DecodeProblem, type FieldPath } from "../../api/decode-problem.js";
import { decodeAs } from "../../api/decoder.js";
import { isPlainObject } from "../../api/plain-object.js";
import { mapJson } from "../../api/go-json.js";
import { SchedulerConfigurationError, type ConfigurationMistake } from "./configuration-error.js";
import { API_VERSION, argsSchema, configurationSchema, KIND } from "./schema.js";

type Plain = Readonly<Record<string, unknown>>;

const GROUP = API_VERSION.split("/", 1)[0];

/** The configuration as it was written: field types are right, nothing is completed. */
export interface WrittenConfiguration extends Plain {
  readonly profiles?: readonly WrittenProfile[];
}

export interface WrittenProfile extends Plain {
  readonly pluginConfig?: readonly { readonly name?: string; readonly args?: unknown }[];
}

function notRegistered(kind: string, version: string): string {
  return `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(version)} in scheme "pkg/runtime/scheme.go:111"`;
}

function fail(message: string, path: FieldPath = []): never {
  throw new SchedulerConfigurationError(message, "decode", [{ path, message }]);
}

function mistakesOf(problems: readonly DecodeProblem[], prefix: FieldPath = []): ConfigurationMistake[] {
  return problems.map(({ path, message }) => ({ path: [...prefix, ...path], message }));
}

/** Arguments decoded, or what is wrong with them. */
interface DecodedArgs {
  readonly args: unknown;
  /** Text of the mistakes; strict ones (unknown fields) are reported with those of other plugins. */
  readonly failure?: string;
  readonly isStrict?: boolean;
  readonly mistakes: readonly ConfigurationMistake[];
}

function decodeArgs(plugin: string, args: unknown, at: FieldPath): DecodedArgs {
  const schema = argsSchema(plugin);
  const failed = (failure: string, path: FieldPath = at): DecodedArgs => ({ args, failure, mistakes: [{ path, message: failure }] });
  if (schema === undefined) return { args, mistakes: [] };
  if (args === undefined || args === null) return { args: {}, mistakes: [] };
  if (!isPlainObject(args)) {
    const kind = Array.isArray(args) ? "array" : typeof args === "boolean" ? "bool" : typeof args;
    return failed(
      `decoding args for plugin ${plugin}: couldn't get version/kind; json parse error: json: cannot unmarshal ${kind} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    );
  }
  const kind = typeof args["kind"] === "string" && args["kind"] !== "" ? args["kind"] : schema.name;
  const version = typeof args["apiVersion"] === "string" && args["apiVersion"] !== "" ? args["apiVersion"] : API_VERSION;
  const isKnown = kind === KIND || (kind.endsWith("Args") && argsSchema(kind.slice(0, -"Args".length)) !== undefined);
  if (version !== API_VERSION || !isKnown)
    return failed(`decoding args for plugin ${plugin}: ${notRegistered(kind, version)}`, [...at, "kind"]);
  if (kind !== schema.name)
    return failed(`args for plugin ${plugin} were not of type ${schema.name}.${GROUP}, got ${kind}.${GROUP}`, [...at, "kind"]);
  const { object, problems } = decodeAs(schema, args);
  const failure = decodeFailure(problems);
  const fields = Object.fromEntries(Object.entries(object).filter(([name]) => name !== "kind" && name !== "apiVersion"));
  if (failure === undefined) return { args: fields, mistakes: [] };
  const isStrict = problems.every(({ severity }) => severity === "strict");
  return { args: fields, failure: `decoding args for plugin ${plugin}: ${failure}`, isStrict, mistakes: mistakesOf(problems, at) };
}

/**
 * @param written how the text stood in the file, for messages that show it
 * @param duplicates mistakes of the text itself, as the YAML library of Kubernetes words them
 * @throws SchedulerConfigurationError with every mistake
 */
export function decodeConfiguration(value: unknown, written?: string, duplicates: readonly string[] = []): WrittenConfiguration {
  if (!isPlainObject(value)) fail("couldn't get version/kind; must be an object");
  const shown = written ?? mapJson(value);
  const { kind, apiVersion } = value;
  if (kind === undefined || kind === null || kind === "") fail(`Object 'Kind' is missing in '${shown}'`);
  if (apiVersion === undefined || apiVersion === null || apiVersion === "") fail(`Object 'apiVersion' is missing in '${shown}'`);
  if (typeof kind !== "string" || typeof apiVersion !== "string") fail("couldn't get version/kind; kind and apiVersion must be text");
  if (kind !== KIND || apiVersion !== API_VERSION) fail(notRegistered(kind, apiVersion), [kind === KIND ? "apiVersion" : "kind"]);

  const { object, problems } = decodeAs(configurationSchema(), value);
  const wrongType = endingProblem(problems);
  if (wrongType !== undefined) throw new SchedulerConfigurationError(wrongType.message, "decode", mistakesOf(problems));
  const strict = [...duplicates, ...problems.map(({ message }) => message)];
  const mistakes = [...duplicates.map((message) => ({ path: [], message })), ...mistakesOf(problems)];
  const configuration = object as unknown as WrittenConfiguration;
  const profiles = configuration.profiles?.map((profile, i) => ({
    ...profile,
    ...(profile.pluginConfig !== undefined && {
      pluginConfig: profile.pluginConfig.map(({ name = "", args }, j) => {
        const decoded = decodeArgs(name, args, ["profiles", i, "pluginConfig", j, "args"]);
        mistakes.push(...decoded.mistakes);
        if (decoded.failure !== undefined) {
          const message = `decoding .profiles[${i}].pluginConfig[${j}]: ${decoded.failure}`;
          if (decoded.isStrict !== true) throw new SchedulerConfigurationError(message, "decode", mistakes);
          strict.push(message.replace("decoding args", "strict decoding error: decoding args"));
        }
        return { name, args: decoded.args };
      }),
    }),
  }));
  if (strict.length > 0) throw new SchedulerConfigurationError(`strict decoding error: ${strict.join(", ")}`, "decode", mistakes);
  return profiles === undefined ? configuration : { ...configuration, profiles };
}

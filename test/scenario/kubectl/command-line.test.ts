import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseKubectl } from "../../../src/scenario/kubectl/command.js";
import { UsageError } from "../../../src/scenario/kubectl/usage-error.js";
import { verbHelp } from "../../../src/scenario/kubectl/help.js";
import { ALL_VERBS, VERBS } from "../../../src/scenario/kubectl/verbs.js";
import { splitWords } from "../../../src/scenario/kubectl/words.js";

const texts = (line: string) => splitWords(line).map(({ text }) => text);

function usage(line: string): string {
  try {
    parseKubectl(line, () => []);
  } catch (error) {
    if (error instanceof UsageError) return `${error.offset ?? "-"} ${error.message}`;
    throw error;
  }
  return "";
}

describe("words of a command line", () => {
  it("are split as a shell does", () => {
    expect(texts(`run web  --env="A=b c" --x='{"y": 1}' a\\ b ""`)).toEqual(["run", "web", "--env=A=b c", '--x={"y": 1}', "a b", ""]);
    expect(texts(`"a \\"b\\" \\n"`)).toEqual(['a "b" \\n']);
  });

  it("come back from single quotes whatever they hold", () => {
    fc.assert(
      fc.property(fc.array(fc.string().filter((text) => !text.includes("'"))), (words) => {
        expect(texts(words.map((word) => `'${word}'`).join(" "))).toEqual(words);
      }),
    );
  });

  it("know where they begin", () => {
    expect(splitWords("get  'p q' x")).toEqual([
      { text: "get", offset: 0 },
      { text: "p q", offset: 5 },
      { text: "x", offset: 11 },
    ]);
  });
});

describe("what kubectl writes to stderr of a wrong command line", () => {
  function lines(line: string): readonly string[] {
    try {
      parseKubectl(line, () => []);
    } catch (error) {
      if (error instanceof UsageError) return error.lines;
      throw error;
    }
    return [];
  }

  it("points to the help of the verb, and keeps no hint", () => {
    expect(lines("get pods --wach")).toEqual(["error: unknown flag: --wach", "See 'kubectl get --help' for usage."]);
    expect(lines("rollout undo deployment/web --to-revision=x")).toEqual([
      'error: invalid argument "x" for "--to-revision" flag: strconv.ParseInt: parsing "x": invalid syntax',
      "See 'kubectl rollout undo --help' for usage.",
    ]);
    expect(lines("create namespace")).toEqual([
      "error: exactly one NAME is required, got 0",
      "See 'kubectl create namespace -h' for help and examples",
    ]);
    expect(lines("scale deployment/web --replicas=-1")).toEqual([
      "error: the --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0",
    ]);
  });
});

describe("words that name no command", () => {
  function mistake(line: string): UsageError {
    try {
      parseKubectl(line, () => []);
    } catch (error) {
      if (error instanceof UsageError) return error;
      throw error;
    }
    throw new Error(`${line} is taken`);
  }

  // kubectl/pkg/cmd/util/helpers.go RequireNoArguments
  it.each([
    ["rollout foo bar", ['error: unknown command "foo bar"', "See 'kubectl rollout -h' for help and examples"]],
    ["create secret s2", ['error: unknown command "s2"', "See 'kubectl create secret -h' for help and examples"]],
    ["create svc web", ['error: unknown command "web"', "See 'kubectl create service -h' for help and examples"]],
    [
      "create deploymnt web",
      [
        "Error: must specify one of -f and -k",
        "",
        'error: unknown command "deploymnt web"',
        "See 'kubectl create -h' for help and examples",
      ],
    ],
    // github.com/spf13/cobra/command.go findSuggestions
    ["scal web", ['error: unknown command "scal" for "kubectl"', "", "Did you mean this?", "\tscale"]],
    ["roll web", ['error: unknown command "roll" for "kubectl"', "", "Did you mean this?", "\trollout"]],
    ["frobnicate", ['error: unknown command "frobnicate" for "kubectl"']],
  ])("%s", (line, lines) => {
    expect(mistake(line).lines).toEqual(lines);
  });

  it("print the help of a group that stands alone, as kubectl does", () => {
    const { help, message } = mistake("rollout");
    expect(message).toBe("rollout needs one more word; known are status, history, undo, pause, resume, restart");
    expect(help?.isOutput).toBe(true);
    expect(help?.lines.filter((text) => /^ {2}(undo|status) /.test(text))).toHaveLength(2);
    expect(mistake("create secret").help?.isOutput).toBe(false);
    expect(mistake("create").lines.slice(0, 2)).toEqual(["Error: must specify one of -f and -k", ""]);
  });

  it("miss the type of what to get, or choose another cluster", () => {
    expect(mistake("get").lines).toEqual([
      'You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported resources.',
      "",
      'error: Required resource not specified.\nUse "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).',
      "See 'kubectl get -h' for help and examples",
    ]);
    expect(mistake("get pods --context=other").lines).toEqual([
      "error: --context is not simulated: there is one cluster and one administrator; -n names a namespace, --as another user",
    ]);
  });

  it("tell with -h, --help and help what a command takes", () => {
    for (const line of ["get -h", "get pods --help", "help get"]) expect(parseKubectl(line, () => []).verb).toBe("help");
    expect(verbHelp(VERBS.get("get")!)).toContain("    -A, --all-namespaces=false");
    expect(parseKubectl("exec web -- ls -h", () => []).verb).toBe("exec");
    for (const verb of ALL_VERBS) expect(verbHelp(verb)[0]).not.toMatch(/^kubectl/);
  });
});

// kubectl sends selectors as they are; what comes back is k8s.io/cli-runtime/pkg/resource/visitor.go EnhanceListError of the server's refusal.
describe("selectors that cannot be read", () => {
  const stderr = (line: string): readonly string[] => {
    try {
      parseKubectl(line, () => []);
    } catch (error) {
      if (error instanceof UsageError) return error.lines;
      throw error;
    }
    return [];
  };

  it.each([
    [
      "get deploy -l 'app in (web'",
      `Error from server (BadRequest): Unable to find "apps/v1, Resource=deployments" that match label selector "app in (web", field selector "": unable to parse requirement: found '', expected: ',' or ')'`,
    ],
    [
      "delete pods --field-selector status.phase",
      `Error from server (BadRequest): Unable to find "/v1, Resource=pods" that match label selector "", field selector "status.phase": invalid selector: 'status.phase'; can't understand 'status.phase'`,
    ],
    ["top pods -l a,", "error: found '', expected: identifier after ','"],
    ["apply -f x -l a,", `error: the provided selector "a," is not valid: found '', expected: identifier after ','`],
  ])("%s", (line, text) => {
    expect(stderr(line)).toEqual([text]);
  });
});

describe("command lines that kubectl would not take", () => {
  it.each([
    ["", "- the command line is empty; must be a verb with its arguments"],
    ["kubectl get pods", '0 the line begins with "kubectl"; must begin with the verb'],
    ["scal deployment/web", '0 unknown command "scal" for "kubectl"; did you mean "scale"?'],
    ["rollout retsart deployment/web", '8 unknown command "retsart deployment/web"; did you mean "restart"?'],
    ["create deploymnt web", '7 unknown command "deploymnt web"; did you mean "deployment"?'],
    ["scale deployment/web --replicas=-1", "- the --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0"],
    [
      "scale deployment/web --replicas=many",
      '21 invalid argument "many" for "--replicas" flag: strconv.ParseInt: parsing "many": invalid syntax',
    ],
    // pflag's words for what has too many bits: https://pkg.go.dev/strconv#ParseInt
    [
      "scale deployment/web --replicas=9999999999999999999999",
      '21 invalid argument "9999999999999999999999" for "--replicas" flag: strconv.ParseInt: parsing "9999999999999999999999": value out of range',
    ],
    [
      "autoscale deployment/web --max=3000000000",
      '25 invalid argument "3000000000" for "--max" flag: strconv.ParseInt: parsing "3000000000": value out of range',
    ],
    [
      "create deployment web --image=i -r=2147483648",
      '32 invalid argument "2147483648" for "-r, --replicas" flag: strconv.ParseInt: parsing "2147483648": value out of range',
    ],
    ["delete pod web --force=maybe", '15 invalid argument "maybe" for "--force" flag: strconv.ParseBool: parsing "maybe": invalid syntax'],
    ["get pods -n", "9 flag needs an argument: 'n' in -n"],
    ["get pods --sort-by", "9 flag needs an argument: --sort-by"],
    ["create deployment web --image=i --dry-run=maybe", '- Invalid dry-run value (maybe). Must be "none", "server", or "client".'],
    [
      "create deployment web --image=i --dry-run",
      '- --dry-run flag without a value was specified. A value must be set: "none", "server", or "client".',
    ],
    ["delete pod web --cascade=sideways", '- invalid cascade value (sideways). Must be "background", "foreground", or "orphan"'],
    ["patch pod web -p {} --type=odd", '- --type must be one of [json merge strategic], not "odd"'],
    ["run web --image=i --restart=Sometimes", "- invalid restart policy: Sometimes; known are Always, OnFailure, Never"],
    ["logs web", /^0 kubectl logs is not simulated: /],
    ["edit deployment web", /^0 kubectl edit is not simulated: /],
    ["get pods -o go-template={{.}}", /^- -o go-template: Go templates are not simulated/],
    ["get pods --as-group=a", "- requesting uid, groups or user-extra for kubernetes-admin without impersonating a user"],
    ["auth can-i list", "- you must specify two arguments: verb resource or verb resource/resourceName."],
    ["label pod web a=b other", "18 all resources must be specified before label changes: other"],
    ["scale deploymnt/web --replicas=1", /^6 the server doesn't have a resource type "deploymnt"; did you mean "deployment/],
    ["get pods --wach", '9 unknown flag: --wach; did you mean "--watch"?'],
    ["get pods -z", "9 unknown shorthand flag: 'z' in -z"],
    ["delete pods", "- resource(s) were provided, but no name was specified; give a name, -l SELECTOR or --all"],
    ["delete pod web -l app=web", "- name cannot be provided when a selector is specified"],
    ["delete pod web --now --grace-period=5", "- --now and --grace-period cannot be specified together"],
    ["exec web", "- you must specify at least one command for the container; behind --, such as: exec web-1 -- kill 1"],
    ["exec web kill 1", /^- you must specify at least one command/],
    [
      "taint nodes a dedicated=gpu:NoShedule",
      "14 invalid taint effect: NoShedule, unsupported taint effect; must be NoSchedule, PreferNoSchedule, NoExecute",
    ],
    ["taint nodes a a=b:NoSchedule a=c:NoSchedule", "- duplicated taints with the same key and effect: {a c NoSchedule <nil>}"],
    ["drain", "- USAGE: drain NODE [flags]"],
    ["drain a -l zone=b", "- error: cannot specify both a node name and a --selector option"],
    ["create", /^0 must specify one of -f and -k; known are deployment, /],
    ["create job report", "- either --image or --from must be specified"],
    ["apply", "- must specify one of -f and -k; such as -f manifests/web.yaml"],
    ["get pods | grep web", '9 "|" is shell syntax, and no shell runs here; put it in quotes or make two steps'],
    ["annotate pod web 'a=b", "17 the quote ' is never closed"],
    ["patch deployment web -p '{bad'", /^- unable to parse "\{bad": /],
    ["autoscale deployment/web --min=5 --max=2", "- --max=MAXPODS must be larger or equal to --min=MINPODS, max: 2, min: 5"],
    ["drain a --timeout=soon", '8 invalid argument "soon" for "--timeout" flag: time: invalid duration "soon"'],
    ["create poddisruptionbudget web --selector=app=web", "- one of min-available or max-unavailable must be specified"],
  ])("%s", (line, message) => {
    if (typeof message === "string") expect(usage(line)).toBe(message);
    else expect(usage(line)).toMatch(message);
  });

  it("never end in an exception of another kind", () => {
    const word = fc.oneof(
      fc.constantFrom(
        ...[...VERBS.keys()].flatMap((name) => name.split(" ")),
        "deployment/web",
        "pods",
        "-n",
        "--all",
        "-l",
        "app=web",
        "--",
        "-f",
        "--replicas=3",
        "web=1",
        "a:NoExecute-",
      ),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 7 }), (words) => {
        expect(typeof usage(words.join(" "))).toBe("string");
      }),
      { numRuns: 2_000 },
    );
  });
});

/** What is wrong with a text that is no YAML, as Go's library words it. Source: https://github.com/go-yaml/yaml, scannerc.go and parserc.go */
import { isCollection, isScalar, parseDocument, visit, YAMLParseError } from "yaml";

/** Texts that are written otherwise, by what our reader says of them. */
const WORDINGS: readonly (readonly [RegExp, string])[] = [
  [/Missing closing ["']/, "found unexpected end of stream"],
  [/Flow map .*end with a \}/, "did not find expected ',' or '}'"],
  [/Flow sequence .*end with a \]/, "did not find expected ',' or ']'"],
  [/Tabs are not allowed|Plain value cannot start with/, "found character that cannot start any token"],
  [/Nested mappings are not allowed/, "mapping values are not allowed in this context"],
  [/Implicit (map )?keys need/, "could not find expected ':'"],
  [/Unexpected (scalar|flow-|block-)/, "did not find expected key"],
];

/** @param error what reading the text has thrown */
export function yamlProblem(error: unknown, text: string): string {
  if (error instanceof JoinedBracketError) return `yaml: line ${error.line}: did not find expected ',' or '}'`;
  if (!(error instanceof YAMLParseError)) return String(error);
  const said = WORDINGS.find(([pattern]) => pattern.test(error.message))?.[1] ?? error.message.split("\n")[0].replace(/ at line .*$/, "");
  // The end of the text belongs to no line.
  if (said.endsWith("end of stream")) return `yaml: ${said}`;
  // What stops behind a bracket, a comma or a colon lacks a value.
  const lacksValue = /^Flow /.test(error.message) && /[{[,:]\s*$/.test(text);
  return `yaml: line ${error.linePos?.[0].line ?? 1}: ${lacksValue ? "did not find expected node content" : said}`;
}

/** A bracket that follows a colon without a space: Go's library takes the colon for a part of the word, and the bracket for a mistake. */
class JoinedBracketError extends Error {
  constructor(readonly line: number) {
    super("a bracket follows a colon without a space");
  }
}

/**
 * Reads YAML, and refuses what Go's library refuses though it has a meaning: `{spec:{replicas:3}}`, which is what a shell leaves of JSON
 * whose quotes are not quoted.
 *
 * @throws YAMLParseError, JoinedBracketError see {@link yamlProblem}
 */
export function parseLikeGo(text: string): unknown {
  const document = parseDocument(text);
  if (document.errors.length > 0) throw document.errors[0];
  visit(document, {
    Map: (_, map) => {
      if (map.flow !== true) return;
      for (const { key, value } of map.items) {
        if (!isScalar(key) || key.type !== "PLAIN" || !isCollection(value) || !key.range) continue;
        if (/^:[{[]/.test(text.slice(key.range[1]))) throw new JoinedBracketError(text.slice(0, key.range[1]).split("\n").length);
      }
    },
  });
  return document.toJS();
}

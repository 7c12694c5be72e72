/** What goes wrong while a kubectl command runs, and how it is worded. */
import type { ApiStatus } from "../../control-plane/apiserver/client.js";

/** What went wrong while a command ran: it ends with exit code 1. The message lacks kubectl's "error: ". */
export class KubectlError extends Error {
  override readonly name: string = "KubectlError";

  /** As kubectl words the one error of a command. Several are worded as their messages. Source: kubectl/pkg/cmd/util/helpers.go checkErr */
  get alone(): string {
    return this.message.startsWith("error: ") ? this.message : `error: ${this.message}`;
  }
}

/** A command in a container, or a question, that was answered with a code of its own. */
export class ExitCode extends KubectlError {
  constructor(
    message: string,
    readonly code: number,
  ) {
    super(message);
  }

  override get alone(): string {
    return this.message;
  }
}

/** Source: kubectl/pkg/cmd/util/helpers.go StandardErrorMessage */
function messageOf({ reason, message, unanswered }: ApiStatus): string {
  if (unanswered !== true) return `Error from server${reason === "" ? "" : ` (${reason})`}: ${message}`;
  return reason === "Timeout" ? `Unable to connect to the server: ${message}` : message;
}

/** A refusal of the API server. */
export class ServerError extends KubectlError {
  constructor(readonly status: ApiStatus) {
    super(messageOf(status));
  }

  override get alone(): string {
    const { reason, details, causes = [] } = this.status;
    if (reason !== "Invalid") return this.message;
    const { kind = "", name = "" } = details ?? {};
    const subject = kind === "" && name === "" ? "request" : `${kind} ${JSON.stringify(name)}`;
    const texts = [...new Set(causes.map(({ field = "", message }) => `${field}: ${message}`))];
    const head = `The ${subject} is invalid`;
    if (texts.length === 0) return subject === "request" && this.status.message !== "" ? `${head}: ${this.status.message}` : head;
    return texts.length === 1 ? `${head}: ${texts[0]}` : [`${head}: `, ...texts.map((text) => `* ${text}`)].join("\n");
  }

  /** The same refusal, with what was being done before its message. Source: kubectl/pkg/cmd/util/helpers.go AddSourceToErr */
  during(verb: string, source: string): ServerError {
    if (this.status.unanswered === true) return this;
    return new ServerError({ ...this.status, message: `error when ${verb} ${JSON.stringify(source)}: ${this.status.message}` });
  }

  /** As a plain error that says what failed. */
  wrapped(what: string): KubectlError {
    return new KubectlError(`${what}${this.status.message}`);
  }
}

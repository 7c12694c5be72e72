/**
 * Posts over HTTP and waits for the answer: a scheduling cycle is one step of simulated time, whatever the answer takes in real time.
 *
 * A worker thread has the connection, which is kept alive; the thread that asks sleeps until the worker wakes it.
 */
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from "node:worker_threads";

/** Of node:tls. */
export interface TlsOptions {
  readonly rejectUnauthorized?: boolean;
  readonly servername?: string;
  readonly ca?: Uint8Array;
  readonly cert?: Uint8Array;
  readonly key?: Uint8Array;
}

export interface HttpSettings {
  /** Longest real time for one answer, in milliseconds. */
  readonly timeout: number;
  readonly tls: TlsOptions;
}

export interface HttpPost {
  readonly url: string;
  readonly body: string;
}

/** What came back; or why nothing did, in Go's words where these are known. */
export type HttpAnswer = { readonly status: number; readonly body: string } | { readonly failure: string };

/** What the worker thread is given. */
export interface HttpWorkerData extends HttpSettings {
  readonly port: MessagePort;
  /** Set to 1 when the answer is there. */
  readonly answered: Int32Array;
}

/** For the worker thread to start and for the answer to get across, beside the time-out itself. */
const GRACE = 10_000;

/** Compiled and source tree differ in the ending only. */
const WORKER = new URL("./http-worker.js", import.meta.url);

export class SynchronousHttp {
  private port: MessagePort | undefined;
  private readonly answered = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

  /** @param worker the compiled module of the worker thread */
  constructor(
    private readonly settings: HttpSettings,
    private readonly worker: URL = WORKER,
  ) {}

  /** The thread starts with the first request, and does not keep the process from ending. */
  private start(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    const workerData: HttpWorkerData = { ...this.settings, port: port2, answered: this.answered };
    new Worker(this.worker, { workerData, transferList: [port2] }).unref();
    port1.unref();
    return port1;
  }

  /** @throws Error where the worker thread is gone */
  post(request: HttpPost): HttpAnswer {
    this.port ??= this.start();
    Atomics.store(this.answered, 0, 0);
    this.port.postMessage(request);
    if (Atomics.wait(this.answered, 0, 0, this.settings.timeout + GRACE) === "timed-out")
      throw new Error("the thread for HTTP requests does not answer");
    return (receiveMessageOnPort(this.port) as { readonly message: HttpAnswer }).message;
  }
}

/** What the API server needs of etcd: entries appended to the replicated log commit in order, after a while. */
export interface WriteLog {
  /** Whether a leader with a quorum takes writes. */
  readonly writable: boolean;
  /**
   * Appends an entry; only while {@link writable}.
   *
   * @param bytes size of the entry
   */
  append(bytes: number): void;
  /** Called with how many further entries, the oldest first, have been committed. One listener. */
  onCommit(listener: (count: number) => void): void;
  /** Called when the log takes writes again. */
  onWritable(listener: () => void): void;
}

/** What the API server needs of etcd: entries appended to the replicated log commit in order, after a while. */
export interface WriteLog {
  /** Whether a leader with a quorum takes writes. */
  readonly writable: boolean;
  /** Whether the database is full: only deletions are taken. */
  readonly full: boolean;
  /**
   * Appends an entry; only while {@link writable}.
   *
   * @param bytes size of the entry
   * @param growth by how many bytes the current state grows: the size of a new object, nothing for a changed one, negative for a deleted one
   */
  append(bytes: number, growth: number): void;
  /** Called with how many further entries, the oldest first, have been committed. One listener. */
  onCommit(listener: (count: number) => void): void;
  /** Called when the log takes writes again, or no longer does. */
  onWritable(listener: (writable: boolean) => void): void;
}

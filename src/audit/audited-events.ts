/** Which calls on objects of the watched buckets a trail writes down. */
export enum AuditedEvents {
  /** Reads and writes: who read what, who wrote under which key. */
  READS_AND_WRITES = 'reads-and-writes',

  /** Writes only, where reads are too many to pay for. Nobody can tell then who read an object. */
  WRITES = 'writes',
}

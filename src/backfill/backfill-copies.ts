/** How objects are copied that S3 cannot update in place. */
export enum BackfillCopies {
  /**
   * By S3 itself (`S3PutObjectCopy`) where nothing can be lost by it, and otherwise `CONDITIONAL`.
   *
   * S3 copies without conditions, and whatever the bucket's default says is what an object gets.
   * So it is asked only where the bucket has no versions (a list of versions that is days old would
   * bring back what was overwritten since), its default encryption is the target, ACLs are off and
   * it is no website. Objects above 5 GB are always copied by the function. In the moment in
   * which S3 copies an object, a write to the same key may be lost: choose `CONDITIONAL` for a
   * bucket that is written to meanwhile.
   */
  AUTOMATIC = 'AUTOMATIC',

  /**
   * By a function for every object: the copy is made only of what was read, and only onto what was
   * read, with its metadata, tags, class, ACL and checksum.
   *
   * Costs about 1 USD more per million objects.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
   */
  CONDITIONAL = 'CONDITIONAL',
}

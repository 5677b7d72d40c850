/** Options of `BaselineAccount.deployedElsewhere`. */
export interface DeployedElsewhereOptions {
  /**
   * Whether the trail there records the data events of the bucket: by `watchAccount({ dataEvents: true })`, or by its name.
   *
   * @default false - a warning says that nobody hears of what is done to objects, to be acknowledged or answered with true
   */
  readonly dataEventsRecorded?: boolean;
}

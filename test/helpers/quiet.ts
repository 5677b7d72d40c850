/** Keeps the validation report, which the CDK prints under its recommended flags, out of the test output. */
export function keepReportsQuiet(): void {
  beforeEach(() => { jest.spyOn(console, 'error').mockImplementation(() => undefined); });
}

import type { Construct } from 'constructs';
import { MacieSeverity } from './macie-severity';
import { DetectionSeverity, type EncryptionAlarms } from '../monitoring';

/** A pattern has 2,048 characters, a name up to 63 with quotes and a comma: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const PER_RULE = 25;

/** From least to most, as the events say it: https://docs.aws.amazon.com/macie/latest/user/findings-publish-event-schemas.html */
const SEVERITIES = [MacieSeverity.LOW, MacieSeverity.MEDIUM, MacieSeverity.HIGH];

const POLICY = 'Policy:';

const KINDS = [
  {
    id: 'sensitive-data-found',
    type: 'SensitiveData:',
    title: 'sensitive data in a watched bucket',
    meaning: 'Macie found data in an object that has to be protected, or should not be there.',
    lines: ['Object: <object>', 'Size: <size>', 'Job: <job>'],
    fields: { object: '$.detail.resourcesAffected.s3Object.path', size: '$.detail.resourcesAffected.s3Object.size', job: '$.detail.classificationDetails.jobId' },
  },
  {
    id: 'macie-policy-finding',
    type: POLICY,
    title: 'a watched bucket has become less private',
    meaning: 'Macie found that the bucket is public or shared, or that its encryption or its public access block was weakened.',
    lines: ['Who: <who>'],
    fields: { who: '$.detail.policyDetails.actor.userIdentity.type' },
  },
] as const;

/** The rules that let people hear of findings about some of the watched buckets. */
export class MacieFindings {
  private readonly suffix: string;
  private rules = 0;

  constructor(
    scope: Construct, private readonly alarms: EncryptionAlarms, private readonly minimum: MacieSeverity, private readonly buckets: readonly string[],
  ) {
    this.suffix = scope.node.addr.slice(-8);
  }

  /** Makes the rules that the buckets need and that are not there yet. */
  public grow(): void {
    while (this.rules * PER_RULE < this.buckets.length) { this.addGroup(this.rules++); }
  }

  private addGroup(group: number): void {
    for (const kind of KINDS) {
      // AWS rates a bucket that lost its encryption Low, and one that became public High: how far it matters to somebody who watches the
      // bucket is not in there. https://docs.aws.amazon.com/macie/latest/user/findings-severity.html
      const heard = kind.type === POLICY ? SEVERITIES : SEVERITIES.slice(SEVERITIES.indexOf(this.minimum));
      for (const severity of [DetectionSeverity.HIGH, DetectionSeverity.MEDIUM]) {
        const descriptions = heard.filter((one) => (one === MacieSeverity.HIGH) === (severity === DetectionSeverity.HIGH));
        if (descriptions.length === 0) { continue; }
        this.alarms._hear({
          ...kind,
          name: `${kind.id}-${severity}-${this.suffix}${group === 0 ? '' : `-${group + 1}`}`,
          severity,
          pattern: () => ({
            'source': ['aws.macie'],
            'detail-type': ['Macie Finding'],
            'detail': {
              type: [{ prefix: kind.type }],
              severity: { description: descriptions },
              resourcesAffected: { s3Bucket: { name: this.buckets.slice(group * PER_RULE, (group + 1) * PER_RULE) } },
            },
          }),
          lines: ['Bucket: <bucket>', 'What: <what>', 'Type: <type>', 'Macie says: <rated>', 'Owner: account <owner>', ...kind.lines, 'Finding: <finding>'],
          fields: {
            bucket: '$.detail.resourcesAffected.s3Bucket.name',
            what: '$.detail.title',
            type: '$.detail.type',
            rated: '$.detail.severity.description',
            owner: '$.detail.accountId',
            finding: '$.detail.id',
            ...kind.fields,
          },
        });
      }
    }
  }
}

import { Aws, Duration, Names, type Size, Stack } from 'aws-cdk-lib';
import { CfnNamedQuery, CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { FINDING_OF, FINDINGS } from './findings';
import type { BoundSource } from './object-source';
import type { Statements } from './statements';
import { SecureBucket } from '../bucket';

/** Results are copies, and can be had again. */
const KEEP_RESULTS_DAYS = 30;

/** Where Athena puts its answers, of which one is the list of a backfill. */
export const ANSWERS = 'answers';

export interface ReportAthenaProps {
  readonly key: kms.IKey;
  readonly source: BoundSource;
  readonly statements: Statements;
  readonly prefixDepth: number;
  readonly scanLimit: Size;
}

/** The workgroup of a report, its saved queries, and the bucket of what comes out. */
export class ReportAthena extends Construct {
  public readonly results: SecureBucket;
  public readonly workGroupName: string;

  constructor(scope: Construct, id: string, { key, source, statements, prefixDepth, scanLimit }: ReportAthenaProps) {
    super(scope, id);
    this.results = new SecureBucket(this, 'Results', {
      encryptionKey: key,
      lifecycleRules: [{ id: 'ExpireResults', expiration: Duration.days(KEEP_RESULTS_DAYS), noncurrentVersionExpiration: Duration.days(1) }],
    });
    const workGroup = new CfnWorkGroup(this, 'WorkGroup', {
      name: Names.uniqueResourceName(scope, { maxLength: 128, separator: '-' }),
      description: `How objects are encrypted: ${scope.node.path}`.slice(0, 1024),
      recursiveDeleteOption: true, // saved queries and their history would hold up the deletion of the stack
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: true,
        bytesScannedCutoffPerQuery: scanLimit.toBytes(),
        engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
        resultConfiguration: {
          outputLocation: this.results.s3UrlForObject(`${ANSWERS}/`),
          expectedBucketOwner: Aws.ACCOUNT_ID,
          encryptionConfiguration: { encryptionOption: 'SSE_KMS', kmsKey: key.keyArn },
        },
      },
    });
    this.workGroupName = workGroup.ref;
    const save = (childId: string, name: string, description: string, queryString: string) => {
      const query = new CfnNamedQuery(this, childId, { workGroup: workGroup.ref, database: source.database, name, description, queryString });
      for (const needed of source.dependencies) { query.node.addDependency(needed); }
    };
    save('OverallQuery', 'objects-by-encryption', 'How all objects are encrypted, and what is wrong with them', statements.overall());
    save('ObjectsQuery', 'objects-with-findings', 'Objects that are not as they should be, the first ten thousand', statements.objects());
    for (const finding of statements.findings) {
      const { objects, title } = FINDINGS[FINDING_OF[finding]];
      save(`${objects}Query`, `${finding}-by-prefix`, `Where ${title}, the most bytes first`, statements.byPrefix(finding, prefixDepth));
    }
  }

  /** https://docs.aws.amazon.com/athena/latest/ug/example-policies-workgroup.html */
  public grantQuery(grantee: iam.IGrantable, source: BoundSource): void {
    iam.Grant.addToPrincipal({
      grantee,
      actions: ['athena:GetQueryExecution', 'athena:GetQueryResults', 'athena:GetWorkGroup', 'athena:StartQueryExecution', 'athena:StopQueryExecution'],
      resourceArns: [Stack.of(this).formatArn({ service: 'athena', resource: 'workgroup', resourceName: this.workGroupName })],
    });
    source.grantRead(grantee);
    this.results.grantReadWrite(grantee, `${ANSWERS}/*`);
  }
}

import { Duration, Names, type Size, Stack } from 'aws-cdk-lib';
import { CfnNamedQuery, CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { FINDING_OF, FINDINGS } from './findings';
import type { BoundSource } from './object-source';
import type { Statements } from './statements';
import { SecureBucket } from '../bucket';
import { workGroupConfiguration } from '../private/work-group';

/** Results are copies, and can be had again. */
const KEEP_RESULTS_DAYS = 30;

/** Where the answers are that people get. */
const ANSWERS = 'answers';

/** Where those of the report are, of which one is the list of a backfill: nobody else writes there. */
const COUNTS = 'lists/counts';

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
  /** Of people, with the saved queries. */
  public readonly workGroupName: string;
  /** Of the function that counts. */
  public readonly countWorkGroupName: string;

  constructor(scope: Construct, id: string, { key, source, statements, prefixDepth, scanLimit }: ReportAthenaProps) {
    super(scope, id);
    this.results = new SecureBucket(this, 'Results', {
      encryptionKey: key,
      lifecycleRules: [{ id: 'ExpireResults', expiration: Duration.days(KEEP_RESULTS_DAYS), noncurrentVersionExpiration: Duration.days(1) }],
    });
    const made = (childId: string, name: string, description: string, folder: string) => new CfnWorkGroup(this, childId, {
      name,
      description: `${description}: ${scope.node.path}`.slice(0, 1024),
      recursiveDeleteOption: true, // saved queries and their history would hold up the deletion of the stack
      workGroupConfiguration: workGroupConfiguration(this.results.s3UrlForObject(`${folder}/`), key, scanLimit),
    });
    const workGroup = made('WorkGroup', Names.uniqueResourceName(scope, { maxLength: 128, separator: '-' }), 'How objects are encrypted', ANSWERS);
    this.workGroupName = workGroup.ref;
    // Whoever runs queries writes their answers; a backfill must not work by what they write.
    const counts = made('CountWorkGroup', `${Names.uniqueResourceName(scope, { maxLength: 121, separator: '-' })}-counts`, 'Counts and lists of the report', COUNTS);
    this.countWorkGroupName = counts.ref;
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

  /** People, in the workgroup of the saved queries. */
  public grantQuery(grantee: iam.IGrantable, source: BoundSource): void {
    this.grantWorkGroup(grantee, this.workGroupName, ANSWERS, source);
    iam.Grant.addToPrincipal({ grantee, actions: ['athena:BatchGetNamedQuery', 'athena:GetNamedQuery', 'athena:ListNamedQueries'], resourceArns: [this.workGroupArn(this.workGroupName)] });
  }

  /** The function that counts, in a workgroup of its own. */
  public grantCount(grantee: iam.IGrantable, source: BoundSource): void {
    this.grantWorkGroup(grantee, this.countWorkGroupName, COUNTS, source);
  }

  /**
   * Athena writes answers as whoever asks; nothing of these deletes one, or holds it.
   * https://docs.aws.amazon.com/athena/latest/ug/example-policies-workgroup.html
   * https://docs.aws.amazon.com/athena/latest/ug/s3-permissions.html
   */
  private grantWorkGroup(grantee: iam.IGrantable, name: string, folder: string, source: BoundSource): void {
    const allow = (actions: string[], ...resourceArns: string[]) => iam.Grant.addToPrincipal({ grantee, actions, resourceArns });
    allow(['athena:GetQueryExecution', 'athena:GetQueryResults', 'athena:GetWorkGroup', 'athena:StartQueryExecution', 'athena:StopQueryExecution'], this.workGroupArn(name));
    source.grantRead(grantee);
    allow(['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'], this.results.bucketArn);
    allow(['s3:AbortMultipartUpload', 's3:GetObject', 's3:ListMultipartUploadParts', 's3:PutObject'], this.results.arnForObjects(`${folder}/*`));
    this.results.grantOnKey(grantee, 'kms:Decrypt', 'kms:GenerateDataKey');
  }

  private workGroupArn(name: string): string { return Stack.of(this).formatArn({ service: 'athena', resource: 'workgroup', resourceName: name }); }
}

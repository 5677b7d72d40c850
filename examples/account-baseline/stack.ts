import { Stack, StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import {
  AccessAnalyzer, BaselineAccount, BaselineCompliance, BaselineKeyAccess, ComplianceRecorder, EncryptionAccountBaseline, Notify, S3EncryptionBaseline,
} from '../../src'; // in your app: from 'cdk-s3-encryption'

/** What an account needs once in a region: it watches the buckets of other stacks, and is deployed after them. */
export class PlatformStack extends Stack {
  public readonly baseline: EncryptionAccountBaseline;

  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    this.baseline = new EncryptionAccountBaseline(this, 'EncryptionAccountBaseline', {
      notify: [Notify.email('security@example.com')],
      compliance: BaselineCompliance.make({ recorder: ComplianceRecorder.existing() }),
      keyAccess: BaselineKeyAccess.make({ externalAccess: AccessAnalyzer.existing() }),
    });
  }
}

export interface ShopStackProps extends StackProps {
  readonly platform: PlatformStack;
}

/** A stack of a team: buckets, and who of the team hears of them too. */
export class ShopStack extends Stack {
  constructor(scope: Construct, id: string, props: ShopStackProps) {
    super(scope, id, props);

    const shared = { notify: [Notify.email('shop@example.com')], account: BaselineAccount.use(props.platform.baseline) };
    new S3EncryptionBaseline(this, 'Orders', shared);
    new S3EncryptionBaseline(this, 'Images', shared);
  }
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { type Case, CASES } from './cases';
import { KEY, LOG_BUCKET } from './items';
import { EncryptionValidations, RotatingS3Key } from '../../src';
import { IRELAND } from '../helpers/stack';

jest.setTimeout(120_000);

type Values = Record<string, unknown>;

/** As a person would write into a template what AWS Config has on record: null means that nothing is there. */
function templateOf({ resourceType, resourceName, tags, configuration, supplementaryConfiguration }: Values): object {
  const supplement = (supplementaryConfiguration ?? {}) as Values;
  if (resourceType === 'AWS::KMS::Key') {
    const { keyState, origin, customerMasterKeySpec } = (configuration ?? {}) as Values;
    return {
      Key: {
        Type: 'AWS::KMS::Key',
        Properties: given({ EnableKeyRotation: supplement.KeyRotationStatus, Origin: origin, KeySpec: customerMasterKeySpec, Enabled: keyState === 'Disabled' ? false : undefined }),
      },
    };
  }
  const rules = ((supplement.ServerSideEncryptionConfiguration as Values | null | undefined)?.rules ?? []) as Values[];
  const { policyText } = (supplement.BucketPolicy ?? {}) as Values;
  return {
    Data: {
      Type: 'AWS::S3::Bucket',
      Properties: given({
        BucketName: resourceName,
        Tags: Object.entries((tags ?? {}) as Values).map(([Key, Value]) => ({ Key, Value })),
        BucketEncryption: rules.length === 0 ? undefined : {
          ServerSideEncryptionConfiguration: rules.map((rule) => {
            const { sseAlgorithm, kmsMasterKeyID } = (rule.applyServerSideEncryptionByDefault ?? {}) as Values;
            const blocked = (rule.blockedEncryptionTypes as Values | null | undefined)?.encryptionType;
            return given({
              ServerSideEncryptionByDefault: given({ SSEAlgorithm: sseAlgorithm, KMSMasterKeyID: kmsMasterKeyID }),
              BucketKeyEnabled: rule.bucketKeyEnabled,
              BlockedEncryptionTypes: blocked === undefined ? undefined : { EncryptionType: blocked },
            });
          }),
        },
      }),
    },
    ...typeof policyText === 'string' && policyText !== ''
      ? { Policy: { Type: 'AWS::S3::BucketPolicy', Properties: { Bucket: { Ref: 'Data' }, PolicyDocument: JSON.parse(policyText) as unknown } } } : {},
  };
}

function given(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== null));
}

/** Cases, by what they say, that a template cannot have or that are something else in it. */
const NOT_IN_TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  // States of a key that is there, and a record without any: a template has the key, which is usable unless it says otherwise.
  'key-usable': [
    'scheduled for deletion', 'a replica of a key that is scheduled', 'waiting for material', 'unavailable', 'null', 'missing', 'a configuration that is null',
  ],
  // The engine reports that no key is named; in a template a text of nothing is a mistake that CloudFormation refuses, as a rule of null is.
  'default-key': ['an empty key', 'a null rule'],
  // Without a rule or an encryption a bucket is under SSE-S3, which has no Bucket Key, and which default-key reports. A text that
  // says true is as good in a template.
  'bucket-key': ['no rule', 'null rules', 'a null configuration', 'no configuration', 'the Bucket Key as a text'],
  // Keys of AWS and what is about to be deleted are in no template.
  'key-rotation': ['a text', 'a key of AWS', 'one that is about to be deleted', 'a replica that is about to be deleted'],
};

let folder: string;
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'agreement-')); });
afterAll(() => { rmSync(folder, { recursive: true }); });

/** Which of the cases the plugin finds by a rule. All of them at once, each as a template of a stack of its own. */
function foundBy(ruleName: string, cases: readonly Case[]): boolean[] {
  const app = new App();
  const approved = RotatingS3Key.fromKeyArn(new Stack(app, 'Keys', { env: IRELAND }), 'Approved', KEY);
  const templates = cases.map(({ item }, index) => {
    new Stack(app, `Case${index}`, { env: IRELAND });
    const templatePath = join(folder, `${ruleName}-${index}.json`);
    writeFileSync(templatePath, JSON.stringify({ Resources: templateOf(item) }));
    return { templatePath, stackConstructPath: `Case${index}`, region: IRELAND.region, accountId: IRELAND.account };
  });
  const { violations } = new EncryptionValidations({ approvedKeys: [approved] })
    .validate({ appConstruct: app, templatePaths: templates.map(({ templatePath }) => templatePath), stackTemplates: templates });
  const resources = violations.filter((one) => one.ruleName === ruleName).flatMap(({ violatingResources }) => violatingResources);
  const broken = new Set(resources.map(({ templatePath }) => templatePath));
  return templates.map(({ templatePath }) => broken.has(templatePath));
}

test.each(Object.keys(CASES))('the validations and the rule of AWS Config agree about %s', (name) => {
  const apart = NOT_IN_TEMPLATES[name] ?? [];
  expect(apart.filter((one) => !CASES[name].some(({ says }) => says === one))).toEqual([]);
  const cases = CASES[name].filter(({ says, item }) => /AWS::(S3::Bucket|KMS::Key)$/.test(String(item.resourceType))
    && !/Deleted/.test(String(item.configurationItemStatus)) && item.resourceName !== LOG_BUCKET
    && !apart.includes(says));
  expect(cases.length).toBeGreaterThanOrEqual(4);
  const broken = foundBy(name.replaceAll('-', '_'), cases);
  expect(cases.map(({ says }, at) => [says, broken[at]])).toEqual(cases.map(({ says, verdict }) => [says, verdict === 'NON_COMPLIANT']));
});

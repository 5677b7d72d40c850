import type { ResourceHandler } from '../resource';
import { athenaNamedQuery, athenaPreparedStatement } from './athena-queries';
import { athenaWorkGroup } from './athena-work-group';
import { cloudtrailTrail } from './cloudtrail';
import { cloudwatchAlarm, cloudwatchDashboard } from './cloudwatch';
import { configDeliveryChannel, configRecorder, configRemediation, configRule } from './config';
import { customResource } from './custom-resource';
import { eventsRule } from './events-rule';
import { glueDatabase } from './glue-database';
import { glueTable } from './glue-table';
import { iamAccessKey } from './iam-access-key';
import { iamManagedPolicy } from './iam-managed-policy';
import { iamPolicy } from './iam-policy';
import { iamRole } from './iam-role';
import { iamUser } from './iam-user';
import { kmsAlias } from './kms-alias';
import { kmsKey } from './kms-key';
import { lambdaFunction } from './lambda-function';
import { lambdaPermission, lambdaVersion } from './lambda-parts';
import { logGroup, metricFilter } from './log-group';
import { logQueryDefinition } from './log-query-definition';
import { macieAllowList, macieSession } from './macie';
import { s3Bucket } from './s3-bucket';
import { s3BucketPolicy } from './s3-bucket-policy';
import { schedulerSchedule } from './scheduler-schedule';
import { snsSubscription, snsTopic, snsTopicPolicy } from './sns';
import { sqsQueue, sqsQueuePolicy } from './sqs';
import { ssmDocument } from './ssm-document';
import { stateMachine } from './state-machine';

const HANDLERS: Record<string, ResourceHandler> = {
  'AWS::Athena::NamedQuery': athenaNamedQuery,
  'AWS::Athena::PreparedStatement': athenaPreparedStatement,
  'AWS::Athena::WorkGroup': athenaWorkGroup,
  'AWS::CloudFormation::CustomResource': customResource,
  'AWS::CloudTrail::Trail': cloudtrailTrail,
  'AWS::CloudWatch::Alarm': cloudwatchAlarm,
  'AWS::CloudWatch::Dashboard': cloudwatchDashboard,
  'AWS::Config::ConfigRule': configRule,
  'AWS::Config::ConfigurationRecorder': configRecorder,
  'AWS::Config::DeliveryChannel': configDeliveryChannel,
  'AWS::Config::RemediationConfiguration': configRemediation,
  'AWS::Events::Rule': eventsRule,
  'AWS::Glue::Database': glueDatabase,
  'AWS::Glue::Table': glueTable,
  'AWS::IAM::AccessKey': iamAccessKey,
  'AWS::IAM::ManagedPolicy': iamManagedPolicy,
  'AWS::IAM::Policy': iamPolicy,
  'AWS::IAM::Role': iamRole,
  'AWS::IAM::User': iamUser,
  'AWS::KMS::Alias': kmsAlias,
  'AWS::KMS::Key': kmsKey,
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::Lambda::Permission': lambdaPermission,
  'AWS::Lambda::Version': lambdaVersion,
  'AWS::Logs::LogGroup': logGroup,
  'AWS::Logs::MetricFilter': metricFilter,
  'AWS::Logs::QueryDefinition': logQueryDefinition,
  'AWS::Macie::AllowList': macieAllowList,
  'AWS::Macie::Session': macieSession,
  'AWS::S3::Bucket': s3Bucket,
  'AWS::S3::BucketPolicy': s3BucketPolicy,
  'AWS::SNS::Subscription': snsSubscription,
  'AWS::SNS::Topic': snsTopic,
  'AWS::SNS::TopicPolicy': snsTopicPolicy,
  'AWS::SQS::Queue': sqsQueue,
  'AWS::SQS::QueuePolicy': sqsQueuePolicy,
  'AWS::SSM::Document': ssmDocument,
  'AWS::Scheduler::Schedule': schedulerSchedule,
  'AWS::StepFunctions::StateMachine': stateMachine,
};

/** Tells AWS which constructs an app uses. It deploys nothing, so it is ignored on purpose. */
export const IGNORED_TYPES: readonly string[] = ['AWS::CDK::Metadata'];

export function handlerOf(type: string): ResourceHandler | undefined {
  return type.startsWith('Custom::') ? customResource : Object.hasOwn(HANDLERS, type) ? HANDLERS[type] : undefined;
}

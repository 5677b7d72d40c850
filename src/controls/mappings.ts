import type { ControlMappings } from './control-mappings';

// What AWS maps its own controls to: https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html, and kms-controls.html,
// cloudtrail-controls.html, cloudwatch-controls.html, iam-controls.html and macie-controls.html beside it.
// The numbers of CIS 7 are those of CIS 5 with a chapter more before them. A control that AWS checks in a way that the measure here
// does not satisfy is left out, as Config.1, which asks for a recorder of every type.

export const ENCRYPTED_AT_REST: ControlMappings = {
  securityHub: ['S3.17'],
  nist80053: ['SC-12(2)', 'CM-3(6)', 'SC-13', 'SC-28', 'SC-28(1)', 'SC-7(10)', 'CA-9(1)', 'SI-7(6)', 'AU-9'],
  pciDss: ['3.5.1'],
  hipaa: ['164.312(a)(2)(iv)', '164.312(e)(2)(ii)', '164.308(a)(1)(ii)(B)'],
};

export const TLS_ONLY: ControlMappings = {
  securityHub: ['S3.5'],
  cis5: ['2.1.1'],
  cis7: ['3.1.1'],
  nist80053: ['AC-17(2)', 'AC-4', 'IA-5(1)', 'SC-12(3)', 'SC-13', 'SC-23', 'SC-23(3)', 'SC-7(4)', 'SC-8', 'SC-8(1)', 'SC-8(2)', 'SI-7(6)'],
  pciDss: ['4.2.1'],
  hipaa: ['164.312(e)(1)', '164.312(e)(2)(i)', '164.312(e)(2)(ii)'],
};

export const NOT_PUBLIC: ControlMappings = {
  securityHub: ['S3.2', 'S3.3', 'S3.8'],
  cis5: ['2.1.4'],
  cis7: ['3.1.4'],
  nist80053: ['AC-3', 'AC-4', 'AC-6', 'AC-21', 'SC-7'],
  pciDss: ['1.4.4'],
  hipaa: ['164.312(a)(1)'],
};

export const VERSIONED: ControlMappings = {
  securityHub: ['S3.14'],
  nist80053: ['AU-9(2)', 'CP-6', 'CP-9', 'CP-10', 'SI-12', 'SI-13(5)'],
  hipaa: ['164.308(a)(7)', '164.312(c)(1)'],
};

export const OBJECT_LOCK: ControlMappings = { securityHub: ['S3.15'], nist80053: ['CP-6(2)'], pciDss: ['10.5.1'] };

export const ACLS_OFF: ControlMappings = { securityHub: ['S3.12'], nist80053: ['AC-2(1)', 'AC-3', 'AC-6'] };

export const ACCESS_LOGGED: ControlMappings = { securityHub: ['S3.9'], nist80053: ['AU-2', 'AU-3', 'AU-12'], pciDss: ['10.2.1'], hipaa: ['164.312(b)'] };

export const KEY_ROTATED: ControlMappings = {
  securityHub: ['KMS.4'], cis5: ['3.6'], cis7: ['4.6'], nist80053: ['SC-12', 'SC-12(2)', 'SC-28(3)'], pciDss: ['3.7.4'], hipaa: ['164.312(a)(2)(iv)'],
};

export const KEY_NOT_DELETED: ControlMappings = { securityHub: ['KMS.3'], nist80053: ['SC-12', 'SC-12(2)'] };

export const KEY_NOT_PUBLIC: ControlMappings = { securityHub: ['KMS.5'], cis7: ['2.21'] };

export const TRAIL_OF_ALL_REGIONS: ControlMappings = {
  securityHub: ['CloudTrail.1'], cis5: ['3.1'], cis7: ['4.1'], nist80053: ['AU-2', 'AU-3', 'AU-10', 'AU-12', 'CA-7'], hipaa: ['164.312(b)'],
};

export const TRAIL_ENCRYPTED: ControlMappings = {
  securityHub: ['CloudTrail.2'],
  cis5: ['3.5'],
  cis7: ['4.5'],
  nist80053: ['AU-9', 'SC-13', 'SC-28', 'SC-28(1)', 'SI-7(6)'],
  pciDss: ['10.3.2'],
  hipaa: ['164.312(a)(2)(iv)'],
};

export const TRAIL_VALIDATED: ControlMappings = {
  securityHub: ['CloudTrail.4'],
  cis5: ['3.2'],
  cis7: ['4.2'],
  nist80053: ['AU-9', 'SI-4', 'SI-7(1)', 'SI-7(3)', 'SI-7(7)'],
  pciDss: ['10.3.2'],
  hipaa: ['164.312(c)(1)', '164.312(c)(2)'],
};

/** Of some buckets. The numbers of CIS, and S3.22 and S3.23, ask for every one. */
export const DATA_EVENTS: ControlMappings = {
  nist80053: ['AU-2', 'AU-3', 'AU-12'], pciDss: ['10.2.1'], hipaa: ['164.312(b)', '164.308(a)(1)(ii)(D)'],
};

export const DATA_EVENTS_OF_ALL_BUCKETS: ControlMappings = { securityHub: ['S3.22', 'S3.23'], cis5: ['3.8', '3.9'], cis7: ['4.8', '4.9'] };

export const ACCESS_ANALYZED: ControlMappings = { securityHub: ['IAM.28'], cis5: ['1.19'], cis7: ['2.18'] };

/** Without automated discovery, which is Macie.2 and of the account. */
export const DATA_DISCOVERED: ControlMappings = { securityHub: ['Macie.1'], cis5: ['2.1.3'], cis7: ['3.1.3'] };

export const ALARM_OF_KEYS: ControlMappings = { securityHub: ['CloudWatch.7'], cis5: ['4.7'], cis7: ['5.7'] };

export const ALARM_OF_BUCKETS: ControlMappings = { securityHub: ['CloudWatch.8'], cis5: ['4.8'], cis7: ['5.8'] };

export const ALARM_OF_TRAILS: ControlMappings = { securityHub: ['CloudWatch.5'], cis5: ['4.5'], cis7: ['5.5'] };

export const ALARM_OF_CONFIG: ControlMappings = { securityHub: ['CloudWatch.9'], cis5: ['4.9'], cis7: ['5.9'] };

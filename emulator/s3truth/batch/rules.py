"""What CreateJob refuses beyond the service model.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_CreateJob.html
"""

EMULATED = {
    "S3UpdateObjectEncryption", "S3PutObjectCopy", "LambdaInvoke", "S3InitiateRestoreObject", "S3PutObjectTagging",
    "S3DeleteObjectTagging",
}
_SCHEMAS = ("1.0", "2.0")


class BadJob(Exception):
    pass


class NotEmulated(Exception):
    pass


def check_job(spec: dict) -> None:
    _exactly_one(spec, "the job", ("Manifest", "ManifestGenerator"))
    operation = spec["Operation"]
    if len(operation) != 1:
        raise BadJob(f"a job has exactly one operation, got {', '.join(operation) or 'none'}")
    _check_report(spec["Report"])
    if "Manifest" in spec:
        _check_manifest(spec["Manifest"])
    else:
        _check_generator(spec["ManifestGenerator"]["S3JobManifestGenerator"])
    name, parameters = next(iter(operation.items()))
    if name not in EMULATED:
        raise NotEmulated(f"{name} is an operation of AWS that the local AWS does not run: {', '.join(sorted(EMULATED))} are")
    _CHECKS.get(name, lambda _: None)(parameters)


def _exactly_one(values: dict, where: str, names: tuple) -> None:
    given = [name for name in names if name in values]
    if len(given) != 1:
        raise BadJob(f"{where} takes exactly one of {' and '.join(names)}, got {' and '.join(given) or 'none'}")


def _check_report(report: dict) -> None:
    if not report["Enabled"]:
        return
    for name in ("Bucket", "Format", "ReportScope"):
        if name not in report:
            raise BadJob(f"an enabled report needs {name}")


def _check_manifest(manifest: dict) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_JobManifestSpec.html"""
    fields = manifest["Spec"].get("Fields")
    if manifest["Spec"]["Format"] != "S3BatchOperations_CSV_20180820":
        if fields is not None:
            raise BadJob("Fields belong to the format S3BatchOperations_CSV_20180820: an inventory names its own")
        return
    if not fields:
        raise BadJob("the format S3BatchOperations_CSV_20180820 needs Fields")
    for name in ("Bucket", "Key"):
        if fields.count(name) != 1:
            raise BadJob(f"Fields must name {name} exactly once, got {', '.join(fields)}")
    if fields.count("VersionId") > 1:
        raise BadJob("Fields may name VersionId once")


def _check_generator(generator: dict) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_S3JobManifestGenerator.html"""
    output = generator.get("ManifestOutputLocation")
    if generator["EnableManifestOutput"] and output is None:
        raise BadJob("EnableManifestOutput needs a ManifestOutputLocation")
    if output is not None and "ManifestEncryption" in output and len(output["ManifestEncryption"]) != 1:
        raise BadJob("ManifestEncryption takes exactly one of SSES3 and SSEKMS")
    filters = generator.get("Filter", {})
    names = filters.get("KeyNameConstraint", {})
    for kind, values in names.items():
        # "an array of strings with a length of 1": API_control_KeyNameConstraint.html
        if len(values) > 1:
            raise BadJob(f"KeyNameConstraint.{kind} takes one string, got {len(values)}")
    after, before = filters.get("CreatedAfter"), filters.get("CreatedBefore")
    if after is not None and before is not None and after >= before:
        raise BadJob("CreatedAfter must be before CreatedBefore")


def _check_update(parameters: dict) -> None:
    target = parameters.get("ObjectEncryption", {})
    if len(target) != 1:
        raise BadJob("S3UpdateObjectEncryption needs an ObjectEncryption with exactly one type: SSEKMS")


def _check_copy(parameters: dict) -> None:
    if "TargetResource" not in parameters:
        raise BadJob("S3PutObjectCopy needs a TargetResource")
    if "SSEAwsKmsKeyId" in parameters and parameters.get("NewObjectMetadata", {}).get("SSEAlgorithm") == "AES256":
        raise BadJob("SSEAwsKmsKeyId does not go with the SSEAlgorithm AES256")
    lock = [name for name in ("ObjectLockMode", "ObjectLockRetainUntilDate") if name in parameters]
    if len(lock) == 1:
        raise BadJob("ObjectLockMode and ObjectLockRetainUntilDate go together")
    if "CannedAccessControlList" in parameters and "AccessControlGrants" in parameters:
        raise BadJob("S3PutObjectCopy takes one of CannedAccessControlList and AccessControlGrants")
    for name in ("AnnotationDirective", "ObjectLockEventHold", "ObjectLockEventHoldDuration", "AccessControlGrants"):
        if name in parameters:
            raise NotEmulated(f"S3PutObjectCopy.{name} is not emulated")


def _check_lambda(parameters: dict) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-invoke-lambda.html"""
    if "FunctionArn" not in parameters:
        raise BadJob("LambdaInvoke needs a FunctionArn")
    schema = parameters.get("InvocationSchemaVersion", "1.0")
    if schema not in _SCHEMAS:
        raise BadJob(f"InvocationSchemaVersion must be one of {', '.join(_SCHEMAS)}, got {schema}")
    if "UserArguments" in parameters and schema != "2.0":
        raise BadJob("UserArguments need the InvocationSchemaVersion 2.0")


def _check_restore(parameters: dict) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-initiate-restore-object.html"""
    if parameters.get("GlacierJobTier") not in ("BULK", "STANDARD"):
        raise BadJob("S3InitiateRestoreObject needs a GlacierJobTier: BULK or STANDARD")
    if parameters.get("ExpirationInDays", 0) < 1:
        raise BadJob("S3InitiateRestoreObject needs ExpirationInDays of at least 1")


def _check_tags(parameters: dict) -> None:
    if "TagSet" not in parameters:
        raise BadJob("S3PutObjectTagging needs a TagSet")


_CHECKS = {
    "S3UpdateObjectEncryption": _check_update, "S3PutObjectCopy": _check_copy, "LambdaInvoke": _check_lambda,
    "S3InitiateRestoreObject": _check_restore, "S3PutObjectTagging": _check_tags,
}

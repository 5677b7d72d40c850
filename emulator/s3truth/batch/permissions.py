"""What the caller of the Batch Operations API needs, and whether its service may assume the job's role.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-iam-role-policies.html
"""
from typing import Optional

from .. import keys
from ..evaluate import Request as Asked, decide_on_resource
from ..principals import Principal, find_role, may_assume, session_of
from .jobs import Job, JobFailure

SERVICE = "batchoperations.s3.amazonaws.com"


class Denied(Exception):
    def __init__(self, principal: Principal, action: str, resource: str, by: str):
        who = "Anonymous" if principal.anonymous else principal.arn
        super().__init__(f"User: {who} is not authorized to perform: {action} on resource: {resource}")
        self.by = by


def check_list(principal: Principal, account: str) -> None:
    _require(principal, "s3:ListJobs", "*", account, _context(principal))


def check_on_job(principal: Principal, operation: str, account: str, region: str, job_id: str, job: Optional[Job]) -> None:
    """Before anybody is told whether the job exists."""
    context = _context(principal)
    if job is not None:
        context |= {"s3:existingjoboperation": job.operation, "s3:existingjobpriority": str(job.priority)}
        if job.status == "Suspended":
            context["s3:jobsuspendedcause"] = "AwaitingConfirmation"
    _require(principal, f"s3:{operation}", f"arn:aws:s3:{region}:{account}:job/{job_id}", account, context)


def check_create(principal: Principal, spec: dict, account: str, region: str) -> None:
    context = {
        **_context(principal),
        "s3:requestjoboperation": next(iter(spec["Operation"])),
        "s3:requestjobpriority": str(spec["Priority"]),
        **{f"aws:requesttag/{tag['Key'].lower()}": tag["Value"] for tag in spec.get("Tags", [])},
    }
    if spec.get("Tags"):
        context["aws:tagkeys"] = [tag["Key"] for tag in spec["Tags"]]
    _require(principal, "s3:CreateJob", "*", account, context)
    if spec.get("Tags"):
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshooting-batch-operations.html (tagging)
        _require(principal, "s3:PutJobTagging", f"arn:aws:s3:{region}:{account}:job/*", account, context)
    _require(principal, "iam:PassRole", spec["RoleArn"], account, {**_context(principal), "iam:passedtoservice": SERVICE})


def session_of_job(job: Job) -> Principal:
    """The job's own identity, or the failure of a job whose role the service cannot assume."""
    role = find_role(job.spec["RoleArn"])
    service = Principal("service", "", SERVICE, SERVICE, [])
    context = {"aws:sourceaccount": job.account, "aws:sourcearn": job.arn, "aws:principalisawsservice": "true"}
    if role is None or not may_assume(role, service, context).allowed:
        raise JobFailure("AccessDenied", f"S3 Batch Operations is not authorized to assume the role {job.spec['RoleArn']}")
    return session_of(role, f"s3-batch-operations_{job.id}")


def may_invoke(principal: Principal, function_arn: str) -> bool:
    """By the role's own policies: a policy of the function is not kept here."""
    return decide_on_resource(principal, Asked("lambda:InvokeFunction", function_arn, _context(principal)), None, principal.account, "function-policy").allowed


def _context(principal: Principal) -> dict:
    return {**keys.identity_context(principal), "aws:securetransport": "true"}


def _require(principal: Principal, action: str, resource: str, account: str, context: dict) -> None:
    if principal.account != account:
        raise Denied(principal, action, resource, "account")
    decision = decide_on_resource(principal, Asked(action, resource, context), None, account, "identity-policy")
    if not decision.allowed:
        raise Denied(principal, action, resource, decision.by)

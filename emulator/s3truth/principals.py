"""Who makes a request, and what their own policies say."""
import json
import re
from dataclasses import dataclass, field
from typing import Optional
from urllib.parse import unquote

from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends


@dataclass
class Principal:
    """`identity_policies` is None for the account root, which no identity policy limits."""

    kind: str  # root, role, user, service, anonymous
    account: str
    arn: str  # as CloudTrail shows it: the session of a role
    principal_arn: str  # as aws:PrincipalArn has it: the role
    identity_policies: Optional[list] = field(default=None)
    # What AssumeRole narrowed the session to, or None: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session
    session_policies: Optional[list] = field(default=None)

    @property
    def anonymous(self) -> bool:
        return self.kind == "anonymous"


ANONYMOUS = Principal("anonymous", "", "*", "*", [])


def access_key_of(authorization: str, credential_parameter: str) -> Optional[str]:
    """The access key id of a request that is signed in a header or in its query."""
    match = re.search(r"Credential=([^/,]+)", authorization) or re.match(r"([^/]+)/", unquote(credential_parameter))
    return match.group(1) if match else None


def principal_of(access_key: Optional[str]) -> Principal:
    """Unknown credentials act as the account root: that is what users of an emulator start with."""
    if access_key is None:
        return ANONYMOUS
    for account, regions in list(sts_backends.items()):
        for backend in regions.values():
            for session in backend.assumed_roles:
                if session.access_key_id == access_key:
                    return _role(account, session)
    for account, partitions in list(iam_backends.items()):
        for backend in partitions.values():
            for user in backend.users.values():
                if any(key.access_key_id == access_key for key in user.access_keys):
                    return Principal("user", account, user.arn, user.arn, _user_policies(backend, user))
    root = f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:root"
    return Principal("root", DEFAULT_ACCOUNT_ID, root, root)


def find_role(arn: str):
    """The role of an ARN, or None."""
    account = arn.split(":")[4] if arn.count(":") >= 5 else ""
    backend = iam_backends[account]["aws"] if account in iam_backends else None
    return next((role for role in backend.roles.values() if role.arn == arn), None) if backend else None


def session_of(role, name: str) -> Principal:
    """A session as AWS's own services make one of a role that trusts them."""
    account = role.arn.split(":")[4]
    return Principal("role", account, f"arn:aws:sts::{account}:assumed-role/{role.name}/{name}", role.arn, _role_policies(role))


def may_assume(role, principal: Principal, context: dict):
    """The decision of the role's trust policy, which has to name a principal or its account, as a key policy has to.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_terms-and-concepts.html (trust policy)
    """
    from .evaluate import Request, decide_on_key, decide_on_resource

    trust, owner = _document(role.assume_role_policy_document), role.arn.split(":")[4]
    request = Request("sts:AssumeRole", role.arn, context)
    if principal.kind == "service":
        return decide_on_resource(principal, request, trust, owner, "trust-policy")
    return decide_on_key(principal, request, trust, owner, "trust-policy")


def _role_policies(role) -> list:
    policies = [_document(policy) for policy in role.policies.values()]
    return policies + [_current_version(policy) for policy in role.managed_policies.values()]


def _role(account: str, session) -> Principal:
    backend = iam_backends[account][session.partition]
    role = backend.get_role_by_arn(session.role_arn)
    narrowed = [_document(session.policy)] if session.policy else []
    narrowed += [_current_version(backend.get_policy(arn)) for arn in getattr(session, "truth_policy_arns", [])]
    return Principal("role", account, session.arn, role.arn, _role_policies(role), narrowed or None)


def _user_policies(backend, user) -> list:
    groups = [group for group in backend.groups.values() if user in group.users]
    policies = []
    for holder in [user, *groups]:
        policies += [_document(policy) for policy in holder.policies.values()]
        policies += [_current_version(policy) for policy in holder.managed_policies.values()]
    return policies


def _current_version(managed_policy) -> dict:
    current = managed_policy.default_version_id
    return next(_document(version.document) for version in managed_policy.versions if version.version_id == current)


def _document(policy) -> dict:
    if isinstance(policy, dict):
        return policy
    return json.loads(policy if policy.lstrip().startswith("{") else unquote(policy))

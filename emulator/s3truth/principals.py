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


def _role(account: str, session) -> Principal:
    backend = iam_backends[account][session.partition]
    role = backend.get_role_by_arn(session.role_arn)
    policies = [_document(policy) for policy in role.policies.values()]
    policies += [_current_version(policy) for policy in role.managed_policies.values()]
    if session.policy:
        raise ValueError("session policies are not emulated: assume the role without one")
    return Principal("role", account, session.arn, role.arn, policies)


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

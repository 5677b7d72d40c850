"""AssumeRole in front of moto: the trust policy of the role, and session policies.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""
import json
import re
from typing import Callable, Optional
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from . import keys
from .http import Request, Response, call
from .principals import Principal, find_role, may_assume

_MOST_CHARACTERS = 2048


class StsFront:
    def __init__(self, moto: Callable):
        self._moto = moto

    def handle(self, request: Request, principal: Principal) -> Response:
        form = parse_qs(request.body.decode("utf-8", "replace"), keep_blank_values=True)
        values = {name: found[0] for name, found in form.items()}
        if values.get("Action") != "AssumeRole":
            return call(self._moto, request)
        policy_arns = [values[name] for name in sorted(values) if re.fullmatch(r"PolicyArns\.member\.\d+\.arn", name)]
        refused = self._untrusted(principal, values) or _bad_policy(values.get("Policy"), policy_arns, values.get("RoleArn", ""))
        if refused:
            return refused
        response = call(self._moto, request)
        if response.ok and policy_arns:
            access_key = response.body.decode().split("<AccessKeyId>", 1)[1].split("<", 1)[0]
            _session(access_key).truth_policy_arns = policy_arns
        return response

    @staticmethod
    def _untrusted(principal: Principal, values: dict) -> Optional[Response]:
        """The credentials of root stand for whoever a role trusts: that is how a test gets what a service would.

        On AWS root cannot assume roles at all. A role that was never made is a way into its account, as moto has it.
        """
        role = find_role(values.get("RoleArn", ""))
        if principal.kind == "root" or role is None:
            return None
        context = {**keys.identity_context(principal), "aws:securetransport": "true", "sts:rolesessionname": values.get("RoleSessionName", "")}
        if "ExternalId" in values:
            context["sts:externalid"] = values["ExternalId"]
        decision = may_assume(role, principal, context)
        if decision.allowed:
            return None
        response = _error("403 Forbidden", "AccessDenied", f"User: {principal.arn} is not authorized to perform: sts:AssumeRole on resource: {role.arn}")
        response.set_header("x-emulator-denied-by", decision.by)
        return response


def _bad_policy(policy: Optional[str], policy_arns: list, role_arn: str) -> Optional[Response]:
    if policy is not None:
        if len(policy) > _MOST_CHARACTERS:
            return _error("400 Bad Request", "PackedPolicyTooLarge", f"A session policy has at most {_MOST_CHARACTERS} characters")
        try:
            statements = json.loads(policy)["Statement"]
            for statement in statements if isinstance(statements, list) else [statements]:
                if statement["Effect"] not in ("Allow", "Deny"):
                    raise ValueError("Effect")
        except (ValueError, KeyError, TypeError):
            return _error("400 Bad Request", "MalformedPolicyDocument", "The session policy is not a policy document")
    account = role_arn.split(":")[4] if role_arn.count(":") >= 5 else ""
    for arn in policy_arns:
        known = account in iam_backends and arn in iam_backends[account]["aws"].managed_policies
        if not known:
            return _error("400 Bad Request", "InvalidParameterValue", f"The policy {arn} does not exist")
    return None


def _session(access_key: str):
    return next(
        session for regions in list(sts_backends.values()) for backend in regions.values()
        for session in backend.assumed_roles if session.access_key_id == access_key
    )


def _error(status: str, code: str, message: str) -> Response:
    body = (
        '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
        f"<Code>{code}</Code><Message>{escape(message)}</Message></Error><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ErrorResponse>"
    )
    return Response(status, [("Content-Type", "text/xml")], body.encode())

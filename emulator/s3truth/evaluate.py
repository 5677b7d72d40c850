"""Decides requests from identity policies, resource policies and key policies.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""
from dataclasses import dataclass
from typing import Callable, Optional

from .conditions import holds, substitute, wildcard
from .principals import Principal


@dataclass
class Request:
    action: str
    resource: str
    context: dict


@dataclass
class Decision:
    """`by` is the kind of policy and the Sid that decided, `implicit` where nothing allowed."""

    allowed: bool
    by: str
    explicit: bool = False


def statements(document: Optional[dict]) -> list:
    if not document:
        return []
    found = document.get("Statement", [])
    return found if isinstance(found, list) else [found]


def decide_on_resource(principal: Principal, request: Request, resource_policy: Optional[dict], owner: str, kind: str) -> Decision:
    """In one account either policy may allow; across accounts both have to."""
    denied = _denied(principal, request, resource_policy, kind)
    if denied:
        return denied
    by_resource = _allowing(principal, request, resource_policy, direct=True)
    if by_resource and not _session_allows(principal, request, resource_policy):
        return Decision(False, "session-policy:implicit")
    if principal.kind in ("anonymous", "service"):
        return Decision(by_resource, kind if by_resource else f"{kind}:implicit")
    by_identity = _identity_allows(principal, request)
    if principal.account == owner:
        return Decision(by_identity or by_resource, "identity-policy:implicit")
    by_resource = by_resource or _allowing(principal, request, resource_policy, direct=False)
    if not by_resource:
        return Decision(False, f"{kind}:implicit")
    return Decision(by_identity, "identity-policy:implicit")


def decide_on_key(principal: Principal, request: Request, key_policy: dict, owner: str, kind: str = "key-policy") -> Decision:
    """A key policy alone decides; only where it names the account may identity policies allow.

    https://docs.aws.amazon.com/kms/latest/developerguide/policy-evaluation.html
    """
    denied = _denied(principal, request, key_policy, kind)
    if denied:
        return denied
    named = _allowing(principal, request, key_policy, direct=True)
    if named and not _session_allows(principal, request, key_policy):
        return Decision(False, "session-policy:implicit")
    if named and principal.account == owner:
        return Decision(True, kind)
    if not named and not _allowing(principal, request, key_policy, direct=False):
        return Decision(False, f"{kind}:implicit")
    return Decision(_identity_allows(principal, request), "identity-policy:implicit")


def _denied(principal: Principal, request: Request, resource_policy: Optional[dict], kind: str) -> Optional[Decision]:
    for statement in statements(resource_policy):
        applies = _names(statement, principal, direct=True) or _names(statement, principal, direct=False)
        if statement["Effect"] == "Deny" and applies and _matches(statement, request):
            return Decision(False, f"{kind}:{statement.get('Sid', 'unnamed')}", explicit=True)
    for own, documents in (("identity-policy", principal.identity_policies), ("session-policy", principal.session_policies)):
        for document in documents or []:
            for statement in statements(document):
                if statement["Effect"] == "Deny" and _matches(statement, request):
                    return Decision(False, f"{own}:{statement.get('Sid', 'unnamed')}", explicit=True)
    return None


def _allowing(principal: Principal, request: Request, policy: Optional[dict], direct: bool) -> bool:
    return any(
        statement["Effect"] == "Allow" and _names(statement, principal, direct) and _matches(statement, request)
        for statement in statements(policy)
    )


def _identity_allows(principal: Principal, request: Request) -> bool:
    """A session has what both its role and its session policies allow."""
    return all(
        documents is None or _any_allows(documents, request) for documents in (principal.identity_policies, principal.session_policies)
    )


def _session_allows(principal: Principal, request: Request, policy: Optional[dict]) -> bool:
    """A resource that names the role is limited by the session policy; one that names the session is not.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html (session policies)
    """
    if principal.session_policies is None or _any_allows(principal.session_policies, request):
        return True
    return any(
        statement["Effect"] == "Allow" and principal.arn in _aws_names(statement) and _matches(statement, request)
        for statement in statements(policy)
    )


def _aws_names(statement: dict) -> list:
    element = statement.get("Principal", {})
    names = element.get("AWS", []) if isinstance(element, dict) else []
    return names if isinstance(names, list) else [names]


def _any_allows(documents: list, request: Request) -> bool:
    return any(
        statement["Effect"] == "Allow" and _matches(statement, request) for document in documents for statement in statements(document)
    )


def _names(statement: dict, principal: Principal, direct: bool) -> bool:
    """`direct`: names the principal itself; otherwise its account, which then decides by IAM."""
    if "NotPrincipal" in statement:
        return not _listed(statement["NotPrincipal"], principal, direct)
    return _listed(statement.get("Principal", {}), principal, direct)


def _listed(element, principal: Principal, direct: bool) -> bool:
    if element == "*":
        return direct
    names = element.get("Service" if principal.kind == "service" else "AWS", [])
    names = names if isinstance(names, list) else [names]
    if principal.kind == "service":
        return direct and principal.arn in names
    if not direct:
        account_names = (principal.account, f"arn:aws:iam::{principal.account}:root")
        return any(name in account_names for name in names)
    own = {principal.arn, principal.principal_arn}
    return any(name == "*" or name in own for name in names)


def _matches(statement: dict, request: Request) -> bool:
    return (
        _element(statement, "Action", request.action.lower(), lambda pattern: pattern.lower())
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html (Resource element)
        and _element(statement, "Resource", request.resource, lambda pattern: substitute(pattern, request.context))
        and holds(statement.get("Condition", {}), request.context)
    )


def _element(statement: dict, name: str, value: str, prepare: Callable[[str], Optional[str]]) -> bool:
    negated = f"Not{name}" in statement
    patterns = statement.get(f"Not{name}" if negated else name, "*" if name == "Resource" else [])
    prepared = [prepare(pattern) for pattern in (patterns if isinstance(patterns, list) else [patterns])]
    matched = any(wildcard(value, pattern) for pattern in prepared if pattern is not None)
    return not matched if negated else matched

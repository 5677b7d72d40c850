"""KMS in front of moto: key policies decide, and rotation has a period."""
import json
from typing import Callable, Optional

from . import keys
from .evaluate import Request as Asked, decide_on_key
from .http import Request, Response, call
from .principals import Principal

# Calls that are not about one key, or about none yet.
_WITHOUT_KEY = {"CreateKey", "ListKeys", "ListAliases", "GenerateRandom", "DescribeCustomKeyStores"}
_USES = {"Encrypt", "Decrypt", "ReEncrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext"}
YEAR = 365


class KmsFront:
    def __init__(self, moto: Callable, region: str):
        self._moto = moto
        self._region = region

    def handle(self, request: Request, principal: Principal) -> Response:
        operation = (request.header("X-Amz-Target") or "").rpartition(".")[2]
        try:
            parameters = json.loads(request.body or b"{}")
        except ValueError:
            return _error("SerializationException", "the body is not JSON")
        if operation == "CreateKey":
            return self._create(request, principal, parameters)
        key = None if operation in _WITHOUT_KEY else self._key_of(operation, parameters)
        if key is None:
            return call(self._moto, request)
        for action, about in self._actions(operation, parameters, key):
            refused = self._refusal(principal, action, about, parameters, operation)
            if refused:
                return refused
        if operation == "PutKeyPolicy" and self._locks_out(principal, parameters.get("Policy", ""), parameters, key):
            return _LOCKOUT
        answer = self._answer(operation, parameters, key)
        if answer is not None:
            return answer
        self._name_by_id(request, operation, parameters, key)
        response = call(self._moto, request)
        if response.ok and operation in _USES:
            keys.used(key)
        if response.ok and operation == "EnableKeyRotation":
            key.truth_period = parameters.get("RotationPeriodInDays", YEAR)
        return response

    def _create(self, request: Request, principal: Principal, parameters: dict) -> Response:
        if "Policy" in parameters and self._locks_out(principal, parameters["Policy"], parameters, None):
            return _LOCKOUT
        return call(self._moto, request)

    def _key_of(self, operation: str, parameters: dict):
        if operation == "ReEncrypt":
            # The ciphertext says which key opens it; SourceKeyId may only agree.
            return self._key_of_ciphertext(parameters)
        reference = parameters.get("KeyId") or parameters.get("TargetKeyId")
        if reference is None and operation in ("UpdateAlias", "DeleteAlias"):
            reference = parameters.get("AliasName")
        if reference is None and operation == "Decrypt":
            return self._key_of_ciphertext(parameters)
        return keys.find_key(reference, self._region) if reference else None

    def _key_of_ciphertext(self, parameters: dict):
        """A symmetric ciphertext says which key made it; moto puts the id in front."""
        import base64

        blob = base64.b64decode(parameters.get("CiphertextBlob", ""))
        return keys.find_key(blob[:36].decode("ascii", "replace"), self._region)

    def _actions(self, operation: str, parameters: dict, key) -> list:
        if operation == "ReEncrypt":
            destination = keys.find_key(parameters.get("DestinationKeyId", ""), self._region)
            return [("kms:ReEncryptFrom", key), *([("kms:ReEncryptTo", destination)] if destination else [])]
        return [(f"kms:{operation}", key)]

    def _refusal(self, principal: Principal, action: str, key, parameters: dict, operation: str) -> Optional[Response]:
        decision = decide_on_key(principal, Asked(action, key.arn, _context(principal, parameters, operation, key)), keys.policy_of(key), key.account_id)
        if decision.allowed:
            return None
        kind = decision.by.split(":", 1)[0]
        policy = "an identity-based policy" if kind == "identity-policy" else "a resource-based policy"
        reason = f"with an explicit deny in {policy}" if decision.explicit else (
            f"because no {'identity' if kind == 'identity-policy' else 'resource'}-based policy allows the {action} action")
        response = _error("AccessDeniedException", f"User: {principal.arn} is not authorized to perform: {action} on resource: {key.arn} {reason}")
        response.set_header("x-emulator-denied-by", decision.by)
        return response

    def _locks_out(self, principal: Principal, policy: str, parameters: dict, key) -> bool:
        """Whether the caller could not change the policy again, which KMS refuses unless told to.

        https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html (BypassPolicyLockoutSafetyCheck)
        """
        if parameters.get("BypassPolicyLockoutSafetyCheck") is True:
            return False
        try:
            document = json.loads(policy)
        except ValueError:
            return True
        arn = key.arn if key is not None else f"arn:aws:kms:{self._region}:{principal.account}:key/new"
        return not decide_on_key(principal, Asked("kms:PutKeyPolicy", arn, keys.identity_context(principal)), document, principal.account).allowed

    def _answer(self, operation: str, parameters: dict, key) -> Optional[Response]:
        """What moto does not know, or breaks on when the key is named by its ARN."""
        if operation == "ReEncrypt" and parameters.get("SourceKeyId") and keys.find_key(parameters["SourceKeyId"], self._region) is not key:
            return _error("IncorrectKeyException", "The key ID in the request does not identify a CMK that can perform this operation.")
        if operation in _USES:
            for used in [key, keys.find_key(parameters.get("DestinationKeyId", ""), self._region)]:
                try:
                    if used is not None:
                        keys.usable_key(used.arn, self._region)
                except keys.KmsError as error:
                    return _error(error.code.removeprefix("KMS."), error.message)
        if operation == "GetKeyRotationStatus":
            on = bool(key.key_rotation_status)
            period = {"RotationPeriodInDays": getattr(key, "truth_period", YEAR)} if on else {}
            return _json({"KeyId": key.arn, "KeyRotationEnabled": on, **period})
        if operation == "EnableKeyRotation" and not 90 <= parameters.get("RotationPeriodInDays", YEAR) <= 2560:
            return _error("ValidationException", "RotationPeriodInDays must be 90 to 2560")
        if operation == "ScheduleKeyDeletion" and not 7 <= parameters.get("PendingWindowInDays", 30) <= 30:
            return _error("ValidationException", "PendingWindowInDays must be 7 to 30")
        if operation in ("DisableKey", "EnableKey") and key.key_state == "PendingDeletion":
            return _error("KMSInvalidStateException", f"{key.arn} is pending deletion.")
        return None

    def _name_by_id(self, request: Request, operation: str, parameters: dict, key) -> None:
        """moto answers 500 to some calls that name the key by ARN."""
        if operation in ("GetKeyPolicy", "PutKeyPolicy"):
            # The only valid name, and since 2023 the default: API_GetKeyPolicy.html (PolicyName)
            parameters = {"PolicyName": "default", **parameters}
        elif operation in _USES or not str(parameters.get("KeyId", "")).startswith("arn:"):
            return
        request.body = json.dumps({**parameters, "KeyId": key.id}).encode()


def _context(principal: Principal, parameters: dict, operation: str, key) -> dict:
    """https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html"""
    context = {**keys.identity_context(principal), "aws:securetransport": "true", "kms:calleraccount": principal.account}
    encryption_context = parameters.get("EncryptionContext") or {}
    for name, value in encryption_context.items():
        context[f"kms:encryptioncontext:{name.lower()}"] = value
    if encryption_context:
        context["kms:encryptioncontextkeys"] = list(encryption_context)
    if operation in ("ScheduleKeyDeletion", "DisableKey"):
        context["kms:trailingdayswithoutkeyusage"] = str(keys.idle_days(key))
    if operation == "ScheduleKeyDeletion" and "PendingWindowInDays" in parameters:
        context["kms:schedulekeydeletionpendingwindowindays"] = str(parameters["PendingWindowInDays"])
    if operation == "EnableKeyRotation":
        context["kms:rotationperiodindays"] = str(parameters.get("RotationPeriodInDays", YEAR))
    if operation == "CreateGrant":
        context["kms:grantisforawsresource"] = "false"
    if operation == "PutKeyPolicy":
        context["kms:bypasspolicylockoutsafetycheck"] = str(parameters.get("BypassPolicyLockoutSafetyCheck", False)).lower()
    return context


def _json(value: dict) -> Response:
    return Response("200 OK", [("Content-Type", "application/x-amz-json-1.1")], json.dumps(value).encode())


def _error(code: str, message: str) -> Response:
    return Response("400 Bad Request", [("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-errortype", code)],
                    json.dumps({"__type": code, "message": message}).encode())


_LOCKOUT = _error("MalformedPolicyDocumentException", "The new key policy will not allow you to update the key policy in the future.")

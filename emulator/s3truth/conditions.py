"""Condition operators of IAM policies.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""
import datetime
import functools
import ipaddress
import re
from typing import Optional

Context = dict  # lower-case condition key -> value or list of values


def holds(condition: dict, context: Context) -> bool:
    """Every operator and every key in it has to match; the values of one key are alternatives."""
    return all(
        _key_matches(operator, key, expected, context)
        for operator, keys in condition.items()
        for key, expected in keys.items()
    )


def unknown_operators(condition: dict) -> list:
    """What AWS refuses when a policy is put, rather than never matching it in silence."""
    names = [operator.rpartition(":")[2].removesuffix("IfExists") for operator in condition]
    return [name for name in names if name != "Null" and name not in _OPERATORS]


def _key_matches(operator: str, key: str, expected, context: Context) -> bool:
    quantifier, _, name = operator.rpartition(":")
    if_exists = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    wanted = _as_list(expected)
    present = key.lower() in context
    actual = _as_list(context.get(key.lower(), []))

    if name == "Null":
        return any(present == (str(value).lower() == "false") for value in wanted)
    if quantifier == "ForAllValues":
        return all(_value_matches(name, value, wanted, context) for value in actual)
    if quantifier == "ForAnyValue":
        return (if_exists and not present) or any(_value_matches(name, value, wanted, context) for value in actual)
    if not present:
        # "If the key that you specify in a policy condition is not present in the request context,
        # the values do not match": so a negated operator matches, also in a Deny.
        return if_exists or _negated(name)
    return all(_value_matches(name, value, wanted, context) for value in actual)


def _negated(name: str) -> bool:
    return "Not" in name


def _value_matches(name: str, actual, wanted: list, context: Context) -> bool:
    test = _OPERATORS[name]
    substituted = [substitute(str(value), context) for value in wanted]
    exact = test not in (wildcard, _arn_like)
    matched = any(test(str(actual), _as_text(value) if exact else value) for value in substituted if value is not None)
    return not matched if _negated(name) else matched


# Stand for a `*` and a `?` that are meant literally, between the substitution and the comparison.
_LITERAL = str.maketrans("*?", "\ue000\ue001")
_TEXT = str.maketrans("\ue000\ue001", "*?")


def _as_text(value: str) -> str:
    return value.translate(_TEXT)


def substitute(value: str, context: Context) -> Optional[str]:
    """Puts in the policy variables; None where the request has no value for one, which then matches nothing.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """
    missing = False

    def replace(match: re.Match) -> str:
        nonlocal missing
        name, comma, default = match.group(1).partition(",")
        if name in ("*", "?", "$"):
            return name.translate(_LITERAL)
        found = context.get(name.strip().lower())
        if found is None and not comma:
            missing = True
            return ""
        # A wildcard in a value that the caller chose is a character: our reading, and the safe one.
        return str(_as_list(found)[0] if found is not None else default.strip().strip("'")).translate(_LITERAL)

    replaced = re.sub(r"\$\{([^}]+)\}", replace, value)
    return None if missing else replaced


def wildcard(value: str, pattern: str) -> bool:
    """IAM has `*` and `?` only: brackets are brackets."""
    return _compiled(pattern).fullmatch(value) is not None


@functools.lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern:
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(letter) or re.escape(_as_text(letter)) for letter in pattern), re.DOTALL)


def _arn_like(value: str, pattern: str) -> bool:
    # Each of the six parts is compared by itself, so `*` does not cross a colon.
    left, right = value.split(":", 5), pattern.split(":", 5)
    return len(left) == len(right) and all(wildcard(a, b) for a, b in zip(left, right))


def _number(compare):
    return _parsed(float, compare)


def _date(compare):
    def parse(text: str) -> float:
        try:
            return float(text)  # seconds since 1970
        except ValueError:
            date = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
            return (date if date.tzinfo else date.replace(tzinfo=datetime.timezone.utc)).timestamp()

    return _parsed(parse, compare)


def _parsed(parse, compare):
    def test(actual: str, wanted: str) -> bool:
        try:
            return compare(parse(actual), parse(wanted))
        except ValueError:
            return False  # what is not one is neither less, nor more, nor the same

    return test


def _in_network(actual: str, wanted: str) -> bool:
    try:
        return ipaddress.ip_address(actual) in ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return False


def _as_list(value) -> list:
    return value if isinstance(value, list) else [value]


def _equal(actual: str, wanted: str) -> bool:
    return actual == wanted


def _equal_ignoring_case(actual: str, wanted: str) -> bool:
    return actual.lower() == wanted.lower()


# A negated operator is its positive twin, turned around in _value_matches.
_OPERATORS = {
    "StringEquals": _equal, "StringNotEquals": _equal,
    "StringEqualsIgnoreCase": _equal_ignoring_case, "StringNotEqualsIgnoreCase": _equal_ignoring_case,
    "StringLike": wildcard, "StringNotLike": wildcard,
    "ArnEquals": _arn_like, "ArnNotEquals": _arn_like, "ArnLike": _arn_like, "ArnNotLike": _arn_like,
    "Bool": _equal_ignoring_case,
    "BinaryEquals": _equal,
    "NumericEquals": _number(lambda a, b: a == b), "NumericNotEquals": _number(lambda a, b: a == b),
    "NumericLessThan": _number(lambda a, b: a < b), "NumericLessThanEquals": _number(lambda a, b: a <= b),
    "NumericGreaterThan": _number(lambda a, b: a > b), "NumericGreaterThanEquals": _number(lambda a, b: a >= b),
    "DateEquals": _date(lambda a, b: a == b), "DateNotEquals": _date(lambda a, b: a == b),
    "DateLessThan": _date(lambda a, b: a < b), "DateLessThanEquals": _date(lambda a, b: a <= b),
    "DateGreaterThan": _date(lambda a, b: a > b), "DateGreaterThanEquals": _date(lambda a, b: a >= b),
    "IpAddress": _in_network, "NotIpAddress": _in_network,
}
